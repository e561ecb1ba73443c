"""Makes the one commit of an operation, beside the user's index, and moves the branch to it."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dagctl.adapters.git.branch_tips import MADE_BY, attempts, busy, head, move, tip
from dagctl.adapters.git.folder import HOOKS
from dagctl.adapters.git.git_command import failure
from dagctl.adapters.git.git_objects import id_of
from dagctl.adapters.git.git_tree import TreeEntry
from dagctl.adapters.git.loose import NewObject, write_objects
from dagctl.errors import ConflictError, WorkspaceError
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dagctl.adapters.git.configuration import Configuration
    from dagctl.adapters.git.git_command import GitCommand
    from dagctl.adapters.git.git_objects import Stored
    from dagctl.adapters.git.place import GitWorkTree
    from dagctl.ports import Files, FileWrite


_FEW = 4
"""Files that are written as blobs without git; it brings more to the disk at once."""


@frozen(kw_only=True)
class Patience:
    """How long, in seconds, other processes are waited for."""

    hook: float = 300.0
    """Long enough for a hook manager that sets up its tools on the first run."""
    ref: float = 10.0
    index: float = 5.0
    remote: float = 120.0
    """For one fetch or push."""
    moves: float = 60.0
    """For a remote that is always moving."""


@frozen(kw_only=True)
class CommitDraft:
    """What is to be committed, whatever it will stand on."""

    branch: str
    base: str | None
    """What the files were prepared against: other changes of them since then are a conflict."""
    files: Mapping[str, TreeEntry | None]
    text: str
    """The whole message, with the trailer."""


class Committer:
    """Makes commits in one work tree."""

    def __init__(
        self,
        place: GitWorkTree,
        files: Files,
        patience: Patience,
        configuration: Configuration,
    ) -> None:
        self._place = place
        self._configuration = configuration
        self._new: dict[str, NewObject] = {}
        """What is made but not written: blobs and trees of a small commit."""
        self._files = files
        self._git = place.git
        self._trees = place.trees
        self._patience = patience

    def commit(  # noqa: PLR0913 - what the port takes, and the base
        self,
        operation_id: str,
        branch: str,
        writes: Sequence[FileWrite],
        message: str,
        *,
        base: str | None,
        verify: bool,
    ) -> str:
        """Commit the files as they stand in the work tree on top of the branch; return the id.

        `base` is the tip of the branch that the files were prepared against.

        Raises:
            ConflictError: A hook, git or the state of the branch refuses it; the branch is as it
                was.
            UnavailableError: git failed, or the branch was locked all the time.
        """
        draft = self.draft(operation_id, branch, writes, message, at=base, verify=verify)
        if base is not None and self.holds(base, draft.files):
            return base
        return self._land(draft)

    def draft(  # noqa: PLR0913 - what the port takes, and the place
        self,
        operation_id: str,
        branch: str,
        writes: Sequence[FileWrite],
        message: str,
        *,
        at: str | None,
        verify: bool,
    ) -> CommitDraft:
        """Return what is to be committed on top of `at`; nothing, and no hook, if that holds it.

        Raises:
            ConflictError: A hook refuses it.
            UnavailableError: git failed.
        """
        text = f"{message.rstrip()}\n\n{MADE_BY}: {operation_id}\n"
        self._require_unchanged(writes)
        files = self._stored(at, writes)
        has_hooks = any(map(self._place.hook, HOOKS))
        if verify and has_hooks and not (at is not None and self.holds(at, files)):
            text = self._checked_by_hooks(text, at, writes, files)
        return CommitDraft(branch=branch, base=at, files=files, text=text)

    def _checked_by_hooks(
        self,
        text: str,
        at: str | None,
        writes: Sequence[FileWrite],
        files: Mapping[str, TreeEntry | None],
    ) -> str:
        """Let the hooks look at what is to be committed, and return the message after them."""
        from dagctl.adapters.git.hooks import Hooks
        from dagctl.adapters.git.private_index import PrivateIndex

        with (
            TemporaryDirectory(prefix="dagctl-") as folder,
            self._taking_back(writes),
        ):
            index = PrivateIndex(self._place, Path(folder))
            hooks = Hooks(self._place, index, limit=self._patience.hook)
            hooks.before_commit(lambda: self._written_tree(at, files))
            text = hooks.message(text, Path(folder, "COMMIT_EDITMSG"))
            self._require_unchanged(writes)
        return text

    def _stored(self, base: str | None, writes: Sequence[FileWrite]) -> dict[str, TreeEntry | None]:
        """Return the entries of the files as blobs, to the byte; None for a removal.

        No filter of git's runs: what is committed is what is stored.

        Raises:
            ConflictError: A file is not what was written.
            UnavailableError: git could not store one.
        """
        full = {write.path: self._place.full(write.path) for write in writes}
        new = {full[write.path]: write.new for write in writes if write.new is not None}
        make = self._made if len(new) <= _FEW and self._is_plain else self._hashed
        blobs = make(new, base)
        return {
            path: TreeEntry(self._mode(base, path), "blob", blobs[path]) if path in blobs else None
            for path in full.values()
        }

    @property
    def _is_plain(self) -> bool:
        return self._configuration.allows_plain_objects

    def _made(self, files: Mapping[str, bytes], base: str | None) -> dict[str, str]:
        """Return the ids of a few blobs, which are written with the trees that have them."""
        like = base or self._place.folder.empty_tree
        blobs = {path: id_of("blob", data, like=like) for path, data in files.items()}
        self._new.update(
            {blobs[path]: NewObject(blobs[path], "blob", files[path]) for path in files}
        )
        return blobs

    def _hashed(self, files: Mapping[str, bytes], base: str | None) -> dict[str, str]:
        """Let git write the files of the work tree as blobs; return their ids."""
        del base
        asked = "".join(f"./{path}\n" for path in files)  # a path that begins with `"` is unquoted
        command = ("hash-object", "-w", "--no-filters", "--stdin-paths")
        ids = self._git.must(*command, data=os.fsencode(asked)).text.split() if files else []
        blobs = dict(zip(files, ids, strict=True))
        for path, blob in blobs.items():
            if blob != id_of("blob", files[path], like=blob):
                raise WorkspaceError(f"{path} was changed while it was committed")
        return blobs

    def _mode(self, base: str | None, path: str) -> str:
        """Return what the branch says of a file, or for a new one whether it is a program."""
        known = self._trees.find(base, path)
        if known is not None:
            return known.mode
        is_program = os.lstat(self._git.folder / path).st_mode & stat.S_IXUSR
        return "100755" if is_program else "100644"

    @contextmanager
    def _taking_back(self, writes: Sequence[FileWrite]) -> Iterator[None]:
        """Undo what a refusing hook made of our files, so that they are known for ours."""
        try:
            yield
        except ConflictError:
            for write in writes:
                now = self._files.read(write.path)
                self._files.write([replace(write, old=now)])
            raise

    def _require_unchanged(self, writes: Sequence[FileWrite]) -> None:
        for write in writes:
            if self._files.read(write.path) != write.new:
                raise WorkspaceError(f"{write.path} was changed while it was committed")

    def _land(self, draft: CommitDraft) -> str:
        """Commit on the tip of the branch; if that moves meanwhile, on the new one."""
        branch, at = draft.branch, draft.base
        new, said = self.commit_on(draft, at), None
        for number, _ in enumerate(attempts(self._patience.ref)):
            if number:  # behind the pause: a commit made before it would be stale by now
                at, new = self._renewed(draft, at, new)
            self._require_head(branch)
            said = move(self._git, branch, new, at, why=draft.text.partition("\n")[0])
            if said is None:
                return new
        raise busy(branch, self._patience.ref, said or "")

    def _renewed(self, draft: CommitDraft, at: str | None, new: str) -> tuple[str | None, str]:
        """Return the tip of the branch, and the commit on it: the same if it is where it was."""
        now = tip(self._git, draft.branch)
        if now == at:
            return at, new
        self.require_same_files(draft, now, partial(_changed, draft.branch))
        return now, self.commit_on(draft, now)

    def holds(self, commit: str, files: Mapping[str, TreeEntry | None]) -> bool:
        """Return whether the commit has all these files already: another would be empty."""
        return all(self._trees.find(commit, path) == entry for path, entry in files.items())

    def commit_on(self, draft: CommitDraft, parent: str | None) -> str:
        """Write the commit on top of another (None: as the first one), and return its id."""
        tree = self._grafted(parent, draft.files)
        signs = self._configuration.signs
        data = None
        if self._is_plain and not signs:
            data = commit_data(self._configuration, tree, parent, draft.text)
        if data is None:
            self._write_new()
            commit = write_commit(self._git, tree, parent, draft.text, signs=signs)
        else:
            commit = id_of("commit", data, like=tree)
            self._new[commit] = NewObject(commit, "commit", data)
            self._write_new()
        self._trees.note(commit, tree)
        return commit

    def _grafted(self, parent: str | None, files: Mapping[str, TreeEntry | None]) -> str:
        """Return the tree with these files, written or to be written with what is new."""
        return self._trees.graft(parent, files, self._add_tree if self._is_plain else None)

    def _written_tree(self, parent: str | None, files: Mapping[str, TreeEntry | None]) -> str:
        tree = self._grafted(parent, files)
        self._write_new()
        return tree

    def _add_tree(self, tree_id: str, data: bytes) -> None:
        self._new[tree_id] = NewObject(tree_id, "tree", data)

    def _write_new(self) -> None:
        """Write what is new; a tree comes behind what it has."""
        write_objects(self._place.files["objects"], self._new.values())
        self._new.clear()

    def commit_again(self, draft: CommitDraft, parent: str | None, before: Stored) -> str:
        """Write a commit that was made on another parent for this one, and return its id.

        No git is started, as the time since that parent was fetched is what a push can lose.
        """
        tree = self._trees.graft(parent, draft.files, self._add_tree)
        data = _on(before.data, tree, parent)
        commit = id_of("commit", data, like=before.id)
        self._new[commit] = NewObject(commit, "commit", data)
        self._write_new()
        return commit

    def _require_head(self, branch: str) -> None:
        now = head(self._place)
        if now != branch:
            raise WorkspaceError(f"HEAD left {branch}: it is {now or 'detached'} now")

    def require_same_files(
        self,
        draft: CommitDraft,
        now: str | None,
        refusal: Callable[[str], WorkspaceError],
    ) -> None:
        """Make sure that no other change of these files has come to the branch.

        The same new content is none. The same removal is one, unless all is there as it shall be:
        a rename would bring back under another id what a colleague has removed.

        Raises:
            WorkspaceError: One has; it is the refusal of that path.
        """
        if now == draft.base or (now is not None and self.holds(now, draft.files)):
            return
        for path, ours in draft.files.items():
            theirs, before = (self._trees.find(at, path) for at in (now, draft.base))
            if theirs != before and (theirs is None or theirs != ours):
                raise refusal(path)


def commit_data(
    configuration: Configuration, tree: str, parent: str | None, text: str
) -> bytes | None:
    """Return a commit object as `git commit-tree` makes it; None: git repairs what is no UTF-8."""
    lines = [
        f"tree {tree}",
        *([f"parent {parent}"] if parent else []),
        f"author {configuration.signature('AUTHOR')}",
        f"committer {configuration.signature('COMMITTER')}",
    ]
    whole = "\n".join([*lines, "", text if text.endswith("\n") else f"{text}\n"])
    try:
        data = whole.encode()
    except UnicodeEncodeError:
        return None
    return None if b"\0" in data else data


def _changed(branch: str, path: str) -> WorkspaceError:
    return WorkspaceError(f"{branch} has another version of {path} in the meantime")


def _on(commit: bytes, tree: str, parent: str | None) -> bytes:
    """Return a commit object with another tree and parent."""
    head, _, text = commit.partition(b"\n\n")
    places = [f"tree {tree}".encode(), *([f"parent {parent}".encode()] if parent else [])]
    kept = [line for line in head.split(b"\n") if not line.startswith((b"tree ", b"parent "))]
    return b"\n".join([*places, *kept]) + b"\n\n" + text


def write_commit(  # noqa: PLR0913 - each is a part of a commit
    git: GitCommand,
    tree: str,
    parent: str | None,
    text: str,
    *,
    signs: bool,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Write a commit object, signed or not, and return its id.

    Raises:
        ConflictError: It could not be signed.
        UnavailableError: It could not be written.
    """
    options = (*(("-S",) if signs else ()), *(("-p", parent) if parent else ()))
    answer = git.run(
        *("-c", "i18n.commitEncoding=UTF-8", "commit-tree", *options, "-F", "-", tree),
        data=text.encode(errors="surrogateescape"),
        terminal=signs,
        environment=environment,
    )
    if not answer.ok and signs:
        raise WorkspaceError(
            f"the commit could not be signed: {answer.error}",
            hint="give git a key that signs (user.signingkey), or git config commit.gpgSign false",
        )
    if not answer.ok:
        raise failure(("commit-tree",), answer)
    return answer.text
