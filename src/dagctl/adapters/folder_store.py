"""The `Store` port over a folder: each key is a file below it."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from dagctl.adapters import durable
from dagctl.paths import checked_parts
from dagctl.ports import StoredKey
from dagctl.ports.store import MOST_FOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.adapters.durable import Location


class FolderStore:
    """Keeps objects as files; safe to use from several threads for different keys."""

    def __init__(self, root: Location) -> None:
        self._root = root

    def put(self, key: str, data: bytes, *, operation_id: str, restores: bool = False) -> None:
        """Make `data` the object at `key`, whatever was there; durable on return.

        The lock of the workspace sees to it that nothing arrives late.
        """
        del operation_id, restores
        *folders, name = checked_parts(key)
        with (
            durable.explained(key),
            self._root.below(*folders).opened(make=True) as folder,
        ):
            if _holds(folder, name, data):  # needs no space, should the disk be full
                durable.clear(folder, name)
            else:
                durable.replace(folder, name, data)
            os.fsync(folder)

    def get(self, key: str) -> bytes | None:
        """Return the object, or None."""
        *folders, name = checked_parts(key)
        with durable.explained(key):
            try:
                with self._root.below(*folders).opened() as folder:
                    return durable.read(folder, name)
            except FileNotFoundError:
                return None

    def delete(self, key: str) -> None:
        """Remove the object, if there is one."""
        *folders, name = checked_parts(key)
        with durable.explained(key):
            try:
                with self._root.below(*folders).opened() as folder:
                    durable.clear(folder, name)
                    durable.remove(folder, name)
                    os.fsync(folder)
            except FileNotFoundError:
                return

    def keys(self, folder: str) -> Iterator[StoredKey]:
        """Yield the objects right below a folder."""
        parts = checked_parts(folder)
        with durable.explained(folder):
            try:
                with self._root.below(*parts).opened() as opened:
                    entries = [(name, _written_at(opened, name)) for name in durable.names(opened)]
            except FileNotFoundError:
                return
        yield from (
            StoredKey(f"{folder}/{name}", written)
            for name, written in entries
            if written is not None
        )

    def strays(self, folder: str) -> Iterator[str]:
        """Yield the keys of all that does not lie right below a folder."""
        parts = checked_parts(folder)
        with durable.explained(folder):
            try:
                with self._root.opened() as root:
                    yield from _besides("/".join(parts), root)
            except FileNotFoundError:
                return


def _besides(folder: str, root: int) -> Iterator[str]:
    walk = islice(os.fwalk(".", dir_fd=root), MOST_FOLDERS)
    for place, folders, files, _ in walk:
        folders.sort()
        where = place.removeprefix(".").removeprefix("/")
        above = f"{where}/" if where else ""
        yield from (f"{above}{name}" for name in sorted(files) if where != folder)


def _written_at(folder: int, name: str) -> datetime | None:
    """Return when a regular file was written; None for everything else."""
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    return datetime.fromtimestamp(status.st_mtime, UTC) if stat.S_ISREG(status.st_mode) else None


def _holds(folder: int, name: str, data: bytes) -> bool:
    try:
        return durable.read(folder, name) == data
    except OSError:  # a link, or something else to be replaced
        return False
