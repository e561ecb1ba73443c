"""Where the workspace stands in its repository."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.adapters.git.command import failure
from dagctl.adapters.git.tree import Trees
from dagctl.errors import UsageError

if TYPE_CHECKING:
    from dagctl.adapters.git.command import Answer, GitCommand

STATES = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase or an am",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisect",
}
"""The files that say what is under way in a work tree."""

_HOOKS = ("pre-commit", "commit-msg")
_LOCATED = (*STATES, "index", *(f"hooks/{name}" for name in _HOOKS))


@dataclass(frozen=True, slots=True)
class Place:
    """The work tree that holds the workspace, and the files of its git folder that matter here."""

    git: GitCommand
    """git in the top folder of the work tree."""
    prefix: str
    """The workspace as seen from there: empty, or `teams/data/`."""
    files: dict[str, Path]
    """The paths by the names git knows them under; they may not exist."""
    trees: Trees
    """What was read of the repository's trees, which never change."""

    def full(self, path: str) -> str:
        """Return a path of the workspace as a path of the repository."""
        return self.prefix + path

    def hook(self, name: str) -> bool:
        """Return whether that hook would run."""
        return self.files[f"hooks/{name}"].is_file()


def locate(git: GitCommand) -> Place:
    """Return where the folder that git runs in stands.

    Raises:
        UsageError: It is in no repository, or in a bare one, or git refuses to read it.
    """
    root = git.folder
    wanted = [word for name in _LOCATED for word in ("--git-path", name)]
    arguments = ("rev-parse", "--is-inside-work-tree", "--show-cdup", *wanted, "--show-prefix")
    answer = git.run(*arguments)
    lines = answer.text.split("\n")
    if not answer.ok or lines[0] != "true":
        raise _refusal(root, arguments, answer)
    if len(lines) != len(_LOCATED) + 3:
        raise UsageError(f"the name of a folder above {str(root)!a} contains a line break")
    top, *paths, prefix = lines[1:]
    real = root.resolve()  # so that each `..` may be taken away by its text
    files = {
        name: Path(os.path.normpath(real / path))
        for name, path in zip(_LOCATED, paths, strict=True)
    }
    top_git = git.at_top(root / top)
    return Place(top_git, prefix, files, Trees(top_git))


def _refusal(root: Path, arguments: tuple[str, ...], answer: Answer) -> Exception:
    if "dubious ownership" in answer.error:
        return UsageError(
            f"git does not trust the repository around {root}: it belongs to another user",
            hint=f"git config --global --add safe.directory {root}",
        )
    if "not a git repository" in answer.error:
        return UsageError(f"{root} is not in a git repository", hint="git init")
    if answer.out.startswith(b"false"):
        return UsageError(f"{root} is in a bare repository or a git folder, not in a work tree")
    return failure(arguments, answer)
