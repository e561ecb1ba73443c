"""The journal in memory."""

from __future__ import annotations

import json
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from dagctl.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class MemoryJournal:
    """A `Journal` port over JSON texts, so that an entry is what would come back from a disk."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._aside: list[str] = []
        self._lock = Lock()

    @contextmanager
    def lock(self, *, wait: float, waiting: Callable[[str], None] | None = None) -> Iterator[None]:
        """Hold the lock for the length of the block."""
        del waiting
        if not self._lock.acquire(timeout=max(wait, 0)):
            raise ConflictError("another operation is under way in this workspace")
        try:
            yield
        finally:
            self._lock.release()

    def write(self, operation_id: str, entry: Mapping[str, Any]) -> None:
        """Keep the entry; it becomes the newest."""
        text = json.dumps(entry, default=list)
        self._texts.pop(operation_id, None)
        self._texts[operation_id] = text

    def is_empty(self) -> bool:
        """Return whether there is no entry."""
        return not self._texts

    def entries(self) -> dict[str, Mapping[str, Any]]:
        """Return the entries by operation id, oldest first."""
        return {operation_id: json.loads(text) for operation_id, text in self._texts.items()}

    def set_aside(self, operation_id: str) -> None:
        """Keep the entry where it is no entry any more."""
        del self._texts[operation_id]
        self._aside.append(operation_id)

    def aside(self) -> tuple[str, ...]:
        """Return what was set aside."""
        return tuple(self._aside)

    def delete(self, operation_id: str) -> None:
        """Remove the entry, if there is one."""
        self._texts.pop(operation_id, None)
