"""git in the work tree that holds the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.adapters.git.git_tree import Trees
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.adapters.git.folder import GitFolder
    from dagctl.adapters.git.git_command import GitCommand


@frozen
class GitWorkTree:
    """The work tree that holds the workspace, and git in its top folder."""

    git: GitCommand
    """git in the top folder of the work tree."""
    folder: GitFolder
    """Where that is."""
    trees: Trees
    """What was read of the repository's trees, which never change."""

    def full(self, path: str) -> str:
        """Return a path of the workspace as a path of the repository."""
        return self.folder.prefix + path

    def literal(self, path: str) -> str:
        """Return a path of the workspace for a command line of git."""
        return f":(top,literal){self.full(path)}"

    @property
    def files(self) -> dict[str, Path]:
        """The files of the git folder by the names git knows them under; they may not exist."""
        return self.folder.files

    def hook(self, name: str) -> bool:
        """Return whether that hook would run."""
        return self.files[f"hooks/{name}"].is_file()


def place_in(git: GitCommand, folder: GitFolder) -> GitWorkTree:
    """Return the place of a workspace whose git folder is known."""
    top_git = git.at_top(folder.top)
    return GitWorkTree(top_git, folder, Trees(top_git, folder.files))
