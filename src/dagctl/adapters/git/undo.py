"""Takes a commit of ours back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.adapters.git.commit import write_commit
from dagctl.adapters.git.history import UNDOES, attempts, delete, find, move, parent, tip
from dagctl.adapters.git.tree import Trees
from dagctl.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagctl.adapters.git.command import GitCommand
    from dagctl.adapters.git.tree import Entry


def is_reverted(
    git: GitCommand, commit_id: str, branch: str, files: Mapping[str, bytes | None]
) -> bool:
    """Return whether the branch has all these files as they were before the commit of them.

    So it is where a user committed while the index did not know that commit: the run was killed
    before it got there, and git took what the index lacked for removed.
    """
    trees, now, before = Trees(git), tip(git, branch), parent(git, commit_id)
    return all(
        trees.find(now, path) == (old := trees.find(before, path))
        and not _is_blob_of(git, old, path, content)
        for path, content in files.items()
    )


def _is_blob_of(git: GitCommand, entry: Entry | None, path: str, content: bytes | None) -> bool:
    """Return whether the entry is what git makes of the content at that path."""
    if entry is None or content is None:
        return entry is None and content is None
    return entry.id == git.must("hash-object", "--stdin", "--path", path, data=content).text


class Undoer:
    """Takes commits of ours back, on whatever branch they are."""

    def __init__(self, git: GitCommand, *, wait: float) -> None:
        self._git = git
        self._trees = Trees(git)
        self._wait = wait

    def uncommit(
        self, operation_id: str, branch: str, commit_id: str, paths: Sequence[str]
    ) -> None:
        """Move the branch back if the commit is its tip, else commit the reverse of these paths.

        Nothing happens if the commit is not on the branch, or undone there.

        Raises:
            UnavailableError: The branch was locked or moving all the time.
        """
        for _ in attempts(self._wait):
            if find(self._git, operation_id, branch) is None:
                return
            if tip(self._git, branch) == commit_id:
                done = self._move_back(branch, commit_id)
            else:
                done = self._revert(operation_id, branch, commit_id, paths)
            if done:
                return
        raise UnavailableError(f"{branch} was locked or moving for {self._wait:g} seconds")

    def _move_back(self, branch: str, commit_id: str) -> bool:
        before = parent(self._git, commit_id)
        if before is None:
            return delete(self._git, branch, commit_id)
        return move(self._git, branch, before, commit_id, why=f"undo {commit_id}")

    def _revert(self, operation_id: str, branch: str, commit_id: str, paths: Sequence[str]) -> bool:
        now = tip(self._git, branch)
        if now is None or now == commit_id:
            return False
        find_entry, before = self._trees.find, parent(self._git, commit_id)
        files = {
            path: find_entry(before, path)
            for path in paths
            if find_entry(now, path) == find_entry(commit_id, path)
        }
        text = f"Undo {commit_id}\n\n{UNDOES}: {operation_id}\n"
        new = write_commit(self._git, self._trees.graft(now, files), now, text)
        return move(self._git, branch, new, now, why=f"undo {commit_id}")
