"""The clock of the server, which tests can put wrong."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(slots=True)
class Clock:
    """The system's time plus `skew` seconds. The database's own clock is not touched."""

    skew: float = 0.0

    def now(self) -> float:
        return time.time() + self.skew

    def utc(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)
