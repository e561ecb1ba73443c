"""Use case: hand the SQL migrations of the Supabase backend to the user's project."""

from __future__ import annotations

import os
from importlib import resources
from typing import TYPE_CHECKING

from dagctl.commands.links import outside_of_workspace
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
    outside = outside_of_workspace(target)
    if outside is not None:
        raise ConflictError(
            f"{target} is a link that leads out of the workspace, to {outside}",
            hint="if that is meant, name that folder",
        )
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
    files = {target / name: content for name, content in packaged_migrations().items()}
    standing = [path for path in files if os.path.lexists(path)]
    changed = [path.name for path in standing if not _holds(path, files[path])]
    if changed:
        raise ConflictError(
            f"{target} has other files of these names: {', '.join(changed)}",
            hint="move them away, or export to another folder and compare",
        )
    target.mkdir(parents=True, exist_ok=True)
    missing = [path for path in files if path not in standing]
    for path in missing:
        with path.open("xb") as file:  # "x": never over a file that came in between
            file.write(files[path])
    return ExportResult(written=tuple(missing), unchanged=tuple(standing))


def _holds(path: Path, content: bytes) -> bool:
    """Return whether a regular file holds this; no link, pipe or device is opened."""
    return path.is_file() and not path.is_symlink() and path.read_bytes() == content
