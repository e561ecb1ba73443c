"""Starts a git repository where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.adapters.git.command import GitCommand
from dagctl.adapters.git.folder import refusal

if TYPE_CHECKING:
    from pathlib import Path

_ASK = ("rev-parse", "--is-inside-work-tree")


def start_repository(folder: Path) -> bool:
    """Make a git repository at `folder` unless one is around it; return whether one was made.

    Raises:
        UsageError: There is no git, or the repository has no work tree here.
        UnavailableError: git refuses to say, or cannot make one.
    """
    git = GitCommand(folder)
    answer = git.run(*_ASK)
    if answer.ok and answer.text == "true":
        return False
    if "not a git repository" not in answer.error:
        raise refusal(folder, answer)
    git.must("init", "--quiet")
    return True


def start_own_repository(folder: Path) -> bool:
    """Make a git repository of the folder's own, whatever is around it; return as above.

    Raises:
        UsageError: There is no git.
        UnavailableError: git cannot make one.
    """
    git = GitCommand(folder)
    answer = git.run("rev-parse", "--show-toplevel")  # not whether there is a `.git`: a killed
    if answer.ok and folder.samefile(answer.text):  # `git init` leaves one that is no repository
        return False
    git.must("init", "--quiet")
    return True
