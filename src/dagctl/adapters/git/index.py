"""The user's index: bringing a few paths of it to what is committed, and waiting for it."""

from __future__ import annotations

import os
import shlex
import time
from typing import TYPE_CHECKING

from dagctl import durable
from dagctl.adapters.git.branch_tips import head
from dagctl.adapters.git.git_command import zero_ended
from dagctl.adapters.git.git_objects import id_of
from dagctl.adapters.git.plain_files import loose_tip

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from dagctl.adapters.git.git_tree import TreeEntry
    from dagctl.adapters.git.place import GitWorkTree

_HELD = "File exists"
_LISTED = 10
_FEW = 100
"""How many paths go onto a command line."""


def stage(  # noqa: PLR0913 - each is a choice of its own
    place: GitWorkTree,
    paths: Sequence[str],
    *,
    wait: float,
    options: Sequence[str] = (),
    new: Collection[str] = (),
    ref: str = "HEAD",
) -> str | None:
    """Bring these paths of the user's index to what HEAD holds; every other entry stays as it is.

    A file of the work tree that differs from HEAD is not staged: it is the user's change.

    Args:
        place: Where the paths are.
        paths: What to bring up.
        wait: How many seconds to wait for another process.
        options: What git gets besides.
        new: Paths that the index did not have before.
        ref: What is checked out, or is to be.

    Returns:
        A warning with the command that repairs it if the index cannot be written (because another
        process holds it for `wait` seconds, say), else None.
    """
    known = _known_head(place) if ref == "HEAD" else None
    at = known or place.trees.read_tip(ref, paths).commit
    blind = flagged(place, [path for path in paths if path not in new])
    alike: list[str] = []
    other: dict[str, TreeEntry] = {}
    gone: list[str] = []
    for path in paths:
        entry = place.trees.find(at, path)
        if entry is None:
            gone.append(path)
        elif path not in blind and _is_checked_out(place, path, entry):
            alike.append(path)
        else:
            other[path] = entry
    update = (*options, "update-index", "-z")
    held = (
        (alike and _update(place, (*update, "--add", "--stdin"), zero_ended(alike), wait))
        or (other and _update(place, (*update, "--index-info"), _index_info(other), wait))
        or (gone and _update(place, (*update, "--force-remove", "--stdin"), zero_ended(gone), wait))
        or _flag_again(place, update, blind, gone, wait)
    )
    return _warning(place, paths, held) if held else None


def _known_head(place: GitWorkTree) -> str | None:
    """Return the commit that is checked out, if it was read before or made here; else None."""
    branch = head(place)
    commit = loose_tip(place.files, branch) if branch else None
    return commit if commit is not None and place.trees.knows(commit) else None


SKIPPED = "Ss"
"""The letters for a file that a sparse checkout leaves out of the work tree."""
_FLAGS = {"--assume-unchanged": "hs", "--skip-worktree": SKIPPED}
"""The options that flag an entry, each with the letters of `ls-files -v` for it."""


def flagged(place: GitWorkTree, paths: Sequence[str]) -> dict[str, str]:
    """Return the paths of which git does not look at the work tree, each with its letter.

    From such a file git does not update its entry, so the next commit would take the update back.
    """
    if not paths:
        return {}
    literal = [f":(top,literal){path}" for path in paths] if len(paths) <= _FEW else ()
    listing = os.fsdecode(place.git.run("ls-files", "-v", "-z", "--", *literal).out)
    letters = {line[2:]: line[0] for line in listing.split("\0") if line[:1] not in {"", "H"}}
    asked = set(paths)
    return {path: letter for path, letter in letters.items() if path in asked}


def _flag_again(
    place: GitWorkTree,
    update: tuple[str, ...],
    blind: Mapping[str, str],
    gone: list[str],
    wait: float,
) -> str:
    """Flag the entries again, as their users had it; return what git says if it cannot."""
    held = ""
    for option, letters in _FLAGS.items():
        paths = [path for path in blind if blind[path] in letters and path not in gone]
        if paths and not held:
            held = _update(place, (*update, option, "--stdin"), zero_ended(paths), wait)
    return held


def wait_for_index(place: GitWorkTree, *, wait: float) -> Path | None:
    """Return the user's index.lock if it is still held after `wait` seconds, else None."""
    index = place.files["index"]
    lock = index.with_name(index.name + ".lock")
    deadline = time.monotonic() + wait
    while os.path.lexists(lock):
        if time.monotonic() > deadline:
            return lock
        time.sleep(0.05)
    return None


def _update(place: GitWorkTree, command: tuple[str, ...], data: bytes, wait: float) -> str:
    """Run update-index on the user's index; return what git says if it cannot."""
    deadline = time.monotonic() + wait
    while True:
        answer = place.git.run(*command, data=data)
        if answer.ok:
            return ""
        if _HELD not in answer.error or time.monotonic() > deadline:
            return answer.error or f"exit status {answer.status}"
        time.sleep(0.1)


def _is_checked_out(place: GitWorkTree, path: str, entry: TreeEntry) -> bool:
    """Return whether the work tree holds a committed file to the byte."""
    *folders, name = path.split("/")
    try:
        with durable.folder(place.git.folder, folders) as folder:
            content = durable.read(folder, name, limit=durable.LARGEST)
    except OSError:
        return False
    return content is not None and id_of("blob", content, like=entry.id) == entry.id


def _index_info(entries: Mapping[str, TreeEntry]) -> bytes:
    """Return the input of `update-index --index-info`."""
    return zero_ended([f"{entry.mode} {entry.id}\t{path}" for path, entry in entries.items()])


def _warning(place: GitWorkTree, paths: Iterable[str], held: str) -> str:
    names = list(paths)
    repair = shlex.join(["git", "-C", str(place.git.folder), "reset", "-q", "--", *names[:_LISTED]])
    more = f" (and {len(names) - _LISTED} more paths)" if len(names) > _LISTED else ""
    return f"the index could not be updated: {held.splitlines()[0]}; afterwards run: {repair}{more}"
