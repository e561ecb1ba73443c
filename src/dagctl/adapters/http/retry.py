"""When a request is sent again, and after how long. Pure, but for chance."""

from __future__ import annotations

import random
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TRIES = 5
DEADLINE = 120.0
"""Seconds that a request may take in all, its repetitions included."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0

NOT_NOW = frozenset({408, 429})


def is_passing(status: int) -> bool:
    """Return whether the same request may be answered otherwise in a moment."""
    return status in NOT_NOW or status >= 500  # noqa: PLR2004 - 5xx


def pause(tries: int, headers: Mapping[str, str]) -> float:
    """Return how many seconds to wait after so many tries: as the server says, else by chance."""
    asked = retry_after(headers)
    if asked is not None:
        return asked
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (tries - 1))
    return random.uniform(0, longest)  # noqa: S311 - full jitter, no secret


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` asks for; a date counts from the server's own."""
    text = headers.get("retry-after", "")
    try:
        return max(float(int(text)), 0.0)
    except (ValueError, OverflowError):
        seconds = _until(text, headers.get("date", ""))
    return None if seconds is None else max(seconds, 0.0)


def _until(date: str, now: str) -> float | None:
    try:
        return (parsedate_to_datetime(date) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError):
        return None
