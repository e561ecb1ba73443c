"""The store in memory."""

from __future__ import annotations

from dagctl.paths import checked_parts


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
