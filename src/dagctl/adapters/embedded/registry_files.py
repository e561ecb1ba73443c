"""The files of the embedded registry: what has to be true of them before SQLite opens them."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from dagctl.durable import CREATE
from dagctl.errors import ConflictError
from dagctl.next_step import again

if TYPE_CHECKING:
    from pathlib import Path

DATABASE = "registry.db"
BESIDE = tuple(DATABASE + end for end in ("-wal", "-shm", "-journal"))
"""SQLite's own files; they get the permissions that the database has when they are made."""


def check_files(folder: int, path: Path) -> None:
    """Make sure that SQLite will open regular files, and may write those beside the database.

    Args:
        folder: The open folder of the files.
        path: The database, for messages.

    Raises:
        ConflictError: A link, or something else that is no regular file, has one of the names.
    """
    status = {name: _status(folder, name) for name in (DATABASE, *BESIDE)}
    there = {name: file for name, file in status.items() if file is not None}
    for name, file in there.items():
        if not stat.S_ISREG(file.st_mode):
            raise ConflictError(
                f"{path.parent / name} is a link, or something else that is not a regular file",
                hint=again("move it away"),
            )
    is_locked = {name for name, file in there.items() if not file.st_mode & stat.S_IWUSR}
    if DATABASE not in is_locked:  # else SQLite says what it is about
        for name in is_locked:
            _unlock(folder, name)


def make_file(folder: int) -> None:
    """Make an empty database if there is none: SQLite would make it wherever a link leads."""
    if _status(folder, DATABASE) is not None:
        return
    with suppress(FileExistsError):
        os.close(os.open(DATABASE, CREATE, 0o644, dir_fd=folder))


def check_same(folder: int, path: Path) -> None:
    """Make sure that a path, by which SQLite opens the database, leads to that of the open folder.

    Raises:
        ConflictError: A folder on the way has become a link meanwhile.
    """
    here, there = _status(folder, DATABASE), path.stat()
    if here is None or not os.path.samestat(here, there):
        message = f"{path} is another file than a moment ago: a folder above it was exchanged"
        raise ConflictError(message, hint=again("see what changes that folder"))


def _status(folder: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _unlock(folder: int, name: str) -> None:
    """Let the user write a file that SQLite made while the database was read-only."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not stop us
    descriptor = os.open(name, flags, dir_fd=folder)
    try:
        os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) | stat.S_IWUSR)
    finally:
        os.close(descriptor)
