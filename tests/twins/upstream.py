"""The remote in memory: branches that others move too, and a clone that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import PushRefusedError, RemoteUnavailableError, UsageError, WorkspaceError
from dagctl.ports import Proposal
from tests.twins.repo import MemoryRepo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dagctl.ports import FileWrite


class MemoryUpstream:
    """An `Upstream` port over two repositories in memory.

    Attributes:
        there: The remote.
        refuses: Whether it refuses a push.
        is_down: Whether it cannot be reached.
        before_push: Called before each push, as others push; it may move the remote.
    """

    def __init__(self, here: MemoryRepo) -> None:
        self.here = here
        self.there = MemoryRepo()
        self.there.tips.update(here.tips)
        self.there.commits = here.commits
        self.refuses = False
        self.is_down = False
        self.before_push: Callable[[], None] | None = None

    def bring_up(self) -> None:
        """Follow the remote."""
        self._reach()
        self.follow(self.here.head, ())

    def preflight(self, branch: str, paths: Sequence[str]) -> None:
        """Look whether these paths may be pushed."""
        self._reach()
        self._require_behind(branch)
        here, there = self.here.tree(branch), self.there.tree(branch)
        for path in paths:
            if here.get(path) != there.get(path):
                raise WorkspaceError(f"origin has another version of {path}")

    def publish(
        self,
        operation_id: str,
        branch: str,
        writes: Sequence[FileWrite],
        message: str,
        *,
        verify: bool,
    ) -> str:
        """Commit on the remote's tip."""
        del verify
        self._reach()
        if self.before_push is not None:
            self.before_push()
        if self.refuses:
            raise PushRefusedError("origin refused the push of main")
        here, there = self.here.tree(branch), self.there.tree(branch)
        for write in writes:
            if there.get(write.path) not in (here.get(write.path), write.new):
                raise WorkspaceError(f"origin has another version of {write.path} by now")
        new = {write.path: write.new for write in writes}
        if branch in self.there.tips and all(there.get(path) == new[path] for path in new):
            return self.there.tips[branch]
        tree = {path: content for path, content in (there | new).items() if content is not None}
        return self.there.add(branch, tree, message, operation_id=operation_id)

    def find_commit(
        self, operation_id: str, branch: str, writes: Sequence[FileWrite] = ()
    ) -> str | None:
        """Return the operation's commit on the remote."""
        self._reach()
        return self.there.find_commit(operation_id, branch, writes)

    def take_back(
        self, operation_id: str, branch: str, commit_id: str, writes: Sequence[FileWrite]
    ) -> None:
        """Commit the reverse on the remote."""
        self._reach()
        if self.there.find_commit(operation_id, branch) is not None:
            self.there.revert(operation_id, branch, commit_id, writes)

    def follow(self, branch: str, paths: Sequence[str]) -> str | None:
        """Let the local branch and its index follow."""
        if branch in self.there.tips:
            before, after = self.here.tree(branch), self.there.tree(branch)
            self.here.tips[branch] = self.there.tips[branch]
            changed = {path for path in {*before, *after} if before.get(path) != after.get(path)}
            self.here.stage([*changed, *paths])
        return None

    def propose(self, name: str, files: Mapping[str, bytes], message: str) -> Proposal:
        """Commit on another branch of the remote."""
        self._reach()
        if not name:
            raise UsageError("no name of a branch")
        branch = f"refs/heads/{name}"
        base = self.there.tree(branch if branch in self.there.tips else self.here.head)
        commit_id = self.there.add(branch, {**base, **files}, message)
        return Proposal(branch=name, commit_id=commit_id, address=None)

    def _reach(self) -> None:
        if self.is_down:
            raise RemoteUnavailableError("the remote origin cannot be reached")

    def _require_behind(self, branch: str) -> None:
        tip = self.here.tips.get(branch)
        if tip is not None and tip not in {commit.id for commit in self.there.history(branch)}:
            raise WorkspaceError("main has commits that origin/main does not have")
