"""Finds out, before anything is done, why git would not let us commit."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dagctl.adapters.git.command import failure, zero_ended
from dagctl.adapters.git.folder import STATES
from dagctl.adapters.git.history import head, tip
from dagctl.adapters.git.index import wait_for_index
from dagctl.adapters.git.program import NO_GIT_HINT
from dagctl.errors import UsageError, WorkspaceError
from dagctl.ports import Identity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.adapters.git.command import GitCommand
    from dagctl.adapters.git.place import Place

_OLDEST = (2, 36)
"""The first git with `git hook run` and `core.fsync`."""

_IDENTITY_HINT = (
    'git config --global user.name "Your Name" && git config --global user.email you@example.com'
)


def require_version(git: GitCommand) -> None:
    """Make sure that git is there and new enough.

    Raises:
        UsageError: It is not.
    """
    said = git.must("version").text
    numbers = re.search(r"(\d+)\.(\d+)", said)
    if numbers is None or tuple(map(int, numbers.groups())) < _OLDEST:
        raise UsageError(f"{said} is too old", hint=NO_GIT_HINT)


def identity(git: GitCommand, role: str = "AUTHOR") -> Identity:
    """Return who commits (`AUTHOR` or `COMMITTER`), as the user has set it.

    Raises:
        UsageError: Nobody is set; what git would guess from the machine does not count.
    """
    answer = git.run("-c", "user.useConfigOnly=true", "var", f"GIT_{role}_IDENT")
    found = re.fullmatch(r"(.*) <(.*)> \d+ [+-]\d+", answer.text)
    if not answer.ok or found is None:
        raise UsageError("git does not know who you are", hint=_IDENTITY_HINT)
    return Identity(found[1], found[2])


def branch_to_commit_to(place: Place) -> str:
    """Return the branch that is checked out, born or not.

    Raises:
        ConflictError: HEAD is detached, or a merge or the like is under way.
    """
    for name, what in STATES.items():
        if place.files[name].exists():
            raise WorkspaceError(
                f"{what} is under way", hint="finish or abort it; see `git status`"
            )
    branch = head(place.git)
    if branch is None or not branch.startswith("refs/heads/"):
        raise WorkspaceError("HEAD is on no branch (detached)", hint="git switch BRANCH")
    return branch


def require_free_index(place: Place, *, wait: float) -> None:
    """Make sure that no other process holds the user's index.

    Raises:
        ConflictError: It is still held after `wait` seconds.
    """
    lock = wait_for_index(place, wait=wait)
    if lock is not None:
        raise WorkspaceError(
            f"another git process holds the index: {lock}",
            hint="wait for it; if it was killed, remove the file",
        )


def require_paths(place: Place, branch: str, paths: Sequence[str]) -> None:
    """Make sure that these paths can be committed.

    Raises:
        ConflictError: One is ignored, or lies in a submodule or in another repository.
    """
    folders = sorted({parent for path in paths for parent in _parents(path)})
    commit = tip(place.git, branch)
    for folder in folders:
        entry = place.trees.find(commit, folder)
        nested = os.path.lexists(place.git.folder / folder / ".git")
        if nested or (entry is not None and entry.kind == "commit"):
            raise WorkspaceError(f"{folder} is a repository of its own or a submodule")
    _require_not_ignored(place.git, paths)


def _require_not_ignored(git: GitCommand, paths: Sequence[str]) -> None:
    # "./" keeps a path that begins with a colon from being taken for pathspec magic
    data = zero_ended([f"./{path}" for path in paths])
    # Without the index first: a big one takes long to read, and only tells whether a path that the
    # rules name is tracked nevertheless.
    if not _ignored(git, data, "--no-index"):
        return
    for source, line, rule, path in _ignored(git, data):
        raise WorkspaceError(
            f"{path.removeprefix('./')} is ignored by git ({source}:{line}: {rule})",
            hint="take the rule away, or choose another folder for DAG files",
        )


def _ignored(git: GitCommand, paths: bytes, *options: str) -> list[tuple[str, ...]]:
    """Return file, line, rule and path for each path that the rules ignore."""
    command = ("check-ignore", "-v", "-z", "--stdin", *options)
    answer = git.run(*command, data=paths)
    if answer.status not in (0, 1):
        raise failure(command, answer)
    fields = iter(os.fsdecode(answer.out).split("\0")[:-1])
    # a rule with "!" takes the path out again
    return [found for found in zip(*[fields] * 4, strict=True) if not found[2].startswith("!")]


def _parents(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]
