"""Where DAG files are uploaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


MOST_FOLDERS = 100
"""How many folders of a store are listed."""


@frozen
class StoredKey:
    """An object in the store."""

    key: str
    written_at: datetime


class Store(Protocol):
    """Where DAG files are uploaded: keys to bytes."""

    def put(self, key: str, data: bytes, *, operation_id: str, restores: bool = False) -> None:
        """Make `data` the object at `key`, whatever was there; durable on return.

        A store that several machines write looks at the operation: new bytes are taken while it
        is reserved, old ones (`restores`) while it is aborting. So nothing that arrives late
        overwrites what came after it. A store of one machine need not look.

        Raises:
            ConflictError: The operation is over: another run has ended it.
            NotAMemberError: The user may not write that key.
        """

    def get(self, key: str) -> bytes | None:
        """Return the object, or None."""

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens if there is none."""

    def keys(self, folder: str) -> Iterator[StoredKey]:
        """Yield the objects right below a folder, such as `<project_id>/dags`, in any order.

        After them comes what lies elsewhere, where no DAG is stored: in a store of many projects
        what the project of that folder has besides. At most `MOST_FOLDERS` folders are listed.
        """
