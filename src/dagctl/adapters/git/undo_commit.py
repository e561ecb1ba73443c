"""Takes a commit of ours back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.adapters.git.branch_tips import UNDOES, attempts, busy, delete, find, move, parent, tip
from dagctl.adapters.git.commit import write_commit
from dagctl.adapters.git.git_objects import id_of
from dagctl.adapters.git.git_tree import Trees

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dagctl.adapters.git.git_command import GitCommand
    from dagctl.adapters.git.git_tree import TreeEntry


def is_reverted(
    git: GitCommand, commit_id: str, branch: str, files: Iterable[tuple[str, bytes | None]]
) -> bool:
    """Return whether the branch has all these files (path, what the commit gave it) as before it.

    So it is where a user committed while the index did not know that commit: the run was killed
    before it got there, and git took what the index lacked for removed.
    """
    trees, now, before = Trees(git), tip(git, branch), parent(git, commit_id)
    return all(
        trees.find(now, path) == (old := trees.find(before, path)) and not _is_blob_of(old, content)
        for path, content in files
    )


def _is_blob_of(entry: TreeEntry | None, content: bytes | None) -> bool:
    """Return whether the entry is of a file with this content; None: of no file."""
    if entry is None or content is None:
        return entry is None and content is None
    return entry.id == id_of("blob", content, like=entry.id)


def reverse(  # noqa: PLR0913 - each is a part of a commit
    trees: Trees,
    commit_id: str,
    *,
    now: str,
    paths: Sequence[str],
    text: str,
    signs: bool,
) -> str:
    """Write a commit on `now` that takes these paths of an older commit back; return its id.

    A path that has changed since stays as it is.
    """
    before = parent(trees.git, commit_id)
    files = {
        path: trees.find(before, path)
        for path in paths
        if trees.find(now, path) == trees.find(commit_id, path)
    }
    return write_commit(trees.git, trees.graft(now, files), now, text, signs=signs)


class Undoer:
    """Takes commits of ours back, on whatever branch they are."""

    def __init__(self, git: GitCommand, *, signs: bool, wait: float) -> None:
        self._git = git
        self._signs = signs
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
        said = ""
        for _ in attempts(self._wait):
            if find(self._git, operation_id, branch) is None:
                return
            if tip(self._git, branch) == commit_id:
                hindrance = self._move_back(branch, commit_id)
            else:
                hindrance = self._revert(operation_id, branch, commit_id, paths)
            if hindrance is None:
                return
            said = hindrance
        raise busy(branch, self._wait, said)

    def _move_back(self, branch: str, commit_id: str) -> str | None:
        before = parent(self._git, commit_id)
        if before is None:
            return delete(self._git, branch, commit_id)
        return move(self._git, branch, before, commit_id, why=f"undo {commit_id}")

    def _revert(
        self, operation_id: str, branch: str, commit_id: str, paths: Sequence[str]
    ) -> str | None:
        now = tip(self._git, branch)
        if now is None or now == commit_id:
            return "it has just moved"
        text = f"Undo {commit_id}\n\n{UNDOES}: {operation_id}\n"
        new = reverse(self._trees, commit_id, now=now, paths=paths, text=text, signs=self._signs)
        return move(self._git, branch, new, now, why=f"undo {commit_id}")
