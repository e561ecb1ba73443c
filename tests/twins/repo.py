"""The repository in memory: branches of commits, and an index."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from dagctl.errors import ConflictError, UnavailableError, WorkspaceError
from dagctl.ports import CommitPlace, GitIdentity, LoggedCommit, Reach, Removal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from dagctl.errors import DagctlError
    from dagctl.ports import FileWrite


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit: its parent, the whole tree, and what it does or undoes."""

    id: str
    parent: str | None
    tree: Mapping[str, bytes]
    message: str
    operation_id: str | None = None
    undoes: str | None = None
    by: str = ""


class MemoryRepo:
    """A `Repo` port over dictionaries.

    Attributes:
        who: The identity that commits.
        head: The branch that is checked out.
        tips: The newest commit of each branch that is born.
        commits: All commits by id.
        index: The staged content, by path.
        problem: What preflight shall raise, or None.
        hook: Called in each commit before the branch moves, as a pre-commit hook; it may raise
            or move the branch.
        index_held: Whether somebody else holds the index.
        sides: Both files of a merge under way, by path.
        own: The commits of operations that were made here.
    """

    def __init__(self) -> None:
        self.who = GitIdentity("Ada Lovelace", "ada@example.com")
        self.head = "refs/heads/main"
        self.tips: dict[str, str] = {}
        self.commits: dict[str, Commit] = {}
        self.index: dict[str, bytes] = {}
        self.problem: DagctlError | None = None
        self.hook: Callable[[], None] | None = None
        self.index_held = False
        self.sides: dict[str, tuple[bytes, ...]] = {}
        self.own: set[str] = set()

    def identity(self) -> GitIdentity:
        """Return who commits."""
        return self.who

    def preflight(self, paths: Sequence[str], *, new: Collection[str] = ()) -> str:
        """Return the branch to commit to."""
        del paths
        known = {*self.index, *self.tree(self.head)}
        for path in new:
            if path in known:
                raise WorkspaceError(f"{path} is under version control, and was deleted")
            if path.casefold() in {one.casefold() for one in known}:
                raise WorkspaceError(f"something that differs from {path} by case only is there")
        if self.problem is not None:
            raise self.problem
        return self.head

    def commit(
        self,
        operation_id: str,
        branch: str,
        writes: Sequence[FileWrite],
        message: str,
        *,
        verify: bool,
    ) -> str:
        """Commit these files on top of the branch, and return the commit id."""
        base = self.tree(branch)
        if verify and self.hook is not None:
            self.hook()
        if branch != self.head:
            raise ConflictError(f"the work tree is on {self.head} by now, not on {branch}")
        tip = self.tree(branch)
        for write in writes:
            if tip.get(write.path) not in (base.get(write.path), write.new):
                raise ConflictError(f"{branch} has another version of {write.path} by now")
        new = {write.path: write.new for write in writes}
        if branch in self.tips and all(tip.get(path) == content for path, content in new.items()):
            return self.tips[branch]
        tree = {path: content for path, content in (tip | new).items() if content is not None}
        made = self.add(branch, tree, message, operation_id=operation_id)
        self.own.add(made)
        return made

    def differing(self, files: Mapping[str, bytes | None]) -> set[str]:
        """Return the paths that hold something else in the commit that is checked out."""
        tree = self.tree(self.head)
        return {path for path, content in files.items() if tree.get(path) != content}

    def place_of(self, commit_id: str) -> CommitPlace:
        """Return where a commit is."""
        if commit_id not in self.commits:
            return CommitPlace.UNKNOWN
        is_below = commit_id in {commit.id for commit in self.history(self.head)}
        return CommitPlace.MERGED if is_below else CommitPlace.ELSEWHERE

    def outside(self, commits: Collection[str], *, of: str = "") -> frozenset[str]:
        """Return those that are not below a commit, or the branch that is checked out."""
        last = of if of in self.commits else self.head
        return frozenset(commits) - {commit.id for commit in self.history(last)}

    def line_of(self, files: Mapping[str, str], of: str) -> dict[str, bool]:
        """Return which of the known commits are below a commit."""
        known = set(files) & set(self.commits)
        return {commit: not self.outside([commit], of=of) for commit in known}

    def left_out(self, paths: Sequence[str]) -> set[str]:
        """Return nothing: everything is checked out here."""
        del paths
        return set()

    def unmerged(self, path: str) -> tuple[bytes, ...]:
        return self.sides.get(path, ())

    def is_merge_result(self, path: str) -> bool:
        """Return whether a merge made it: nothing is merged here."""
        del path
        return False

    def last_commits(self, paths: Sequence[str]) -> dict[str, str]:
        """Return the commit that changed each path last."""
        return {path: self._last(path) for path in paths}

    def removals(self, paths: Sequence[str]) -> dict[str, Removal]:
        """Return the commits of operations that have removed paths."""
        now = self.tree(self.head)
        by, at = self.who.signature, datetime(2026, 1, 1, tzinfo=UTC)
        removals: dict[str, Removal] = {}
        for commit in reversed(self.history(self.head)):
            before = {} if commit.parent is None else self.commits[commit.parent].tree
            for path in {*paths} & (before.keys() - commit.tree.keys()) - now.keys():
                removals.pop(path, None)
                if commit.operation_id is not None:
                    subject = commit.message.partition("\n")[0]
                    removals[path] = Removal(commit_id=commit.id, by=by, at=at, subject=subject)
        return removals

    def log(self, paths: Collection[str]) -> list[LoggedCommit]:
        """Return the commits that changed these files and folders, the newest first."""
        logged = []
        for commit in self.history(self.head):
            before = {} if commit.parent is None else self.commits[commit.parent].tree
            changes = {
                path: (_id(before.get(path)), _id(commit.tree.get(path)))
                for path in {**before, **commit.tree}
                if before.get(path) != commit.tree.get(path)
                and any(path == one or path.startswith(f"{one}/") for one in paths)
            }
            if changes:
                logged.append(
                    LoggedCommit(
                        id=commit.id,
                        by=commit.by,
                        at=datetime(2026, 1, 1, tzinfo=UTC),
                        changes=changes,
                        subject=commit.message.partition("\n")[0] if commit.operation_id else "",
                        is_first=commit.parent is None,
                    )
                )
        return logged

    def blobs(self, ids: Collection[str]) -> dict[str, bytes]:
        """Return contents by their ids."""
        contents = [each for commit in self.commits.values() for each in commit.tree.values()]
        return {_id(content): content for content in contents if _id(content) in ids}

    def walking_once(self, paths: Collection[str]) -> AbstractContextManager[None]:
        """Change nothing: all is in memory."""
        del paths
        return nullcontext()

    def made_here(self, commits: Collection[str]) -> set[str]:
        """Return those of the commits that an operation has made here."""
        return self.own & set(commits)

    def remembered(self, paths: Sequence[str]) -> set[str]:
        """Return which of these paths are in the index, or in the history."""
        trees = [commit.tree for commit in self.history(self.head)]
        return {p for p in paths if p in self.index or any(p in tree for tree in trees)}

    def _last(self, path: str) -> str:
        history = self.history(self.head)
        for commit in history:
            before = {} if commit.parent is None else self.commits[commit.parent].tree
            if commit.tree.get(path) != before.get(path):
                return commit.id
        return history[0].id if history else ""

    def content_at(self, commit_id: str, path: str) -> bytes | None:
        """Return a file as a commit has it, or None."""
        commit = self.commits.get(commit_id)
        return None if commit is None else commit.tree.get(path)

    def tracked(self, paths: Sequence[str]) -> set[str]:
        """Return which of these paths the index holds."""
        return set(paths) & set(self.index)

    def unstaged(self, paths: Sequence[str]) -> set[str]:
        """Return which of these paths the index lacks: there is no work tree here."""
        return set(paths) - set(self.index)

    def find_commit(
        self, operation_id: str, branch: str, writes: Sequence[FileWrite] = ()
    ) -> str | None:
        """Return the commit of this operation on the branch, unless it was undone there."""
        for commit in self.history(self._standing(branch)):
            if commit.undoes == operation_id:
                return None
            if commit.operation_id == operation_id:
                return None if self._is_reverted(commit, branch, writes) else commit.id
        return None

    def stage(self, paths: Sequence[str]) -> str | None:
        """Bring these paths of the index to the state of the checked out branch."""
        if self.index_held:
            return "the index is held by another process"
        tree = self.tree(self.head)
        for path in paths:
            self.index.pop(path, None)
            if path in tree:
                self.index[path] = tree[path]
        return None

    def uncommit(
        self, operation_id: str, branch: str, commit_id: str, writes: Sequence[FileWrite]
    ) -> None:
        """Move the branch back, or commit the reverse if others have built on the commit."""
        if self.index_held:
            raise UnavailableError("another process holds the index")
        branch = self._standing(branch)
        if self.find_commit(operation_id, branch) is not None:
            if self.tips[branch] == commit_id:
                self._move_back(branch)
            else:
                self.revert(operation_id, branch, commit_id, writes)
        self.stage([write.path for write in writes])

    def _is_reverted(self, commit: Commit, branch: str, writes: Sequence[FileWrite]) -> bool:
        now = self.tree(self._standing(branch))
        before = {} if commit.parent is None else self.commits[commit.parent].tree
        alike = (now.get(one.path) == before.get(one.path) != one.new for one in writes)
        return bool(writes) and all(alike)

    def _standing(self, branch: str) -> str:
        return branch if branch in self.tips else self.head

    def tree(self, branch: str) -> dict[str, bytes]:
        """Return the files of the branch's newest commit."""
        tip = self.tips.get(branch)
        return {} if tip is None else dict(self.commits[tip].tree)

    def history(self, branch: str) -> list[Commit]:
        """Return the commits of the branch, or up to a commit, newest first."""
        found = []
        at = branch if branch in self.commits else self.tips.get(branch)
        while at is not None:
            found.append(self.commits[at])
            at = self.commits[at].parent
        return found

    def add(
        self,
        branch: str,
        tree: Mapping[str, bytes],
        message: str,
        *,
        operation_id: str | None = None,
        undoes: str | None = None,
    ) -> str:
        """Put a commit with this tree on the branch, as anybody might, and return its id."""
        commit_id = sha256(f"{len(self.commits)} {message}".encode()).hexdigest()[:40]
        self.commits[commit_id] = Commit(
            id=commit_id,
            parent=self.tips.get(branch),
            tree=dict(tree),
            message=message,
            operation_id=operation_id,
            undoes=undoes,
            by=self.who.signature,
        )
        self.tips[branch] = commit_id
        return commit_id

    def reach(self, commits: Collection[str]) -> Reach | None:
        """Return which commits there are, and which of them lead to the branch's tip."""
        known = frozenset(commits) & self.commits.keys()
        off_branch = known - set(self._history(self.tips.get(self.head)))
        anywhere = {commit for tip in self.tips.values() for commit in self._history(tip)}
        return Reach(
            missing=frozenset(commits) - known,
            off_branch=off_branch,
            nowhere=off_branch - anywhere,
        )

    def _history(self, commit_id: str | None) -> Iterator[str]:
        while commit_id is not None:
            yield commit_id
            commit_id = self.commits[commit_id].parent

    def _move_back(self, branch: str) -> None:
        parent = self.commits[self.tips[branch]].parent
        if parent is None:
            del self.tips[branch]
        else:
            self.tips[branch] = parent

    def revert(
        self, operation_id: str, branch: str, commit_id: str, writes: Sequence[FileWrite]
    ) -> None:
        """Commit the reverse of these paths, where they are as that commit had them."""
        parent = self.commits[commit_id].parent
        before = {} if parent is None else self.commits[parent].tree
        tree = self.tree(branch)
        for write in writes:
            if tree.get(write.path) == self.commits[commit_id].tree.get(write.path):
                tree.pop(write.path, None)
                if write.path in before:
                    tree[write.path] = before[write.path]
        self.add(branch, tree, f"Undo {commit_id}", undoes=operation_id)


def _id(content: bytes | None) -> str:
    """Return the id of a content; of none, zeros."""
    return "0" * 40 if content is None else sha256(content).hexdigest()[:40]
