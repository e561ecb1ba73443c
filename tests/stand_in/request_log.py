"""Which requests came in: enough to count them, and nothing secret."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Entry:
    """One request: no query, no headers, no body, and so no token."""

    method: str
    path: str
    status: int | None
    """None if the connection was dropped instead of answered."""
    began: float
    """When it had come in, by the monotonic clock in seconds."""
    ended: float
    """When the answer was ready."""
    user_id: str | None = None
    """Whose token it carried, as the token says."""


@dataclass
class RequestLog:
    """All requests since the last `clear`, in the order in which they were answered."""

    _entries: list[Entry] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(
        self,
        method: str,
        path: str,
        status: int | None,
        began: float,
        *,
        user_id: str | None = None,
    ) -> None:
        with self._lock:
            self._entries.append(Entry(method, path, status, began, time.monotonic(), user_id))

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def matching(self, method: str = "*", path: str = "*") -> list[Entry]:
        """Return the requests with this method and a path that fits the shell pattern."""
        return [
            entry
            for entry in self
            if method in {"*", entry.method} and fnmatchcase(entry.path, path)
        ]

    def count(self, method: str = "*", path: str = "*") -> int:
        return len(self.matching(method, path))

    def __iter__(self) -> Iterator[Entry]:
        with self._lock:
            return iter(list(self._entries))

    def __len__(self) -> int:
        return len(self._entries)
