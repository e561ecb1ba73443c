"""Writes objects as git does where they are few: one compressed file each.

No git is started for it. A remote that others push to without a pause leaves less time for a commit
than the start of a few processes takes.
"""

from __future__ import annotations

import os
import zlib
from secrets import token_hex
from typing import TYPE_CHECKING

from dagctl.adapters import durable
from dagctl.adapters.durable import Location

if TYPE_CHECKING:
    from pathlib import Path

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o444
"""Nothing changes an object."""


def write_object(objects: Path, object_id: str, kind: str, data: bytes) -> None:
    """Make an object durable (`git help gitrepository-layout`, `objects/[0-9a-f][0-9a-f]`).

    Args:
        objects: The folder `objects` of a repository.
        object_id: Its id, in hex.
        kind: `blob`, `tree` or `commit`.
        data: What it holds.

    Raises:
        UnavailableError: It cannot be written.
    """
    name = object_id[2:]
    inside = Location(objects, (object_id[:2],))
    with durable.explained(str(inside.path)), inside.opened(make=True) as folder:
        if os.access(name, os.F_OK, dir_fd=folder, follow_symlinks=False):
            return
        # `git prune` removes what a killed run leaves under such a name; it differs for each
        # process, since two may write the same object
        temporary = f"tmp_obj_{token_hex(8)}"
        with os.fdopen(os.open(temporary, _NEW, _MODE, dir_fd=folder), "wb") as file:
            file.write(zlib.compress(b"%s %d\0%s" % (kind.encode(), len(data), data)))
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
