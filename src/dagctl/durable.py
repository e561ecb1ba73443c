"""Atomic, durable steps on files, relative to folder descriptors; no symbolic link is followed.

A new content is written to a temporary file beside its place, synced, and only then linked or
renamed to its name; the caller syncs the folder. A temporary file has one name per file, so that
the next run that handles the file also clears what a killed run left.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from dagctl.errors import ConflictError, UnavailableError, advice
from dagctl.frozen import frozen
from dagctl.next_step import again
from dagctl.paths import TEMPORARY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import BinaryIO

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# O_NONBLOCK: a named pipe must not stop us
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
"""How a file is opened that must not be there yet, not even as a link to another."""
# a lock is taken with fcntl, as filelock does it, because that opens by path only
_LOCK = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MODE = 0o644
_FOLDER_MODE = 0o755  # never writable for all, whatever the umask is

LARGEST = 64 * 1024 * 1024
"""Bytes of a file of a repository that is read whole; no spec makes a DAG file as large."""
_IN_THE_WAY = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.ENXIO})


@frozen
class Location:
    """A folder by the way to it: `root` as it is, then the names from there, no link among them."""

    root: Path
    """An absolute path that exists."""
    parts: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The whole path, for messages."""
        return self.root.joinpath(*self.parts)

    def below(self, *names: str) -> Location:
        """Return the folder that these names lead to from here."""
        return Location(self.root, (*self.parts, *names))

    def opened(self, *, make: bool = False) -> AbstractContextManager[int]:
        """Open the folder for the length of the block; see `folder`."""
        return folder(self.root, self.parts, make=make)


@contextmanager
def explained(path: str) -> Iterator[None]:
    """Turn the operating system's errors about `path` into ours.

    Raises:
        ConflictError: Something other than a regular file stands at the path or on the way there.
        UnavailableError: The path cannot be read or written now.
    """
    try:
        yield
    except _BlockedError as error:
        folder, slash, _ = path.rpartition("/")
        raise _BlockedError(folder + slash + error.name) from error
    except OSError as error:
        if error.errno in _IN_THE_WAY:
            raise ConflictError(
                _in_the_way(path, error),
                hint=again("move it away, or put the file or folder itself there"),
            ) from error
        raise UnavailableError(f"{path}: {error.strerror or error}", hint=advice(error)) from error


class _BlockedError(ConflictError):
    """The place of a temporary file is taken; `explained` adds the folder to its name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"something that dagctl did not make is in the way: {name}", hint=again("move it away")
        )
        self.name = name


def _in_the_way(path: str, error: OSError) -> str:
    """Return what is wrong: a folder on the way is named itself, not the file below it."""
    if error.errno == errno.ENOTDIR and error.filename:
        return f"{error.filename} is a link, or something else that is not a folder"
    return f"{path} is a link, or something else that is not a regular file"


@contextmanager
def folder(root: Path, parts: Sequence[str], *, make: bool = False) -> Iterator[int]:
    """Open the folder below `root` that `parts` name, for the length of the block.

    Args:
        root: Where to begin; it may itself be reached through links.
        parts: The names of the folders, from the root on.
        make: Whether to make what is missing, durably.

    Raises:
        FileNotFoundError: There is no such folder, and `make` is false.
        NotADirectoryError: A link or a file is in the way; `filename` is its path below `root`.
    """
    if make and not root.exists():
        _make(root)
    descriptor = os.open(root, _FOLDER)
    try:
        for depth, part in enumerate(parts, 1):
            try:
                inner = _enter(descriptor, part, make=make)
            except NotADirectoryError as error:
                error.filename = "/".join(parts[:depth])
                raise
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def read(folder: int, name: str, *, limit: int | None = None) -> bytes | None:
    """Return the content of a regular file, or None if nothing is there.

    Raises:
        OSError: It is no regular file (ENXIO), or is larger than `limit` bytes (EFBIG).
    """
    try:
        descriptor = os.open(name, _READ, dir_fd=folder)
    except FileNotFoundError:
        return None
    try:
        content = _read_to_end(descriptor, _size(descriptor, name, limit), limit)
    finally:
        os.close(descriptor)
    if limit is not None and len(content) > limit:  # it has grown meanwhile
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), name)
    return content


def opened(folder: int, name: str, *, limit: int | None = None) -> BinaryIO | None:
    """Return a regular file, open to be read in parts, or None if nothing is there.

    It stays the file that it is, also when another is put in its place.

    Raises:
        OSError: As of `read`.
    """
    try:
        descriptor = os.open(name, _READ, dir_fd=folder)
    except FileNotFoundError:
        return None
    try:
        _size(descriptor, name, limit)
    except OSError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def _size(descriptor: int, name: str, limit: int | None) -> int:
    """Return the size of a regular file that is not too large; raises as `read`."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.ENXIO, "not a regular file", name)
    if limit is not None and status.st_size > limit:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), name)
    return status.st_size


def _read_to_end(descriptor: int, size: int, limit: int | None) -> bytes:
    """Return all that a file holds; one that is as large as it said takes one call.

    Of one that has grown beyond the limit it is no more than a byte beyond.
    """
    content = os.read(descriptor, size + 1)
    if len(content) <= size:
        return content
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        return content + file.read(-1 if limit is None else limit - size)


def opened_lock(folder: int, name: str) -> int:
    """Return the descriptor of a file to lock, which is made if need be."""
    return os.open(name, _LOCK, _MODE, dir_fd=folder)


def is_locked(descriptor: int) -> bool:
    """Lock an open file, unless another process has it; return whether it is ours."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def names(folder: int) -> list[str]:
    """Return the names of what is in the folder, in no order; unfinished files are left out."""
    return [name for name in os.listdir(folder) if not name.startswith(TEMPORARY)]


def sweep(folder: int) -> None:
    """Remove all that killed runs have left of writing files in the folder."""
    for name in os.listdir(folder):
        if name.startswith(TEMPORARY):
            clear(folder, name.removeprefix(TEMPORARY))


def create(folder: int, name: str, data: bytes, *, alone: bool = True) -> None:
    """Make a new file, complete from its first moment.

    Args:
        folder: The open folder.
        name: The name of the file.
        data: Its content.
        alone: Whether a lock keeps others from writing the file at the same time. Else what a
            killed run leaves beside it has a name of that run, and stays.

    Raises:
        FileExistsError: Something is there.
    """
    with _temporary(folder, _own(name, alone=alone), _MODE) as (temporary, file):
        file.write(data)
        _sync(file)
        os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)


def replace(folder: int, name: str, data: bytes, *, alone: bool = True) -> None:
    """Make `data` the content of the file, which keeps its permissions; make it if need be.

    What `alone` means, says `create`.
    """
    with replacing(folder, name, mode=_permissions(folder, name), alone=alone) as file:
        file.write(data)


def replace_parts(folder: int, name: str, parts: Iterable[bytes]) -> None:
    """Do as `replace` with a content that comes in parts, so that it is never held as a whole."""
    with replacing(folder, name, mode=_permissions(folder, name)) as file:
        file.writelines(parts)


@contextmanager
def replacing(
    folder: int, name: str, *, mode: int | None = None, alone: bool = True
) -> Iterator[BinaryIO]:
    """Yield a new file to write in; at the end of the block it takes the place of the old one.

    If the block raises, the old one stays. What `alone` means, says `create`.
    """
    with _temporary(folder, _own(name, alone=alone), mode) as (temporary, file):
        yield file
        _sync(file)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)


def _own(name: str, *, alone: bool) -> str:
    return name if alone else f"{os.getpid()}-{name}"


def remove(folder: int, name: str) -> None:
    """Remove a file, if it is there."""
    with suppress(FileNotFoundError):
        # A read-only file system refuses to remove even what is not there.
        _mode(folder, name)
        os.unlink(name, dir_fd=folder)


def clear(folder: int, name: str) -> None:
    """Remove what a killed run may have left of writing that file; a folder is not ours."""
    with suppress(FileNotFoundError):
        if not stat.S_ISDIR(_mode(folder, TEMPORARY + name)):
            os.unlink(TEMPORARY + name, dir_fd=folder)


@contextmanager
def _temporary(folder: int, name: str, mode: int | None) -> Iterator[tuple[str, BinaryIO]]:
    """Yield the name of a temporary file, and the file; remove it in the end, if it is there."""
    temporary = TEMPORARY + name
    # never reused: after a kill it may be a second link of the file itself
    clear(folder, name)
    try:
        descriptor = _opened_new(folder, temporary)
        with os.fdopen(descriptor, "w+b") as file:
            if mode is not None and mode != _MODE:
                os.fchmod(descriptor, mode)
            yield temporary, file
    finally:
        clear(folder, name)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _opened_new(folder: int, temporary: str) -> int:
    try:
        return os.open(temporary, CREATE, _MODE, dir_fd=folder)
    except FileExistsError as error:
        raise _BlockedError(temporary) from error


def _permissions(folder: int, name: str) -> int | None:
    try:
        return stat.S_IMODE(_mode(folder, name))
    except FileNotFoundError:
        return None


def _mode(folder: int, name: str) -> int:
    return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode


def _make(path: Path) -> None:
    """Make a folder and those above it that are missing, durably."""
    if not path.parent.exists():
        _make(path.parent)
    path.mkdir(_FOLDER_MODE, exist_ok=True)
    above = os.open(path.parent, _FOLDER)
    try:
        os.fsync(above)
    finally:
        os.close(above)


def _enter(folder: int, part: str, *, make: bool) -> int:
    try:
        return os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
    except FileNotFoundError:
        if not make:
            raise
    with suppress(FileExistsError):
        os.mkdir(part, _FOLDER_MODE, dir_fd=folder)
    os.fsync(folder)
    return os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
