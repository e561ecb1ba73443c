"""What one walk over the recent history says of many files: git is not asked for each of them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import IO, TYPE_CHECKING

from dagctl.adapters.git.commit_log import log
from dagctl.adapters.git.git_objects import blobs_by, small_blobs
from dagctl.adapters.git.look import RECENT
from dagctl.durable import LARGEST
from dagctl.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dagctl.adapters.git.place import GitWorkTree
    from dagctl.ports import LoggedCommit


class OneWalk:
    """What git had of some files when it was asked first, and one git that gives contents.

    Args:
        place: The work tree.
        paths: The files.
        asks: What a `git cat-file --batch-command` reads.
        answers: What it writes.
    """

    def __init__(
        self, place: GitWorkTree, paths: Collection[str], asks: IO[bytes], answers: IO[bytes]
    ) -> None:
        self._place = place
        self._paths = frozenset(paths)
        self._asks, self._answers = asks, answers
        self._last: tuple[str, frozenset[str]] = ("", frozenset())

    def log(self, paths: Collection[str]) -> list[LoggedCommit] | None:
        """Return what `log` does; None where another file is asked for."""
        if not self._paths.issuperset(paths):
            return None
        own = {at for path in paths for at in self._of_path.get(path, ())}
        return [
            replace(commit, changes={p: commit.changes[p] for p in paths if p in commit.changes})
            for commit in map(self._commits.__getitem__, sorted(own))
        ]

    def line_of(self, files: Mapping[str, str], of: str) -> dict[str, bool] | None:
        """Return what `line_of` does, if all are in the history of that commit; else None."""
        if self._last[0] != of:
            self._last = (of, self._history_of(of))
        return dict.fromkeys(files, True) if self._last[1].issuperset(files) else None

    def blobs(self, ids: Collection[str]) -> dict[str, bytes]:
        """Return what `blobs` does."""
        try:
            return dict(blobs_by(self._asks, self._answers, ids, LARGEST))
        except UnavailableError:  # it has ended, as it does in a partial clone
            return small_blobs(self._place.git, ids, LARGEST)

    @cached_property
    def _commits(self) -> list[LoggedCommit]:
        return log(self._place, self._paths)

    @cached_property
    def _of_path(self) -> dict[str, list[int]]:
        """Which commits have changed each file."""
        numbers: dict[str, list[int]] = {}
        for at, commit in enumerate(self._commits):
            for path in commit.changes:
                numbers.setdefault(path, []).append(at)
        return numbers

    @cached_property
    def _parents(self) -> dict[str, list[str]]:
        """The recent commits, each with those that it is based on."""
        answer = self._place.git.run("rev-list", "--parents", f"--max-count={RECENT}", "HEAD")
        lines = answer.text.splitlines() if answer.ok else []
        return {commit: parents for commit, *parents in map(str.split, lines)}

    def _history_of(self, commit_id: str) -> frozenset[str]:
        """Return the recent commits in the history of one of them; none where it is no such one."""
        seen, ahead = set[str](), [commit_id]
        while ahead:
            commit = ahead.pop()
            if commit in self._parents and commit not in seen:
                seen.add(commit)
                ahead += self._parents[commit]
        return frozenset(seen)


@contextmanager
def one_walk(place: GitWorkTree, paths: Collection[str]) -> Iterator[OneWalk]:
    """Give what git has of these files; it is asked when that is used first."""
    with place.git.kept("cat-file", "--batch-command") as (asks, answers):
        yield OneWalk(place, paths, asks, answers)
