"""Where dagctl keeps what it may undo or redo: in the git folder of the work tree.

What lies there no clone and no pull can put there, git never tracks it, it moves with the clone,
each work tree has its own, and a user who may write there commands git itself as well. git is asked
where that is, so a folder that git does not trust (`safe.directory`) is not used either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.durable import Location
from dagctl.paths import state_parts

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.adapters.git.folder import GitFolder


def state_in(folder: GitFolder) -> Location:
    """Return the state folder of a workspace; it need not exist."""
    return Location(folder.path, state_parts(folder.prefix))


def state_of_nothing(root: Path) -> Location:
    """Return the state folder of a workspace that is not there yet: it does not exist either."""
    return Location(root / ".git", state_parts(""))
