"""Which operation is under way on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager


class Journal(Protocol):
    """The files that say which operation is under way, and the lock that makes it the only one."""

    def lock(
        self, *, wait: float, waiting: Callable[[str], None] | None = None
    ) -> AbstractContextManager[None]:
        """Hold the workspace's lock; it dies with its process.

        Args:
            wait: How many seconds to wait for another process that holds it.
            waiting: Hears after a second which process that is, and since when.

        Raises:
            ConflictError: Another process holds it after `wait` seconds; the message says which.
        """

    def write(self, operation_id: str, entry: Mapping[str, Any]) -> None:
        """Make the entry durable, replacing an older one of this operation."""

    def is_empty(self) -> bool:
        """Return whether there is no entry. Needs no lock, as it changes nothing."""

    def entries(self) -> dict[str, Mapping[str, Any]]:
        """Return the entries by operation id, oldest first; an unreadable one is set aside.

        Only for the holder of the lock: another's entry may be that of a live operation.
        """

    def set_aside(self, operation_id: str) -> None:
        """Keep an entry of no use under another name; only for the holder of the lock."""

    def aside(self) -> tuple[str, ...]:
        """Return where the entries stand that could not be read."""

    def delete(self, operation_id: str) -> None:
        """Remove the entry; nothing happens if there is none."""
