"""The user's index: bringing a few paths of it to what is committed, and waiting for it."""

from __future__ import annotations

import os
import shlex
import time
from hashlib import new as new_hash
from typing import TYPE_CHECKING

from dagctl.adapters.git.command import zero_ended
from dagctl.adapters.git.history import tip

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from dagctl.adapters.git.place import Place
    from dagctl.adapters.git.tree import Entry

_HELD = "File exists"
_LISTED = 10
_SHA1_DIGITS = 40


def stage(place: Place, paths: Sequence[str], *, wait: float) -> str | None:
    """Bring these paths of the user's index to what HEAD holds; every other entry stays as it is.

    A file of the work tree that differs from HEAD is not staged: it is the user's change.

    Returns:
        A warning with the command that repairs it if the index cannot be written (because another
        process holds it for `wait` seconds, say), else None.
    """
    head = tip(place.git, "HEAD")
    alike: list[str] = []
    other: dict[str, Entry] = {}
    gone: list[str] = []
    for path in paths:
        entry = place.trees.find(head, path)
        if entry is None:
            gone.append(path)
        elif _is_checked_out(place, path, entry):
            alike.append(path)
        else:
            other[path] = entry
    held = (
        (alike and _update(place, ("--add", "-z", "--stdin"), zero_ended(alike), wait))
        or (other and _update(place, ("-z", "--index-info"), _index_info(other), wait))
        or (gone and _update(place, ("--force-remove", "-z", "--stdin"), zero_ended(gone), wait))
    )
    return _warning(place, paths, held) if held else None


def wait_for_index(place: Place, *, wait: float) -> Path | None:
    """Return the user's index.lock if it is still held after `wait` seconds, else None."""
    index = place.files["index"]
    lock = index.with_name(index.name + ".lock")
    deadline = time.monotonic() + wait
    while os.path.lexists(lock):
        if time.monotonic() > deadline:
            return lock
        time.sleep(0.05)
    return None


def _update(place: Place, options: tuple[str, ...], data: bytes, wait: float) -> str:
    """Run update-index on the user's index; return what git says if it cannot."""
    deadline = time.monotonic() + wait
    while True:
        answer = place.git.run("update-index", *options, data=data)
        if answer.ok:
            return ""
        if _HELD not in answer.error or time.monotonic() > deadline:
            return answer.error or f"exit status {answer.status}"
        time.sleep(0.1)


def _is_checked_out(place: Place, path: str, entry: Entry) -> bool:
    """Return whether the work tree holds a committed file to the byte."""
    try:
        content = (place.git.folder / path).read_bytes()
    except OSError:
        return False
    return blob_id(content, like=entry.id) == entry.id


def blob_id(content: bytes, *, like: str) -> str:
    """Return the id that git gives this content, by the hash that made the id `like`."""
    digest = new_hash("sha1" if len(like) == _SHA1_DIGITS else "sha256", usedforsecurity=False)
    digest.update(b"blob %d\0" % len(content))
    digest.update(content)
    return digest.hexdigest()


def _index_info(entries: Mapping[str, Entry]) -> bytes:
    """Return the input of `update-index --index-info`."""
    return zero_ended([f"{entry.mode} {entry.id}\t{path}" for path, entry in entries.items()])


def _warning(place: Place, paths: Iterable[str], held: str) -> str:
    names = list(paths)
    repair = shlex.join(["git", "-C", str(place.git.folder), "reset", "-q", "--", *names[:_LISTED]])
    more = f" (and {len(names) - _LISTED} more paths)" if len(names) > _LISTED else ""
    return f"the index could not be updated: {held.splitlines()[0]}; afterwards run: {repair}{more}"
