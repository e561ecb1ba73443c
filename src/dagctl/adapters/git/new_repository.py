"""Starts a git repository where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.adapters.git.command import GitCommand
from dagctl.adapters.git.folder import refusal

if TYPE_CHECKING:
    from pathlib import Path


def start_repository(folder: Path, *, own: bool = False) -> bool:
    """Make a git repository at `folder` unless one is around it; return whether one was made.

    Args:
        folder: Where it is made.
        own: Make it too where the one around it has its root above the folder.

    Raises:
        UsageError: There is no git, or the repository has no work tree here.
        UnavailableError: git refuses to say, or cannot make one.
    """
    git = GitCommand(folder)
    if own:  # not whether there is a `.git`: a killed `git init` leaves one that is no repository
        answer = git.run("rev-parse", "--show-toplevel")
        is_there = answer.ok and folder.samefile(answer.text)
    else:
        answer = git.run("rev-parse", "--is-inside-work-tree")
        is_there = answer.ok and answer.text == "true"
        if not is_there and "not a git repository" not in answer.error:
            raise refusal(folder, answer)
    if not is_there:
        git.must("init", "--quiet")
    return not is_there
