"""The specs below a folder: a walk that ends, can be seen, and passes over what is foreign."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.commands.files.links import opened
from dagctl.errors import UnavailableError, UsageError, advice
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
"""The files in a folder that are taken for specs."""

MOST = 100_000
"""How many files and folders are looked at below one folder."""

MOST_SECONDS = 60.0
"""How long one folder is looked through."""

QUIET_SECONDS = 1.0
"""How long a walk may take before it is mentioned."""

_FOREIGN = frozenset({"node_modules", "site-packages", "__pycache__", "venv", "virtualenv"})
"""Folders of other programs."""
_MARKS = frozenset({".git", "pyvenv.cfg"})
"""What the top of a repository or of a virtual environment has: below it is not this folder's."""
_DEEPEST = 100
"""How many folders are looked into, one in the other."""
_WORDS = lazy_pattern(
    rb"\b(?:dag_name|task_id|task_type)\b|^\W{0,20}use\W"
    rb"|^tasks[ \t]*:\s*[\[-]|\"tasks\"\s*:\s*\[",
    re.MULTILINE,
)
"""What every spec has, and a file of another program seldom: others have `tasks` too, but as a
mapping (Taskfile), in a list (Ansible) or in a text."""
_TEMPLATE = lazy_pattern(rb"^template[ \t]*:", re.MULTILINE)
"""The key that makes a template of a spec; no spec has it."""


def specs_below(top: Path, note: Callable[[str], None]) -> Iterator[str]:
    """Yield the files below a folder that have the suffix of a spec.

    Left out: what is hidden, other repositories, virtual environments, packages of other programs.

    Args:
        top: The folder.
        note: Is called once, if the walk takes a while.

    Raises:
        OutsideError, UnavailableError: As of `folders_below`.
        UsageError: So much is below the folder that it cannot be meant.
    """
    if top.resolve().parent == top.resolve():
        raise _too_much(top, "is the whole file system")
    seen, began, is_noted = 0, time.monotonic(), False
    for folder, folders, names in folders_below(top):
        seen += len(folders) + len(names)
        if folder != top and not _MARKS.isdisjoint((*folders, *names)):
            folders.clear()
            continue
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _FOREIGN
        )
        seconds = time.monotonic() - began
        if seen > MOST:
            raise _too_much(top, f"holds more than {MOST:,} files and folders")
        if seconds > MOST_SECONDS:
            raise _too_much(top, f"was looked through for {MOST_SECONDS:g} s, without an end")
        if seconds > QUIET_SECONDS and not is_noted:
            is_noted = True
            note(f"Looking for specs below {top} ...")
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield str(folder / name)


def folders_below(top: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield a folder and those below it, each with the names of its folders and of all else in it.

    No link is followed below `top`. Names that are taken out of the first list are passed over.

    Raises:
        OutsideError: `top` is a link that leads out of the workspace.
        UnavailableError: It cannot be opened.
    """
    try:
        descriptor = opened(top, os.O_DIRECTORY)
    except OSError as error:
        message = f"cannot read {top}: {error.strerror}"
        raise UnavailableError(message, hint=advice(error)) from error
    try:
        for inner, folders, names, _ in os.fwalk(".", dir_fd=descriptor):
            if inner.count("/") >= _DEEPEST:
                folders.clear()
            yield top / inner, folders, names
    finally:
        os.close(descriptor)


def is_likely_spec(data: bytes) -> bool:
    """Return whether a file that was met in a folder may be meant for a spec."""
    return _WORDS.search(data) is not None


def is_template(data: bytes) -> bool:
    """Return whether a file is a template of specs, and no spec."""
    return _TEMPLATE.search(data) is not None


def _too_much(top: Path, what: str) -> UsageError:
    return UsageError(f"{top} {what}", hint="name the folder that holds the specs")
