"""Files that commands write: each whole or not at all, and none through a link."""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import TYPE_CHECKING

from dagctl.commands.links import refuse_outside
from dagctl.errors import ConflictError, UnavailableError, advice
from dagctl.frozen import frozen
from dagctl.next_step import FORCE, Fix

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
"""How a file is opened that must not be there yet, not even as a link to another."""


@frozen
class NewFile:
    """A file, and the text that it is to have."""

    path: Path
    text: str


def file_name(dag_id: str) -> str:
    """Return a name without what a path reads as more than a name."""
    return re.sub(r"[^\w.-]", "_", dag_id, flags=re.ASCII).lstrip(".") or "dag"


def write_files(files: Sequence[NewFile], *, force: bool) -> None:
    """Write files, each at once; folders are made where they are missing.

    Raises:
        ConflictError: Two of them have one name, or another file is there and `force` is not set;
            nothing was written.
        UnavailableError: A file cannot be written; those before it stay.
    """
    names = Counter(str(file.path).casefold() for file in files)
    twice = next((file for file in files if names[str(file.path).casefold()] > 1), None)
    if twice:
        raise ConflictError(
            f"two DAGs would be written to {twice.path}",
            hint="convert their files one by one, each into a folder of its own",
        )
    changed = [file.path for file in files if _is_other(file)]
    if changed and not force:
        raise ConflictError(
            f"{changed[0]} is there already, with other content",
            hint=Fix("choose another folder, or overwrite it with ", FORCE),
        )
    for file in files:
        _write(file)


def _is_other(file: NewFile) -> bool:
    path = file.path
    if path.is_symlink():
        return True
    return path.exists() and (not path.is_file() or path.read_bytes() != file.text.encode())


def _write(file: NewFile) -> None:
    try:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file.path, file.text.encode())
    except OSError as error:
        raise UnavailableError(
            f"cannot write {file.path}: {error.strerror}",
            state="the files before it are written",
            hint=advice(error) or "choose another folder",
        ) from error


def write_over(path: Path, old: bytes, new: bytes) -> None:
    """Write a spec file that is there and has some content; its permissions stay.

    Raises:
        ConflictError: It has another content by now, or a link leads out of the workspace.
        UnavailableError: It cannot be written; it is as it was.
    """
    refuse_outside(path)
    real = path.resolve()
    try:
        if real.read_bytes() != old:
            raise ConflictError(f"{path} was changed meanwhile", hint="run the command again")
        replace_file(real, new)
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}"
        raise UnavailableError(message, hint=advice(error)) from error


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet; folders above it are made.

    Raises:
        ConflictError: Something is there, or a link on the way leads out of the workspace.
        UnavailableError: It cannot be written.
    """
    refuse_outside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, NEW, 0o666), "wb") as file:
            file.write(text.encode())
    except FileExistsError as error:
        hint = "choose another file with --file, or remove it"
        raise ConflictError(f"{path} is there already", hint=hint) from error
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}"
        instead = "choose another file with --file"
        raise UnavailableError(message, hint=advice(error) or instead) from error


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in one step: a reader finds the old content or the new. Its permissions stay.

    Raises:
        OSError: It cannot be written; it is as it was.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.new")  # another dagctl has its own
    mode = path.stat().st_mode & 0o777 if path.is_file() and not path.is_symlink() else None
    new.unlink(missing_ok=True)  # a clone may have a link of that name, to any file of the user's
    try:
        with os.fdopen(os.open(new, NEW, 0o666 if mode is None else mode), "wb") as file:
            if mode is not None:  # what the umask has taken away
                os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
