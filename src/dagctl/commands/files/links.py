"""Where a path really leads: a clone may hold a link to any file of the user's.

What was looked at is what is opened: from the workspace on, each folder is opened by its name, and
no link is followed any more. So it makes no difference if a folder becomes a link meanwhile.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.durable import Location
from dagctl.errors import ConflictError
from dagctl.paths import is_reserved
from dagctl.workspace import CONFIG_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

_GIT = ".git"
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
"""Not blocking: opening a named pipe would otherwise wait for a writer."""


class OutsideError(ConflictError):
    """A path leads out of the folder that it belongs to."""

    def __init__(self, path: str | os.PathLike[str], real: Path) -> None:
        super().__init__(
            f"{os.fspath(path)} leads out of the workspace, through a link, to {real}",
            hint="choose another file or folder, or remove the link",
        )
        self.real = real
        """Where it leads."""


def opened(path: str | os.PathLike[str], flags: int = 0) -> int:
    """Open a file for reading and return its descriptor; it may be a link, to a file inside.

    Inside is the nearest folder above with a `dagctl.toml` or a `.git`, without its git folder: the
    configuration in that may hold a token. Where there is no such folder, any file may be meant.

    Args:
        path: The file.
        flags: Further ones for `os.open`, such as `O_DIRECTORY`.

    Raises:
        OutsideError: A link leads out.
        OSError: It cannot be opened.
        ValueError: It can be no path.
    """
    top, real = _way(path, Path(os.path.realpath(path)))
    if top is None:
        return os.open(path, _READ | flags)
    *folders, name = real.relative_to(top).parts or (".",)
    with Location(top, tuple(folders)).opened() as folder:
        return os.open(name, _READ | os.O_NOFOLLOW | flags, dir_fd=folder)


@contextmanager
def folder_of(path: Path, *, make: bool = False, follow: bool = False) -> Iterator[tuple[int, str]]:
    """Open the folder of a file that is to be written; yield it, and the name of the file there.

    Args:
        path: The file.
        make: Whether folders are made that are missing.
        follow: Whether the file that a link leads to is meant; else the link itself is.

    Raises:
        OutsideError: A link leads out of the workspace; what that is says `opened`.
        ConflictError: The path is in a folder of git or dagctl.
        OSError: The folder cannot be opened or made.
    """
    plain = _plain(path)
    target = plain if follow else plain.parent
    real = Path(os.path.realpath(target)) / ("" if follow else plain.name)
    top, real = _way(plain, real)
    if top is None:
        with Location(plain.parent).opened(make=make) as folder:
            yield folder, plain.name
        return
    if any(map(is_reserved, real.relative_to(top).parts[:-1])):
        raise ConflictError(
            f"{path} is in a folder of git or dagctl", hint="choose another file or folder"
        )
    with Location(top, real.relative_to(top).parts[:-1]).opened(make=make) as folder:
        yield folder, real.name


def _way(path: str | os.PathLike[str], real: Path) -> tuple[Path | None, Path]:
    """Return the folder that a path belongs to, without links, and where the path really leads.

    Raises:
        OutsideError: That is outside.
    """
    plain = _plain(path)
    top = _top_of(plain)
    if top is None:
        return None, real
    real_top = Path(os.path.realpath(top))
    is_inside = real.is_relative_to(real_top)
    names_git = _GIT in plain.relative_to(top).parts
    if not is_inside or (_GIT in real.relative_to(real_top).parts and not names_git):
        raise OutsideError(path, real)
    return real_top, real


def _plain(path: str | os.PathLike[str]) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - links stay as they are


def _top_of(plain: Path) -> Path | None:
    return next((folder for folder in plain.parents if _is_top(folder)), None)


def _is_top(folder: Path) -> bool:
    return os.path.lexists(folder / CONFIG_NAME) or os.path.lexists(folder / _GIT)
