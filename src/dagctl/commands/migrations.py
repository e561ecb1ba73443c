"""Use case: hand the SQL migrations of the Supabase backend to the user's project."""

from __future__ import annotations

import os
from importlib import resources
from typing import TYPE_CHECKING

from dagctl import durable
from dagctl.commands.files.links import folder_of
from dagctl.errors import ConflictError, UnavailableError, advice
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from pathlib import Path


@frozen(kw_only=True)
class ExportResult:
    """Which migrations stand in the target folder now, in the order in which they run."""

    written: tuple[Path, ...]
    unchanged: tuple[Path, ...]
    """Files that stood there already, with the same content."""


def packaged_migrations() -> dict[str, bytes]:
    """Return the migrations by file name, `<14 digits>_<name>.sql`, in the order they run in."""
    folder = resources.files("dagctl") / "migrations"
    files = {file.name: file for file in folder.iterdir() if file.name.endswith(".sql")}
    return {name: files[name].read_bytes() for name in sorted(files)}


def export_migrations(target: Path) -> ExportResult:
    """Copy the migrations into a folder, such as `supabase/migrations`, which is made if missing.

    Raises:
        ConflictError: A file of that name with another content stands there; nothing was written.
        UnavailableError: The folder cannot be written; the files before it stay.
    """
    try:
        return _export(target)
    except (FileExistsError, NotADirectoryError) as error:
        raise ConflictError(
            f"{error.filename} is in the way: it is not a folder", hint="choose another folder"
        ) from error
    except OSError as error:
        raise UnavailableError(
            f"cannot write {error.filename}: {error.strerror}",
            state="what was written stays; a repeat writes the rest",
            hint=advice(error) or "choose another folder",
        ) from error


def _export(target: Path) -> ExportResult:
    files = packaged_migrations()
    with folder_of(target / next(iter(files)), make=True) as (folder, _):
        standing = {name: _holds(folder, name, content) for name, content in files.items()}
        changed = [name for name, is_same in standing.items() if is_same is False]
        if changed:
            raise ConflictError(
                f"{target} has other files of these names: {', '.join(changed)}",
                hint="move them away, or export to another folder and compare",
            )
        for name, content in files.items():
            if standing[name] is None:
                durable.create(folder, name, content, alone=False)
        os.fsync(folder)
    return ExportResult(
        written=tuple(target / name for name in files if standing[name] is None),
        unchanged=tuple(target / name for name in files if standing[name]),
    )


def _holds(folder: int, name: str, content: bytes) -> bool | None:
    """Return whether a regular file holds this; None: nothing is there. No link is opened."""
    try:
        standing = durable.read(folder, name, limit=len(content))
    except OSError:
        return False
    return None if standing is None else standing == content
