"""Files that a conversion writes: all of them, or none where one would overwrite another."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

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
    temporary = file.path.with_name(f".{file.path.name}.new")
    try:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        with temporary.open("xb") as stream:  # never through a link that stands there
            stream.write(file.text.encode())
        temporary.replace(file.path)
    except OSError as error:
        raise UnavailableError(
            f"cannot write {file.path}: {error.strerror}",
            state="the files before it are written",
            hint=advice(error) or "choose another folder",
        ) from error
