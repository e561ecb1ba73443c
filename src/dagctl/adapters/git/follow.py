"""Lets the branch that is checked out follow a remote: a fast-forward that harms nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.adapters.git.branch_tips import head, move, tip
from dagctl.adapters.git.index import stage, wait_for_index
from dagctl.adapters.git.preflight import require_no_filter
from dagctl.errors import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.adapters.git.configuration import Configuration
    from dagctl.adapters.git.git_command import GitCommand
    from dagctl.adapters.git.place import GitWorkTree

_ATTRIBUTES = ".gitattributes"


class Follower:
    """Moves the local branch, the index and the work tree on."""

    def __init__(self, place: GitWorkTree, configuration: Configuration, *, wait: float) -> None:
        self._place = place
        self._git = place.git
        self._configuration = configuration
        self._wait = wait

    def follow(self, branch: str, target: str, paths: Sequence[str]) -> str | None:
        """Fast-forward the branch to `target`; return why not, if that is not possible.

        Args:
            branch: The branch, which has to be checked out.
            target: The commit.
            paths: The files that dagctl wrote, which are in the work tree already.
        """
        if head(self._place) != branch:
            return "another branch is checked out now"
        if (lock := wait_for_index(self._place, wait=self._wait)) is not None:
            return f"another git process holds the index: {lock}"
        at = tip(self._git, branch)
        if at is not None and not is_ancestor(self._git, at, target):
            return "it has other commits"
        if set(self._changed(at, target)) <= set(paths):  # nothing of others has come
            why = self._stage(target, paths)
        else:
            why = self._filtered(at, target) or self._stage(target, paths)
            why = why or self._check_out(at, target)
        if why is None and at != target:
            why = move(self._git, branch, target, at, why="follow the remote")
        return why

    def reset(self, branch: str, target: str) -> str | None:
        """Let the branch be what a remote has that was rewound; return why not, if so."""
        answer = self._git.run(*self._options, "read-tree", "--reset", "-u", target)
        if not answer.ok:
            return _first_line(answer.error)
        return move(self._git, branch, target, tip(self._git, branch), why="follow the remote")

    def _stage(self, target: str, paths: Sequence[str]) -> str | None:
        """Stage the files that dagctl wrote: else they would be in the way of themselves."""
        return stage(self._place, paths, wait=self._wait, options=self._options, ref=target)

    @property
    def _options(self) -> tuple[str, ...]:
        return self._configuration.without_filters

    def _check_out(self, at: str | None, target: str) -> str | None:
        """Bring index and work tree from one commit to another; return why not, if so.

        What the user has changed or staged stays, or nothing changes (`git help read-tree`, two
        trees).
        """
        command = (*self._options, "read-tree", "-m", "-u", self._before(at), target)
        answer = self._git.run(*command)
        if not answer.ok:  # perhaps only the times of files differ
            self._git.run(*self._options, "update-index", "-q", "--refresh")
            answer = self._git.run(*command)
        return None if answer.ok else _first_line(answer.error)

    def _before(self, at: str | None) -> str:
        return at or self._place.folder.empty_tree

    def _changed(self, at: str | None, target: str) -> list[str]:
        """Return the files that differ between two commits."""
        command = ("diff-tree", "-r", "-z", "--name-only", self._before(at), target)
        listing = self._git.must(*command).out
        return [name for name in listing.decode(errors="surrogateescape").split("\0") if name]

    def _filtered(self, at: str | None, target: str) -> str | None:
        """Return which file of others a filter would have to write, as git-lfs does, if one is.

        dagctl runs no filter, and without it another content would stand there.
        """
        if not self._configuration.filters:
            return None
        paths = self._changed(at, target)
        changed = [path for path in paths if path.rpartition("/")[2] == _ATTRIBUTES]
        if changed:
            return f"{changed[0]} has changed"
        try:
            require_no_filter(self._place, paths, self._configuration.filters)
        except WorkspaceError as error:
            return error.message
        return None


def is_ancestor(git: GitCommand, older: str, newer: str) -> bool:
    """Return whether one commit is in the history of another, or is that."""
    return older == newer or git.run("merge-base", "--is-ancestor", older, newer).ok


def _first_line(said: str) -> str:
    return said.partition("\n")[0].removeprefix("error: ")
