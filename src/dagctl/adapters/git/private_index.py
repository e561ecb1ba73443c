"""The private index that hooks are shown, so that the user's is never part of a commit."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.adapters.git.place import GitWorkTree

_PLAIN = (
    *("-c", "core.fsync=all,-index"),  # it is thrown away
    *("-c", "core.splitIndex=false"),  # would leave a shared part in the git folder
    *("-c", "core.fsmonitor=false"),  # would start a daemon
    *("-c", "core.untrackedCache=false"),
    *("-c", "index.sparse=false"),
)


class PrivateIndex:
    """An index file in a folder of our own."""

    def __init__(self, place: GitWorkTree, folder: Path) -> None:
        self._place = place
        self._file = folder / "index"
        self.environment = {"GIT_INDEX_FILE": str(self._file)}

    def fill(self, tree: str) -> None:
        """Make the index hold exactly this tree, with what the user's index knows of the files.

        Only a hook needs this: it reads as many entries as the repository has files.
        """
        self._file.unlink(missing_ok=True)
        users = self._place.files["index"]
        if users.is_file():
            shutil.copyfile(users, self._file)
        self._run("read-tree", "--reset", tree)

    def tree(self) -> str:
        """Return the id of the tree that the index holds now."""
        return self._run("write-tree").decode().strip()

    def _run(self, *arguments: str) -> bytes:
        git = self._place.git
        return git.must(*_PLAIN, *arguments, environment=self.environment).out
