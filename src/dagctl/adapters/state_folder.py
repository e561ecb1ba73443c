"""Where dagctl keeps what it may undo or redo: in the git folder of the work tree.

What lies there no clone and no pull can put there, git never tracks it, it moves with the clone,
each work tree has its own, and a user who may write there commands git itself as well. git is asked
where that is, so a folder that git does not trust (`safe.directory`) is not used either.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

from dagctl.adapters.durable import Location

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.adapters.git.folder import GitFolder

NAME = "dagctl"
"""The folder in the git folder (`git rev-parse --git-path dagctl`)."""

TOP, INNER = "top", "in"
"""Where the state of the workspace at the top of a work tree is, and that of those below it."""

_LONGEST = 200
"""Characters of a name; file systems take 255 bytes."""


def state_in(folder: GitFolder) -> Location:
    """Return the state folder of a workspace; it need not exist."""
    inner = folder.prefix.rstrip("/")
    if not inner:
        return Location(folder.path, (NAME, TOP))
    name = quote(inner, safe="", errors="surrogateescape")
    if len(name) > _LONGEST:
        name = sha256(name.encode()).hexdigest()
    return Location(folder.path, (NAME, INNER, name))


def state_of_nothing(root: Path) -> Location:
    """Return the state folder of a workspace that is not there yet: it does not exist either."""
    return Location(root / ".git", (NAME, TOP))
