"""Trees: reading folders of commits, and making new ones with a few paths replaced."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagctl.errors import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.adapters.git.command import GitCommand

_FILES = frozenset({"100644", "100755"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands under one name in a tree: a file, a link, a folder or a submodule."""

    mode: str
    kind: str
    id: str


class Trees:
    """The trees of one repository, each read at most once."""

    def __init__(self, git: GitCommand) -> None:
        self._git = git
        self._read: dict[str, dict[str, Entry]] = {}

    def entries(self, tree: str | None) -> dict[str, Entry]:
        """Return the entries of a tree (or of a commit's tree) by name; of None, nothing."""
        if tree is None:
            return {}
        if tree not in self._read:
            self._read[tree] = _parse(self._git.must("ls-tree", "-z", tree).out)
        return self._read[tree]

    def find(self, tree: str | None, path: str) -> Entry | None:
        """Return what stands at a path below a tree, or None."""
        *folders, name = path.split("/")
        for folder in folders:
            entry = self.entries(tree).get(folder)
            if entry is None or entry.kind != "tree":
                return None
            tree = entry.id
        return self.entries(tree).get(name)

    def graft(self, tree: str | None, files: Mapping[str, Entry | None]) -> str:
        """Write the tree with these paths replaced (None: removed) and return its id.

        Only the folders on the way to the paths are read, so the cost does not grow with the
        repository.

        Raises:
            ConflictError: A folder or a submodule stands at a path, or a file on the way there.
        """
        entries = dict(self.entries(tree))
        for folder, inside in _by_folder(files).items():
            known = entries.pop(folder, None)
            if known is not None and known.kind != "tree":
                raise WorkspaceError(
                    f"{folder} is {_NOUNS[known.mode]} on the branch, not a folder"
                )
            new = self.graft(None if known is None else known.id, inside)
            if self._has_entries(new):
                entries[folder] = Entry("040000", "tree", new)
        for name, entry in ((n, e) for n, e in files.items() if "/" not in n):
            _replace(entries, name, entry)
        return self._write(entries)

    def _has_entries(self, tree: str) -> bool:
        return bool(self._read[tree])

    def _write(self, entries: dict[str, Entry]) -> str:
        lines = (f"{e.mode} {e.kind} {e.id}\t{name}" for name, e in entries.items())
        data = b"".join(os.fsencode(line) + b"\0" for line in lines)
        # --missing: the objects of a partial clone need not be here
        tree = self._git.must("mktree", "-z", "--missing", data=data).text
        self._read[tree] = entries
        return tree


_NOUNS = {
    "100644": "a file",
    "100755": "a file",
    "120000": "a symbolic link",
    "160000": "a submodule",
    "040000": "a folder",
}


def _replace(entries: dict[str, Entry], name: str, entry: Entry | None) -> None:
    known = entries.pop(name, None)
    if known is not None and known.mode not in _FILES:
        raise WorkspaceError(f"{name} is {_NOUNS[known.mode]} on the branch, not a regular file")
    if entry is not None:
        entries[name] = entry


def _by_folder(files: Mapping[str, Entry | None]) -> dict[str, dict[str, Entry | None]]:
    """Return the paths that lie in folders, grouped by their first folder."""
    grouped: dict[str, dict[str, Entry | None]] = {}
    for path, entry in files.items():
        folder, slash, rest = path.partition("/")
        if slash:
            grouped.setdefault(folder, {})[rest] = entry
    return grouped


def _parse(listing: bytes) -> dict[str, Entry]:
    """Read what `ls-tree -z` writes: mode, type, id, tab, name, NUL."""
    entries = {}
    for line in os.fsdecode(listing).split("\0")[:-1]:
        about, _, name = line.partition("\t")
        entries[name] = Entry(*about.split(" "))
    return entries
