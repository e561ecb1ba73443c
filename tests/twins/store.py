"""The store in memory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dagctl.paths import checked_parts
from dagctl.ports import StoredKey

if TYPE_CHECKING:
    from collections.abc import Iterator


class MemoryStore:
    """A `Store` port over a dictionary.

    Attributes:
        objects: The objects, by key.
    """

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put(self, key: str, data: bytes, *, operation_id: str, restores: bool = False) -> None:
        """Make `data` the object at `key`, whichever operation it is of."""
        del operation_id, restores
        checked_parts(key)
        self.objects[key] = data

    def get(self, key: str) -> bytes | None:
        """Return the object, or None."""
        checked_parts(key)
        return self.objects.get(key)

    def delete(self, key: str) -> None:
        """Remove the object, if there is one."""
        checked_parts(key)
        self.objects.pop(key, None)

    def keys(self, folder: str) -> Iterator[StoredKey]:
        """Yield the objects right below a folder, then others; they count as written long ago."""
        for is_there in (True, False):
            for key in [*self.objects]:
                if (key.rpartition("/")[0] == folder) is is_there:
                    yield StoredKey(key, datetime(2024, 1, 1, tzinfo=UTC))
