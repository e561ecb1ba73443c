"""Takes over what an earlier dagctl kept in the work tree, in the folder `.dagctl`.

A clone, a pull or an unpacked archive may have brought such a folder, so little of it is believed:
only records and stored files are taken, both of which are checked where they are read, and only if
git does not track them and they are this user's own files. The journal is not: it says what is to
be undone and redone, and whether this user has written it cannot be known.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl import durable
from dagctl.adapters.embedded.registry_files import BESIDE, DATABASE
from dagctl.adapters.git.git_program import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.durable import Location

NAME = ".dagctl"
_TAKEN = ("store", *BESIDE, DATABASE)
"""What is moved, in this order: until the database has come, the take-over is begun again."""
_JOURNAL = "journal"
_KNOWN = frozenset({*_TAKEN, _JOURNAL, "lock", "lock.holder", ".gitignore", "dag.schema.json"})
_MOST = 100_000
"""How many files are looked at; what is moved with the others is checked where it is read."""


def has_old_state(root: Path) -> bool:
    """Return whether records, stored files or a journal of an earlier dagctl are in the workspace.

    One look at the disk where there is no such folder, which is nearly always so.
    """
    return _has_records(root) or _has_entries(root)


def take_over(root: Path, state: Location) -> str | None:
    """Move the old state of the workspace at `root` to `state`, once; return a warning or None.

    Raises:
        UnavailableError: A file cannot be moved now; the next command goes on.
    """
    reason = _doubt(root, state)
    if reason is None and _has_records(root):
        with durable.explained(str(root / NAME)):
            reason = _move(root, state)
    if reason is not None:
        return (
            f"{root / NAME} is not used: {reason}. dagctl keeps its state in {state.path}. "
            f"If the folder is of no use, remove it: rm -r {root / NAME}"
        )
    if _has_entries(root):
        journal = root / NAME / _JOURNAL
        return (
            f"an earlier dagctl has left an unfinished operation in {journal}, which is not acted "
            f"on. If you began it: mv {journal} {state.path}/ and dagctl recover; else: "
            f"rm -r {root / NAME}"
        )
    return None


def _has_records(root: Path) -> bool:
    return not _names(root, NAME).isdisjoint(_TAKEN)


def _has_entries(root: Path) -> bool:
    return any(name.endswith(".json") for name in _names(root, NAME, _JOURNAL))


def _names(root: Path, *parts: str) -> set[str]:
    try:
        with durable.folder(root, parts) as folder:
            return set(durable.names(folder))
    except OSError:
        return set()


def _doubt(root: Path, state: Location) -> str | None:
    """Return why the folder must not be taken over, or None."""
    unknown = sorted(_names(root, NAME) - _KNOWN)
    if _is_tracked(root):
        return "git tracks it, so a clone or a pull may have brought it"
    if unknown:
        return f"it holds {unknown[0]!a}, which dagctl did not put there"
    if _has_records(root) and os.path.lexists(state.path / DATABASE):
        return "there are newer records"
    doubts = (_doubt_about(path) for path in islice(_all_below(root / NAME), _MOST))
    return next((doubt for doubt in doubts if doubt is not None), None)


def _doubt_about(path: Path) -> str | None:
    status = path.lstat()
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        return f"{path} is a link, or something else that is not a regular file"
    if status.st_uid != os.geteuid():
        return f"{path} belongs to another user"
    return None


def _all_below(folder: Path) -> Iterator[Path]:
    yield folder
    for inner, folders, files in os.walk(folder):
        yield from (Path(inner, name) for name in (*folders, *files))


def _is_tracked(root: Path) -> bool:
    """Return whether the index or HEAD has anything of the folder, however it is spelled."""
    index = ask(root, "ls-files", "-z", "--", f":(icase){NAME}")
    head = ask(root, "ls-tree", "-z", "--name-only", "HEAD")
    in_head = (name.casefold() for name in os.fsdecode(head.out).split("\0"))
    return not index.ok or bool(index.out) or NAME in in_head


def _move(root: Path, state: Location) -> str | None:
    """Move the records and the stored files; return why that cannot be, or None."""
    with durable.folder(root, [NAME]) as old, state.opened(make=True) as new:
        try:
            for name in _TAKEN:
                with suppress(FileNotFoundError):
                    os.rename(name, name, src_dir_fd=old, dst_dir_fd=new)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            return "it is on another disk than the git folder, so move its files by hand"
        os.fsync(new)
        os.fsync(old)
    return None
