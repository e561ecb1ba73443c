"""Files that commands write: each whole or not at all, and none through a link."""

from __future__ import annotations

import errno
import os
import re
from collections import Counter
from typing import TYPE_CHECKING

from dagctl import durable
from dagctl.commands.files.links import folder_of
from dagctl.errors import ConflictError, UnavailableError, advice
from dagctl.frozen import frozen
from dagctl.next_step import FORCE, Fix

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


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
        ConflictError: Two of them have one name, a link leads out of the workspace, or another file
            is there and `force` is not set; nothing was written.
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
    """Return whether something is there that is not what the file is to be.

    Raises:
        ConflictError: A link leads out of the workspace.
    """
    try:
        with folder_of(file.path) as (folder, name):
            return durable.read(folder, name) not in {None, file.text.encode()}
    except OSError as error:  # a link, or something else that is no file
        return error.errno != errno.ENOENT


def _write(file: NewFile) -> None:
    try:
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
    try:
        with folder_of(path, follow=True) as (folder, name):
            if durable.read(folder, name) != old:
                raise ConflictError(f"{path} was changed meanwhile", hint="run the command again")
            _replace(folder, name, new)
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}"
        raise UnavailableError(message, hint=advice(error)) from error


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet; folders above it are made.

    Raises:
        ConflictError: Something is there, or a link on the way leads out of the workspace.
        UnavailableError: It cannot be written.
    """
    try:
        with folder_of(path, make=True) as (folder, name):
            durable.create(folder, name, text.encode(), alone=False)
            os.fsync(folder)
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
        ConflictError: A link on the way leads out of the workspace.
        OSError: It cannot be written; it is as it was.
    """
    with folder_of(path, make=True) as (folder, name):
        _replace(folder, name, content)


def _replace(folder: int, name: str, content: bytes) -> None:
    durable.replace(folder, name, content, alone=False)
    os.fsync(folder)
