"""The private index that a commit is made with, so that the user's is never part of it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from dagctl.adapters.git.command import zero_ended
from dagctl.adapters.git.tree import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dagctl.adapters.git.place import Place

_PLAIN = (
    *("-c", "core.fsync=all,-index"),  # it is thrown away
    *("-c", "core.splitIndex=false"),  # would leave a shared part in the git folder
    *("-c", "core.fsmonitor=false"),  # would start a daemon
    *("-c", "core.untrackedCache=false"),
    *("-c", "index.sparse=false"),
)


class PrivateIndex:
    """An index file in a folder of our own."""

    def __init__(self, place: Place, folder: Path) -> None:
        self._place = place
        self._file = folder / "index"
        self.environment = {"GIT_INDEX_FILE": str(self._file)}

    def add(self, paths: Sequence[str]) -> dict[str, Entry | None]:
        """Write the files of the work tree as blobs, attributes applied; return their entries.

        A path where no file stands has None.

        Raises:
            UnavailableError: git could not read or store one.
        """
        data = zero_ended(list(paths))
        self._run("update-index", "--add", "--remove", "-z", "--stdin", data=data)
        listing = os.fsdecode(self._run("ls-files", "-s", "-z"))
        none: dict[str, Entry | None] = dict.fromkeys(paths)
        return none | dict(_staged(line) for line in listing.split("\0")[:-1])

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

    def _run(self, *arguments: str, data: bytes = b"") -> bytes:
        git = self._place.git
        return git.must(*_PLAIN, *arguments, data=data, environment=self.environment).out


def _staged(line: str) -> tuple[str, Entry]:
    about, _, path = line.partition("\t")
    mode, blob, _stage = about.split(" ")
    return path, Entry(mode, "blob", blob)
