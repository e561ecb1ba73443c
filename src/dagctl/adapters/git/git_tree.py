"""Trees: reading folders of commits, and making new ones with a few paths replaced."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from dagctl.adapters.git.git_objects import id_of, look_up, looking_up
from dagctl.adapters.git.plain_files import (
    loose_tip,
    may_have_staged,
    read_object,
    replaces_objects,
)
from dagctl.errors import UnavailableError, WorkspaceError
from dagctl.frozen import frozen
from dagctl.next_step import again

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from dagctl.adapters.git.git_command import GitCommand
    from dagctl.adapters.git.git_objects import LookUp, Stored

_FILES = frozenset({"100644", "100755"})


@frozen
class TreeEntry:
    """What stands under one name in a tree: a file, a link, a folder or a submodule."""

    mode: str
    kind: str
    id: str


@frozen
class Tip:
    """Where a branch stands."""

    commit: str | None
    """None before the first one."""
    staged: frozenset[str] = frozenset()
    """The paths that the index has, of those that were asked about."""


class Trees:
    """The trees of one repository, each read at most once."""

    def __init__(self, git: GitCommand, files: Mapping[str, Path] | None = None) -> None:
        """Take the git that answers, and the files of its git folder that may answer instead."""
        self.git = git
        self._files = files or {}
        self._look: LookUp = partial(look_up, git)
        self._read: dict[str, dict[str, TreeEntry]] = {}

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Let one git answer for the length of the block, so that none is started to look."""
        with looking_up(self.git) as look:
            before, self._look = self._look, look
            try:
                yield
            finally:
                self._look = before

    def forget(self) -> None:
        """Forget what was read: a remote that keeps moving has ever new trees."""
        self._read.clear()

    def note(self, commit: str, tree: str) -> None:
        """Remember what a new commit holds; its tree was grafted."""
        self._read[commit] = self._read[tree]

    def knows(self, commit: str) -> bool:
        """Return whether the commit was read, or made here."""
        return commit in self._read

    def entries(self, tree: str | None) -> dict[str, TreeEntry]:
        """Return the entries of a tree (or of a commit's tree) by name; of None, nothing."""
        if tree is None:
            return {}
        if tree not in self._read:
            (stored,) = self._look([f"{tree}^{{tree}}"])
            if stored is None:
                raise UnavailableError(
                    f"git does not have the tree {tree}",
                    hint=again("in a partial clone: git fetch --refetch --no-filter"),
                )
            self._read[tree] = _parse(stored)
        return self._read[tree]

    def read_tip(self, name: str, paths: Iterable[str], staged: Sequence[str] = ()) -> Tip:
        """Return where a branch (or HEAD) stands, and which of the `staged` paths the index has.

        The folders of `paths` are read on the way, all by one git process, or by none.
        """
        folders = sorted({folder for path in paths for folder in folders_of(path)})
        commit_id = loose_tip(self._files, name) if self._files else None
        if commit_id is not None and self._reads(commit_id, folders, staged):
            return Tip(commit_id)
        inside = [f"{name}:{folder}" for folder in folders]
        in_index = [f":{path}" for path in staged]
        commit, root, *others = self._look(
            [f"{name}^{{commit}}", f"{name}^{{tree}}", *inside, *in_index]
        )
        pairs = zip(staged, others[len(inside) :], strict=True)
        known = frozenset(path for path, stored in pairs if stored is not None)
        if commit is None or root is None:
            return Tip(None, known)
        self._read[commit.id] = _parse(root)
        for stored in others[: len(inside)]:
            if stored is not None and stored.kind == "tree":
                self._read[stored.id] = _parse(stored)
        return Tip(commit.id, known)

    def _reads(self, commit_id: str, folders: Sequence[str], staged: Sequence[str]) -> bool:
        """Read a commit and folders from files of their own; return whether that is all.

        It is not if one is packed, or if the index may have one of the `staged` paths.
        """
        if replaces_objects(self._files) or (
            staged and may_have_staged(self._files["index"], staged)
        ):
            return False
        commit = read_object(self._files, commit_id)
        if commit is None or commit.kind != "commit":
            return False
        root = os.fsdecode(commit.data.partition(b"\n")[0]).removeprefix("tree ")
        if not self._reads_tree(root):
            return False
        self._read[commit_id] = self._read[root]
        inside = (self.find(commit_id, folder) for folder in folders)  # each after the one above it
        return all(e is None or e.kind != "tree" or self._reads_tree(e.id) for e in inside)

    def _reads_tree(self, tree: str) -> bool:
        stored = None if tree in self._read else read_object(self._files, tree)
        if stored is not None and stored.kind == "tree":
            self._read[tree] = _parse(stored)
        return tree in self._read

    def find(self, tree: str | None, path: str) -> TreeEntry | None:
        """Return what stands at a path below a tree, or None."""
        *folders, name = path.split("/")
        for folder in folders:
            entry = self.entries(tree).get(folder)
            if entry is None or entry.kind != "tree":
                return None
            tree = entry.id
        return self.entries(tree).get(name)

    def graft(
        self,
        tree: str | None,
        files: Mapping[str, TreeEntry | None],
        write: Callable[[str, bytes], None] | None = None,
    ) -> str:
        """Write the tree with these paths replaced (None: removed) and return its id.

        Only the folders on the way to the paths are read, so the cost does not grow with the
        repository; all new trees are written by one git process, or by `write`.

        Raises:
            ConflictError: A folder or a submodule stands at a path, or a file on the way there.
        """
        like = tree or next((entry.id for entry in files.values() if entry is not None), "")
        new: dict[str, bytes] = {}
        top = self._grafted(tree, files, like, new)
        if write is None:
            self._write(new)
        else:
            for tree_id, data in new.items():
                write(tree_id, data)
        return top

    def _grafted(
        self,
        tree: str | None,
        files: Mapping[str, TreeEntry | None],
        like: str,
        new: dict[str, bytes],
    ) -> str:
        """Return the id of the new tree; add it and those below it to `new`, the deepest first."""
        entries = dict(self.entries(tree))
        for folder, inside in _by_folder(files).items():
            known = entries.pop(folder, None)
            if known is not None and known.kind != "tree":
                raise WorkspaceError(
                    f"{folder} is {_NOUNS[known.mode]} on the branch, not a folder"
                )
            inner = self._grafted(None if known is None else known.id, inside, like, new)
            if self._read[inner]:
                entries[folder] = TreeEntry(_TREE_MODE, "tree", inner)
        for name, entry in ((n, e) for n, e in files.items() if "/" not in n):
            _replace(entries, name, entry)
        data = _tree_data(entries)
        tree_id = id_of("tree", data, like=like)
        self._read[tree_id] = entries
        new[tree_id] = data
        return tree_id

    def _write(self, trees: Mapping[str, bytes]) -> None:
        """Write trees whose ids are known.

        Raises:
            UnavailableError: git could not, or has other ids for them.
        """
        texts = (
            b"".join(
                b"%s %s %s\t%s\0"
                % (e.mode.encode(), e.kind.encode(), e.id.encode(), os.fsencode(name))
                for name, e in self._read[tree].items()
            )
            for tree in trees
        )
        # --missing: the objects of a partial clone need not be here
        answer = self.git.must(
            "mktree", "-z", "--missing", "--batch", data=b"\0".join(texts) + b"\0"
        )
        if answer.text.split() != list(trees):
            raise UnavailableError("git mktree did not write the trees that it was given")


_TREE_MODE = "040000"
_NOUNS = {
    "100644": "a file",
    "100755": "a file",
    "120000": "a symbolic link",
    "160000": "a submodule",
    "040000": "a folder",
}


def _replace(entries: dict[str, TreeEntry], name: str, entry: TreeEntry | None) -> None:
    known = entries.pop(name, None)
    if known is not None and known.mode not in _FILES:
        raise WorkspaceError(f"{name} is {_NOUNS[known.mode]} on the branch, not a regular file")
    if entry is not None:
        entries[name] = entry


def _by_folder(files: Mapping[str, TreeEntry | None]) -> dict[str, dict[str, TreeEntry | None]]:
    """Return the paths that lie in folders, grouped by their first folder."""
    grouped: dict[str, dict[str, TreeEntry | None]] = {}
    for path, entry in files.items():
        folder, slash, rest = path.partition("/")
        if slash:
            grouped.setdefault(folder, {})[rest] = entry
    return grouped


def folders_of(path: str) -> list[str]:
    """Return the folders on the way to a path, the uppermost first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _tree_data(entries: Mapping[str, TreeEntry]) -> bytes:
    """Return a tree object: mode, name, NUL, binary id; a folder sorts as if it ended in `/`."""

    def place(item: tuple[str, TreeEntry]) -> bytes:
        return os.fsencode(item[0]) + (b"/" if item[1].kind == "tree" else b"")

    return b"".join(
        e.mode.lstrip("0").encode() + b" " + os.fsencode(name) + b"\0" + bytes.fromhex(e.id)
        for name, e in sorted(entries.items(), key=place)
    )


def _parse(stored: Stored) -> dict[str, TreeEntry]:
    """Read a tree object."""
    data, size, at = stored.data, len(stored.id) // 2, 0
    entries: dict[str, TreeEntry] = {}
    while at < len(data):
        space, end = data.index(b" ", at), data.index(b"\0", at)
        mode = data[at:space].decode().rjust(6, "0")
        name = os.fsdecode(data[space + 1 : end])
        at = end + 1 + size
        entries[name] = TreeEntry(mode, _KINDS.get(mode, "blob"), data[end + 1 : at].hex())
    return entries


_KINDS = {_TREE_MODE: "tree", "160000": "commit"}
