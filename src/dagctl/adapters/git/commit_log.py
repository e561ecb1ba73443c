"""What commits did to some files, and which commits dagctl has made in this work tree."""

from __future__ import annotations

import os
from secrets import token_hex
from typing import TYPE_CHECKING

from dagctl.adapters.git.branch_tips import MADE_BY, MOVED, tip
from dagctl.adapters.git.look import FEW, RECENT, moment, text, walked
from dagctl.errors import UnavailableError
from dagctl.ports import LoggedCommit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from dagctl.adapters.git.place import GitWorkTree

_REFLOG = 4 << 20
"""Bytes of the end of a reflog that are read."""
_OPERATIONS = f"%(trailers:key={MADE_BY},valueonly,separator=%x20)"
_SUBJECT = "%<(300,trunc)%s"
"""The first line of a message; a stranger's may be of any length."""


def log(place: GitWorkTree, paths: Collection[str]) -> list[LoggedCommit]:
    """Return the recent commits that changed these files and folders; see the port."""
    asked, prefix = set(paths), place.full("")
    sign, field = token_hex(16), token_hex(16)  # no name can hold what was not known before
    values = ("%H", "%P", "%at", "%an <%ae>", _OPERATIONS, _SUBJECT, "")
    shape = f"--format=format:{sign}" + field.join(values)
    command = ("-c", "trailer.separators=:", "log", "-z", "--no-color")
    options = ("--topo-order", "--raw", "--no-abbrev", "--no-renames", "--diff-merges=first-parent")
    limits = [place.literal(path) for path in paths] if len(asked) <= FEW else []
    try:
        listing = walked(
            place, *command, shape, *options, f"--max-count={RECENT}", "HEAD", "--", *limits
        )
    except UnavailableError:
        if tip(place.git, "HEAD") is not None:
            raise
        return []  # before the first commit
    commits = []
    for record in listing.split(sign)[1:]:
        commit, parents, at, by, operations, subject, raw = record.split(field)
        changes = {
            name.removeprefix(prefix): ids
            for name, ids in _changes(raw)
            if name.startswith(prefix) and _is_asked(name.removeprefix(prefix), asked)
        }
        if changes:
            commits.append(
                LoggedCommit(
                    id=commit,
                    by=text(by),
                    at=moment(at),
                    changes=changes,
                    subject=text(subject).rstrip() if operations else "",
                    is_first=not parents,
                )
            )
    return commits


def _changes(raw: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield path and ids of each file: `:MODE MODE ID ID LETTER`, then the path."""
    words = iter(raw.split("\0"))
    for word in words:
        if word.lstrip("\n").startswith(":"):
            _, _, before, after, _ = word.split(" ")
            yield next(words, ""), (before, after)


def _is_asked(path: str, asked: Collection[str]) -> bool:
    """Return whether a path, or a folder above it, is one of those that are asked about."""
    while path:
        if path in asked:
            return True
        path = path.rpartition("/")[0]
    return False


def made_here(place: GitWorkTree, commits: Collection[str]) -> set[str]:
    """Return those of the commits that dagctl has made here: the reflog of HEAD notes each move.

    Each of its lines is `OLD NEW NAME <E-MAIL> TIME ZONE`, a tab, and what was done.
    """
    path = place.files["HEAD"].parent / "logs" / "HEAD"
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _REFLOG))
            lines = file.read(_REFLOG).split(b"\n")
    except OSError:
        return set()
    moves = (line.partition(b"\t") for line in lines)
    made = {
        words[1].decode("ascii", "replace")
        for head, _, done in moves
        if done.startswith(MOVED.encode()) and len(words := head.split(b" ", 2)) > 1
    }
    return made & set(commits)
