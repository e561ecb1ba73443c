"""Finds out, before anything is done, why git would not let us commit."""

from __future__ import annotations

import os
import stat
from contextlib import ExitStack, contextmanager, suppress
from itertools import accumulate
from operator import truediv
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dagctl.adapters.git.branch_tips import head
from dagctl.adapters.git.commit import write_commit
from dagctl.adapters.git.folder import STATES
from dagctl.adapters.git.git_command import failure, zero_ended
from dagctl.adapters.git.git_tree import folders_of
from dagctl.adapters.git.index import SKIPPED, flagged, wait_for_index
from dagctl.adapters.git.rules import may_change, may_ignore
from dagctl.errors import RepositoryBusyError, WorkspaceError, left_out
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from dagctl.adapters.git.configuration import Configuration
    from dagctl.adapters.git.git_command import GitCommand
    from dagctl.adapters.git.git_program import GitAnswer
    from dagctl.adapters.git.git_tree import Tip
    from dagctl.adapters.git.place import GitWorkTree

_CHANGING = ("filter", "ident", "working-tree-encoding")
"""The attributes by which git stores, or checks out, other bytes than a file has. Line ends are not
among them: DAG files have none but `\\n`, and are read as if they had."""
_UNCHANGING = frozenset({"UNSPECIFIED", "UNSET", "SET", "UTF-8", "UTF8"})


def branch_to_commit_to(place: GitWorkTree) -> str:
    """Return the branch that is checked out, born or not.

    Raises:
        ConflictError: HEAD is detached, a merge or the like is under way, or a link stands where
            git would write.
    """
    for name, what in STATES.items():
        if place.files[name].exists():
            raise RepositoryBusyError(
                f"{what} is under way", hint="finish or abort it; see `git status`"
            )
    branch = head(place)
    if branch is None or not branch.startswith("refs/heads/"):
        raise RepositoryBusyError("HEAD is on no branch (detached)", hint="git switch BRANCH")
    require_own_files(place, branch)
    return branch


def require_own_files(place: GitWorkTree, ref: str) -> None:
    """Make sure that files and folders stand where git writes to move a ref.

    An unpacked archive may have brought a link to any file or folder of the user's, which git
    writes through, or a pipe, which git waits for.

    Raises:
        WorkspaceError: Something else does.
    """
    own, shared = place.files["index"].parent, place.files["refs"].parent
    written = (
        (own, "index"),
        (own, "logs/HEAD"),
        (shared, "packed-refs"),
        (shared, "objects"),
        (shared, ref.rpartition("/")[0]),  # a ref that is a link gets a file in its place
        (shared, f"logs/{ref}"),
    )
    for folder, below in written:
        for path in accumulate(below.split("/"), truediv, initial=folder):
            if path != folder:
                _require_own(path)
    with suppress(FileNotFoundError), os.scandir(shared / "objects") as entries:
        for entry in entries:
            if entry.is_symlink():
                raise _written_through(entry.path)


def _require_own(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except OSError:  # there is none, or git will say why
        return
    if stat.S_ISLNK(mode):
        raise _written_through(path)
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise WorkspaceError(
            f"{path} is no file and no folder, and git would wait for it",
            hint="remove it; git makes it anew where it needs it",
        )


def _written_through(path: str | Path) -> WorkspaceError:
    return WorkspaceError(
        f"{path} is a link, and git would write through it",
        hint="put the file or folder itself there; for a second work tree of a repository: "
        "git worktree add",
    )


def require_free_index(place: GitWorkTree, *, wait: float) -> None:
    """Make sure that no other process holds the user's index.

    Raises:
        ConflictError: It is still held after `wait` seconds.
    """
    lock = wait_for_index(place, wait=wait)
    if lock is not None:
        raise RepositoryBusyError(
            f"another git process holds the index: {lock}",
            hint="wait for it; if it was killed, remove the file",
        )


@frozen
class Rules:
    """What git's rules say of the paths of an operation; each is waited for when it is called."""

    attributes: Callable[[], GitAnswer] | None = None
    """None: no rule changes what is stored."""
    may_ignore: bool = False
    """Whether a rule may ignore one of the paths."""
    ignored: Callable[[], GitAnswer] | None = None
    """Of the new paths; None: git was not asked."""


@contextmanager
def reading_rules(
    place: GitWorkTree, configuration: Configuration, paths: Sequence[str], new: Sequence[str]
) -> Iterator[Rules]:
    """Let git read its rules for these paths while the block asks it for something else.

    Each question is a process, which takes longer to start than to answer. Where no rule can be
    about the paths there is none.
    """
    with ExitStack() as stack:
        attributes = ignored = None
        if paths and may_change(place, configuration, paths):
            command, data, environment = _attributes_of(place, paths)
            begun = place.git.begun(*command, data=data, environment=environment)
            attributes = stack.enter_context(begun)
        ignores = bool(paths) and may_ignore(place, configuration, paths)
        if new and ignores:
            begun = place.git.begun(*_IGNORED, _WITHOUT_INDEX, data=_plain(new))
            ignored = stack.enter_context(begun)
        yield Rules(attributes, ignores, ignored)


def require_paths(
    place: GitWorkTree, branch: str, paths: Sequence[str], new: Sequence[str], rules: Rules
) -> str | None:
    """Make sure that these paths can be committed; return the tip of the branch.

    Args:
        place: Where to commit.
        branch: The branch, born or not.
        paths: What is written.
        new: Those of them where nothing of ours stands yet.
        rules: What git's rules say of them.

    Raises:
        ConflictError: One is ignored, or lies in a submodule or in another repository; a new one
            is known to git, or there is one whose name differs by case only.
    """
    tip = place.trees.read_tip(branch, paths, staged=new)
    commit = tip.commit
    for folder in sorted({parent for path in paths for parent in folders_of(path)}):
        entry = place.trees.find(commit, folder)
        nested = os.path.lexists(place.git.folder / folder / ".git")
        if nested or (entry is not None and entry.kind == "commit"):
            raise WorkspaceError(f"{folder} is a repository of its own or a submodule")
    names = {folder: _names(place, commit, folder) for folder in {*map(_folder_of, new)}}
    for path in new:
        _require_unknown(place, tip, path, names[_folder_of(path)])
    # no rule keeps git from committing a file that the last commit has
    untracked = [path for path in paths if place.trees.find(commit, path) is None]
    if untracked and rules.may_ignore:
        is_asked = set(untracked) == set(new)
        _require_not_ignored(place.git, untracked, rules.ignored if is_asked else None)
    return commit


def _require_unknown(
    place: GitWorkTree, tip: Tip, path: str, names: Mapping[str, Collection[str]]
) -> None:
    """Make sure that git knows nothing at a new path, in no spelling.

    The work tree itself is looked at by the plan; what is deleted there may still be in the last
    commit, or staged.
    """
    if path in tip.staged or place.trees.find(tip.commit, path) is not None:
        if flagged(place, [path]).get(path, "-") in SKIPPED:
            raise left_out(path)
        # git restores from the index
        back = "restore" if path in tip.staged else "checkout HEAD --"
        raise WorkspaceError(
            f"{path} is under version control, and was deleted in the work tree",
            hint=f"`git {back} {path}` brings it back; to remove it for good, commit the removal",
        )
    folder, _, name = path.rpartition("/")
    twins = sorted(other for other in names.get(name.casefold(), ()) if other != name)
    if twins:
        twin = f"{folder}/{twins[0]}"
        raise WorkspaceError(
            f"{twin} is there, which differs from {path} by case only: on many disks that is the "
            "same file",
            hint="choose another dag_id, or rename that file",
        )


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def _names(place: GitWorkTree, commit: str | None, folder: str) -> dict[str, set[str]]:
    """Return what a folder holds in the work tree or the last commit, by name in lower case."""
    names: dict[str, set[str]] = {}
    for name in _names_in(place.git.folder / folder) | _committed_in(place, commit, folder):
        names.setdefault(name.casefold(), set()).add(name)
    return names


def _names_in(folder: Path) -> set[str]:
    try:
        with os.scandir(folder) as entries:
            return {entry.name for entry in entries}
    except OSError:  # not there yet; what else it may be, the writing says
        return set()


def _committed_in(place: GitWorkTree, commit: str | None, folder: str) -> set[str]:
    entry = place.trees.find(commit, folder)
    is_folder = entry is not None and entry.kind == "tree"
    return set(place.trees.entries(entry.id)) if entry is not None and is_folder else set()


def require_no_filter(
    place: GitWorkTree,
    paths: Sequence[str],
    drivers: Collection[str],
    asked: Callable[[], GitAnswer] | None = None,
    *,
    ident: bool = False,
) -> None:
    """Make sure that git would store the bytes of these files as they are.

    Args:
        place: Where they are.
        paths: The files.
        drivers: The filters that there are.
        asked: What waits for git's answer, if it was asked for the attributes before.
        ident: Whether `ident` counts too: git itself fills in `$Id$`, with another text in each
            clone.

    Raises:
        ConflictError: A filter or an encoding is set for one, so git would store other bytes than
            those that are recorded, and run a program for it.
    """
    if not paths:
        return
    command, data, environment = _attributes_of(place, paths)
    answer = asked() if asked else place.git.run(*command, data=data, environment=environment)
    if not answer.ok:
        raise failure(command, answer)
    fields = iter(os.fsdecode(answer.out).split("\0")[:-1])
    for path, attribute, value in zip(*[fields] * 3, strict=True):
        is_filter = attribute == "filter" and value in drivers
        is_ident = ident and attribute == "ident" and value == "set"
        is_encoding = attribute.endswith("encoding") and value.upper() not in _UNCHANGING
        if is_filter or is_ident or is_encoding:
            raise WorkspaceError(
                f"git would not keep {path} as it is: it has the attribute {attribute}={value}",
                hint=f"to remove it, add the line `{path.rpartition('/')[0]}/*.py -{attribute}` "
                "to .gitattributes",
            )


def _attributes_of(
    place: GitWorkTree, paths: Sequence[str]
) -> tuple[tuple[str, ...], bytes, dict[str, str]]:
    """Return the command that says the attributes of paths, what it reads, and its variables."""
    # the index, which may be large, is not read for attributes that no file has
    nowhere = str(place.folder.path / "no-such-index")
    command = ("check-attr", "-z", "--stdin", *_CHANGING)
    return command, zero_ended(list(paths)), {"GIT_INDEX_FILE": nowhere}


def require_signing(place: GitWorkTree) -> None:
    """Make sure that a commit can be signed: sign one that is thrown away.

    Raises:
        ConflictError: It cannot.
    """
    with TemporaryDirectory(prefix="dagctl-") as folder:
        write_commit(
            place.git,
            place.folder.empty_tree,
            None,
            "Try to sign\n",
            signs=True,
            environment={"GIT_OBJECT_DIRECTORY": folder},
        )


_IGNORED = ("check-ignore", "-v", "-z", "--stdin")
"""Says file, line, rule and path for each path that the rules ignore."""
_WITHOUT_INDEX = "--no-index"
"""A big index takes long to read, and only says whether a path that the rules name is tracked
nevertheless: so git is asked without it first."""


def _require_not_ignored(
    git: GitCommand, paths: Sequence[str], asked: Callable[[], GitAnswer] | None
) -> None:
    data = _plain(paths)
    answer = asked() if asked else git.run(*_IGNORED, _WITHOUT_INDEX, data=data)
    if not _ignored(answer):
        return
    for source, line, rule, path in _ignored(git.run(*_IGNORED, data=data)):
        raise WorkspaceError(
            f"{path.removeprefix('./')} is ignored by git ({source}:{line}: {rule})",
            hint="remove the rule, or choose another folder for DAG files",
        )


def _plain(paths: Sequence[str]) -> bytes:
    """Return paths for git; with `./` none that begins with a colon is pathspec magic."""
    return zero_ended([f"./{path}" for path in paths])


def _ignored(answer: GitAnswer) -> list[tuple[str, ...]]:
    """Return file, line, rule and path for each path that the rules ignore."""
    if answer.status not in (0, 1):
        raise failure(_IGNORED, answer)
    fields = iter(os.fsdecode(answer.out).split("\0")[:-1])
    # a rule with "!" takes the path out again
    return [record for record in zip(*[fields] * 4, strict=True) if not record[2].startswith("!")]
