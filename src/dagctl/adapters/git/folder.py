"""Where a workspace stands in its repository, and which git folder is that of its work tree."""

from __future__ import annotations

import hashlib
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.adapters.git.git_program import ask
from dagctl.adapters.git.kept_answers import KeptAnswers
from dagctl.adapters.git.plain_files import line_in
from dagctl.errors import NoRepositoryError, UnavailableError, UsageError
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from dagctl.adapters.git.git_program import GitAnswer

STATES = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase or an am",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisect",
}
"""The files that say what is under way in a work tree."""

HOOKS = ("pre-commit", "commit-msg")
_FILES = (*STATES, "index", "HEAD", "objects", "refs", *(f"hooks/{name}" for name in HOOKS))
EMPTY_TREES = {
    name: hashlib.new(name, b"tree 0\0", usedforsecurity=False).hexdigest()
    for name in ("sha1", "sha256")
}
"""The id of a tree without entries, by what a repository makes its ids with."""

LARGEST_CONFIGURATION = 8 << 20
"""Bytes of the repository's configuration: each call of git reads all of it."""


@frozen
class GitFolder:
    """The work tree that holds a workspace, and its git folder."""

    top: Path
    """The top folder of the work tree."""
    prefix: str
    """The workspace as seen from there: empty, or `teams/data/`."""
    path: Path
    """The git folder of this work tree, without links; what lies in it is never cloned."""
    empty_tree: str
    """The id of the empty tree, which every repository knows."""
    files: dict[str, Path]
    """Files of it by the names git knows them under; they may not exist."""


def locate(root: Path) -> GitFolder:
    """Return where a folder stands.

    Raises:
        NoRepositoryError: It is in no repository, or there is no git.
        UsageError: It is in a bare one, git does not trust it, the git folder belongs elsewhere, or
            its configuration is larger than `LARGEST_CONFIGURATION`.
    """
    return _KEPT.get(root, partial(_asked, root))


def _is_at_top(root: Path, folder: GitFolder) -> bool:
    return not folder.prefix and folder.path == Path(os.path.realpath(root / ".git"))


_KEPT: KeptAnswers[GitFolder] = KeptAnswers(_is_at_top)


def _asked(root: Path) -> GitFolder:
    """Ask git; as `locate`."""
    located = [word for name in _FILES for word in ("--git-path", name)]
    place = ("--show-cdup", "--git-dir", "--git-common-dir")
    question = ("--is-inside-work-tree", "--show-object-format", *place)
    answer = ask(root, "rev-parse", *question, *located, "--show-prefix")
    lines = answer.text.split("\n")
    if not answer.ok or lines[0] != "true":
        raise refusal(root, answer)
    if len(lines) != len(_FILES) + len(question) + 1:
        raise UsageError(f"the name of a folder above {str(root)!a} contains a line break")
    _, hashing, cdup, *paths, prefix = lines
    real = root.resolve()  # so that each `..` may be taken away by its text
    git_folder, common, *files = (Path(os.path.normpath(real / path)) for path in paths)
    top = Path(os.path.normpath(real / cdup))
    _require_own(top, git_folder)
    _require_own_commits(git_folder, common)
    for file in (common / "config", git_folder / "config.worktree"):
        _require_small(file)
    own = Path(os.path.realpath(git_folder))
    empty = EMPTY_TREES.get(hashing, EMPTY_TREES["sha1"])
    return GitFolder(root / cdup, prefix, own, empty, dict(zip(_FILES, files, strict=True)))


def _require_small(configuration: Path) -> None:
    if configuration.exists() and configuration.stat().st_size > LARGEST_CONFIGURATION:
        raise UsageError(
            f"{configuration} has more than {LARGEST_CONFIGURATION >> 20} MiB, and each call of "
            "git reads all of it",
            hint="take out of it what no one needs",
        )


def _require_own(top: Path, git_folder: Path) -> None:
    """Make sure that the git folder is this work tree's.

    A `.git` folder is. A file or link `.git` may name any repository of the user's, so the folder
    that it names has to name this work tree in turn, as git has it for linked work trees and for
    submodules. A folder of the work tree that looks like a git folder is none.

    Raises:
        UsageError: It is not.
    """
    entry = top / ".git"
    if entry.is_dir() and not entry.is_symlink():
        is_own = entry.samefile(git_folder)
    else:
        is_own = os.path.lexists(entry) and (
            _names(git_folder / "gitdir", entry) or bool(_work_tree_setting(top))
        )
    if not is_own:
        raise UsageError(
            f"{git_folder} is not known to be the git folder of {top}: it does not name {top}",
            hint="git worktree repair, or (for a separate git folder) "
            f"git -C {top} config core.worktree {top}",
        )


def _require_own_commits(git_folder: Path, common: Path) -> None:
    """Make sure that commits go to the git folder's own repository.

    The file `commondir` in it may name any: an unpacked archive may have brought it. As git writes
    it, it is that of a linked work tree, whose git folder lies in the repository that it names.

    Raises:
        UsageError: They go to another one.
    """
    own, shared = Path(os.path.realpath(git_folder)), Path(os.path.realpath(common))
    if shared not in {own, own.parent.parent if own.parent.name == "worktrees" else own}:
        raise UsageError(
            f"{git_folder} is no repository of its own: {git_folder / 'commondir'} leads to "
            f"{common}",
            hint=f"remove {git_folder / 'commondir'}, or git clone the repository",
        )


def _names(file: Path, entry: Path) -> bool:
    """Return whether a linked work tree's `gitdir` file names this `.git`."""
    try:
        named = line_in(file)
        return bool(named) and (file.parent / named).samefile(entry)
    except OSError:
        return False


def _work_tree_setting(top: Path) -> str:
    """Return `core.worktree`: where it is set, git has found `top` by it."""
    return ask(top, "config", "--get", "core.worktree").text


def refusal(root: Path, answer: GitAnswer) -> Exception:
    """Return why git does not say where a folder stands."""
    if "dubious ownership" in answer.error:
        return UsageError(
            f"git does not trust the repository around {root}: it belongs to another user",
            hint=f"git config --global --add safe.directory {root}",
        )
    if "not a git repository" in answer.error:
        return NoRepositoryError(f"{root} is not in a git repository", hint="git init")
    if answer.out.startswith(b"false") or "safe.bareRepository" in answer.error:
        return UsageError(
            f"{root} is in a bare repository or a git folder, not in a work tree",
            hint="git clone the repository, and work in the clone",
        )
    said = answer.error or f"exit status {answer.status}"
    return UnavailableError(f"git rev-parse failed: {said}")
