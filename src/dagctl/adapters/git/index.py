"""Indexes: the private one that a commit is made with, and the user's own."""

from __future__ import annotations

import os
import shlex
import shutil
import time
from hashlib import new as new_hash
from typing import TYPE_CHECKING

from dagctl.adapters.git.command import zero_ended
from dagctl.adapters.git.history import tip
from dagctl.adapters.git.tree import Entry, Trees

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from dagctl.adapters.git.place import Place

_PLAIN = (
    *("-c", "core.fsync=all,-index"),  # it is thrown away
    *("-c", "core.splitIndex=false"),  # would leave a shared part in the git folder
    *("-c", "core.fsmonitor=false"),  # would start a daemon
    *("-c", "core.untrackedCache=false"),
    *("-c", "index.sparse=false"),
)
_HELD = "File exists"
_LISTED = 10


class PrivateIndex:
    """An index of our own, so that the user's is never part of a commit of ours."""

    def __init__(self, place: Place, folder: Path) -> None:
        self._place = place
        self._file = folder / "index"
        self.environment = {"GIT_INDEX_FILE": str(self._file)}

    def add(self, paths: Sequence[str]) -> dict[str, Entry]:
        """Write the files of the work tree as blobs, attributes applied; return their entries.

        Raises:
            UnavailableError: git could not read or store one.
        """
        data = zero_ended(list(paths))
        self._run("update-index", "--add", "-z", "--stdin", data=data)
        listing = os.fsdecode(self._run("ls-files", "-s", "-z"))
        return dict(_staged(line) for line in listing.split("\0")[:-1])

    def fill(self, tree: str) -> None:
        """Make the index hold exactly this tree, with what the user's index knows of the files.

        Only a hook needs this: it reads as many entries as the repository has files.
        """
        self._file.unlink()
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


def stage(place: Place, paths: Sequence[str], *, wait: float) -> str | None:
    """Bring these paths of the user's index to what HEAD holds; every other entry stays as it is.

    A file of the work tree that differs from HEAD is not staged: it is the user's change.

    Returns:
        A warning with the command that repairs it if the index cannot be written (because another
        process holds it for `wait` seconds, say), else None.
    """
    head = tip(place.git, "HEAD")
    trees = Trees(place.git)
    committed = {path: trees.find(head, path) for path in paths}
    alike = [path for path, entry in committed.items() if _is_checked_out(place, path, entry)]
    other = {p: e for p, e in committed.items() if e is not None and p not in set(alike)}
    gone = [path for path, entry in committed.items() if entry is None]
    held = (
        (alike and _update(place, ("--add", "-z", "--stdin"), zero_ended(alike), wait))
        or (other and _update(place, ("-z", "--index-info"), _index_info(other), wait))
        or (gone and _update(place, ("--force-remove", "-z", "--stdin"), zero_ended(gone), wait))
    )
    return _warning(place, paths, held) if held else None


def wait_for_index(place: Place, *, wait: float) -> Path | None:
    """Return the user's index.lock if it is still held after `wait` seconds, else None."""
    index = place.files["index"]
    lock = index.with_name(index.name + ".lock")
    deadline = time.monotonic() + wait
    while os.path.lexists(lock):
        if time.monotonic() > deadline:
            return lock
        time.sleep(0.05)
    return None


def _update(place: Place, options: tuple[str, ...], data: bytes, wait: float) -> str:
    """Run update-index on the user's index; return what git says if it cannot."""
    deadline = time.monotonic() + wait
    while True:
        answer = place.git.run("update-index", *options, data=data)
        if answer.ok:
            return ""
        if _HELD not in answer.error or time.monotonic() > deadline:
            return answer.error or f"exit status {answer.status}"
        time.sleep(0.1)


def _is_checked_out(place: Place, path: str, entry: Entry | None) -> bool:
    """Return whether the work tree holds a committed file to the byte."""
    if entry is None:
        return False
    try:
        content = (place.git.folder / path).read_bytes()
    except OSError:
        return False
    return blob_id(content, like=entry.id) == entry.id


def blob_id(content: bytes, *, like: str) -> str:
    """Return the id that git gives this content, by the hash that made the id `like`."""
    digest = new_hash("sha1" if len(like) == len("sha1") * 10 else "sha256", usedforsecurity=False)
    digest.update(b"blob %d\0" % len(content))
    digest.update(content)
    return digest.hexdigest()


def _index_info(entries: Mapping[str, Entry]) -> bytes:
    """Return the input of `update-index --index-info`."""
    return zero_ended([f"{entry.mode} {entry.id}\t{path}" for path, entry in entries.items()])


def _staged(line: str) -> tuple[str, Entry]:
    about, _, path = line.partition("\t")
    mode, blob, _stage = about.split(" ")
    return path, Entry(mode, "blob", blob)


def _warning(place: Place, paths: Iterable[str], held: str) -> str:
    names = list(paths)
    repair = shlex.join(["git", "-C", str(place.git.folder), "reset", "-q", "--", *names[:_LISTED]])
    more = f" (and {len(names) - _LISTED} more paths)" if len(names) > _LISTED else ""
    return f"the index could not be updated: {held.splitlines()[0]}; afterwards run: {repair}{more}"
