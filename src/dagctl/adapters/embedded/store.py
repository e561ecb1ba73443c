"""The `Store` port over a folder: each key is a file below it."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dagctl import durable
from dagctl.paths import checked_parts
from dagctl.ports import StoredKey
from dagctl.ports.store import MOST_FOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.durable import Location


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
        """Yield the objects right below a folder, then those elsewhere in the store."""
        first = tuple(checked_parts(folder))
        left: list[tuple[str, ...]] = [(), first]
        for _ in range(MOST_FOLDERS):
            if not left:
                return
            parts = left.pop()
            for name, status in self._entries(parts):
                inner = (*parts, name)
                if not stat.S_ISDIR(status.st_mode):
                    written = datetime.fromtimestamp(status.st_mtime, UTC)
                    yield StoredKey("/".join(inner), written)
                elif inner != first:
                    left.append(inner)

    def _entries(self, parts: tuple[str, ...]) -> list[tuple[str, os.stat_result]]:
        """Return what lies right below a folder; nothing if that is gone."""
        with durable.explained("/".join(parts)):
            try:
                with self._root.below(*parts).opened() as folder:
                    return [(name, _status(folder, name)) for name in durable.names(folder)]
            except FileNotFoundError:
                return []


def _status(folder: int, name: str) -> os.stat_result:
    return os.stat(name, dir_fd=folder, follow_symlinks=False)


def _holds(folder: int, name: str, data: bytes) -> bool:
    try:
        return durable.read(folder, name) == data
    except OSError:  # a link, or something else to be replaced
        return False
