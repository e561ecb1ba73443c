"""Writes objects as git does where they are few: one compressed file each.

No git is started for it. Each start takes longer than the writing of a few objects, and a remote
that others push to without a pause leaves less time for a commit than that.
"""

from __future__ import annotations

import os
import zlib
from contextlib import ExitStack, suppress
from secrets import token_hex
from typing import TYPE_CHECKING

from dagctl import durable
from dagctl.durable import CREATE, Location
from dagctl.errors import UnavailableError
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

_MODE = 0o444
"""Nothing changes an object."""


@frozen
class NewObject:
    """An object that is to be written."""

    id: str
    kind: str
    """`blob`, `tree` or `commit`."""
    data: bytes


def write_objects(objects: Path, new: Iterable[NewObject]) -> None:
    """Make objects durable (`git help gitrepository-layout`, `objects/[0-9a-f][0-9a-f]`).

    All are on the disk before the first has its name, and none has a name before those that it
    needs, which come before it.

    Args:
        objects: The folder `objects` of a repository.
        new: The objects.

    Raises:
        UnavailableError: One cannot be written.
    """
    if not objects.is_dir():  # removed meanwhile: it is not made again
        raise UnavailableError(f"{objects.parent} is not a git repository any more")
    new = tuple(new)
    _make_folders(objects, {each.id[:2] for each in new})
    with ExitStack() as stack:
        written = [each for each in (_written(stack, objects, each) for each in new) if each]
        for folder, temporary, name in written:
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        for folder, _, _ in written:
            os.fsync(folder)


def _written(stack: ExitStack, objects: Path, new: NewObject) -> tuple[int, str, str] | None:
    """Write an object under a passing name; return its folder, that name and its own.

    None: it is there already.
    """
    name = new.id[2:]
    inside = Location(objects, (new.id[:2],))
    stack.enter_context(durable.explained(str(inside.path)))
    folder = stack.enter_context(inside.opened())
    if _is_fresh(name, folder):
        return None
    # `git prune` removes what a killed run leaves under such a name; it differs for each process,
    # since two may write the same object
    temporary = f"tmp_obj_{token_hex(8)}"
    with os.fdopen(os.open(temporary, CREATE, _MODE, dir_fd=folder), "wb") as file:
        head = b"%s %d\0" % (new.kind.encode(), len(new.data))
        file.write(zlib.compress(head + new.data))
        file.flush()
        os.fsync(file.fileno())
    return folder, temporary, name


def _make_folders(objects: Path, names: Collection[str]) -> None:
    """Make folders of objects with the rights that git gives them: as the umask says."""
    with durable.explained(str(objects)), Location(objects).opened() as folder:
        is_made = False
        for name in names:
            with suppress(FileExistsError):
                os.mkdir(name, 0o777, dir_fd=folder)
                is_made = True
        if is_made:
            os.fsync(folder)


def _is_fresh(name: str, folder: int) -> bool:
    """Return whether an object is there, and will stay: `git prune` removes what is old.

    As git does, its time becomes that of now. Another user's is written again.
    """
    try:
        os.utime(name, dir_fd=folder, follow_symlinks=False)
    except (FileNotFoundError, PermissionError):
        return False
    return True
