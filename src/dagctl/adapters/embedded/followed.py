"""Up to which state of the work tree the embedded registry has followed the DAG files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dagctl import durable
from dagctl.adapters.embedded.registry_files import DATABASE
from dagctl.errors import ConflictError

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.durable import Location

_NAME = "followed"
_LARGEST = 256


class Followed:
    """A file in the state folder with the marks of git's index and the registry at the last look.

    git writes its index whenever it changes files: a clone, a pull, another branch, a revert. So to
    know that nothing came costs one look at that file, and no DAG file is read.

    Args:
        index: The index of the work tree.
        state: The state folder; nothing is written where there is none.
    """

    def __init__(self, index: Path, state: Location) -> None:
        self._index = index
        self._state = state
        self._seen = ""

    def is_current(self) -> bool:
        """Return whether git has changed nothing since the last `remember`."""
        try:
            about = self._index.lstat()
        except OSError:  # nothing was ever checked out or added
            return True
        self._seen = f"{about.st_ino} {about.st_size} {about.st_mtime_ns}"
        try:
            with self._state.opened() as folder:
                return durable.read(folder, _NAME, limit=_LARGEST) == self._mark(folder)
        except OSError:
            return False

    def remember(self) -> None:
        """Keep what `is_current` has seen; where it cannot be written, the next look is a new one.

        Never raises.
        """
        try:
            with self._state.opened() as folder:
                durable.replace(folder, _NAME, self._mark(folder))
                os.fsync(folder)
        except (OSError, ConflictError):
            return

    def _mark(self, folder: int) -> bytes:
        """Return what was seen of the index, and which registry has followed it."""
        try:
            registry = os.stat(DATABASE, dir_fd=folder, follow_symlinks=False).st_ino
        except FileNotFoundError:  # moved away, as one that is damaged: it is made anew
            registry = 0
        return f"{self._seen} {registry}".encode()
