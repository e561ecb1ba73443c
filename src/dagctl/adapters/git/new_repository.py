"""Starts a git repository where there is none."""

from __future__ import annotations

import os
from itertools import chain
from pathlib import Path

from dagctl.adapters.git.folder import refusal
from dagctl.adapters.git.git_command import GitCommand
from dagctl.errors import UsageError


def start_repository(folder: Path, *, own: bool = False) -> bool:
    """Make a git repository at `folder` unless one is around it; return whether one was made.

    Args:
        folder: Where it is made.
        own: Make it too where the one around it has its root above the folder.

    Raises:
        UsageError: There is no git, the repository has no work tree here, or git would write
            through a link.
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
        _require_no_link(folder / ".git")
        git.must("init", "--quiet")
    return not is_there


def _require_no_link(git_folder: Path) -> None:
    """Make sure that no link stands where git makes a repository: an archive may have one there.

    Raises:
        UsageError: One does.
    """
    walk = os.walk(git_folder)
    inside = (Path(at, name) for at, names, files in walk for name in (*names, *files))
    link = next((path for path in chain([git_folder], inside) if path.is_symlink()), None)
    if link is not None:
        raise UsageError(
            f"{link} is a link, and git would write through it", hint=f"remove {git_folder}"
        )
