"""Folders of gusty on the disk: which are DAGs, and the files of each."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from dagctl.commands.files.folder_walk import folders_below
from dagctl.commands.files.foreign_files import text_of
from dagctl.convert.gusty import GustyFolder, is_named, is_task_file
from dagctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

_METADATA, _IGNORE = "METADATA.yml", ".gustyignore"
_MOST_FILES = 5_000
_MOST_CHARACTERS = 20_000_000
_MOST_CALLERS = 500


def is_gusty(path: Path) -> bool:
    """Return whether a folder is a DAG of gusty for sure: it says so in its METADATA.yml."""
    return (path / _METADATA).is_file()


def gusty_folders(path: Path, airflow: str, today: date) -> Iterator[GustyFolder]:
    """Yield a folder that is a DAG, or each folder in it.

    Args:
        path: The folder.
        airflow: The Airflow that is meant, as `3` or `2`.
        today: What relative dates of Python files count from.

    Raises:
        UsageError: It is no folder, a file cannot be read, or there are too many.
    """
    if not path.is_dir():
        hint = "name the folder of a DAG, or the one above such folders"
        raise UsageError(f"{path} is no folder; gusty makes a DAG of a folder", hint=hint)
    if path.name in {"", ".."}:  # a DAG has the name of its folder
        path = path.resolve()
    here = [item for item in path.iterdir() if item.is_file() and is_task_file(item.name)]
    is_dag = is_gusty(path) or any(item.suffix != ".py" for item in here)
    if is_dag or is_named(_callers(path), PurePosixPath(path), airflow, today):
        yield _read(path)
        return
    for folder in sorted(path.iterdir()):
        if folder.is_dir() and not folder.name.startswith((".", "__")):
            yield _read(folder)


def _read(folder: Path) -> GustyFolder:
    files: dict[str, str] = {}
    size = 0
    for at, folders, names in folders_below(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in sorted(names):
            path = at / name
            if name == _IGNORE:
                files[path.as_posix()] = ""
            elif is_task_file(name) and not path.is_symlink():
                files[path.as_posix()] = text_of(path)
                size += len(files[path.as_posix()])
            if len(files) > _MOST_FILES or size > _MOST_CHARACTERS:
                message = f"{folder} has more than {_MOST_FILES:,} files, or {_MOST_CHARACTERS:,}"
                raise UsageError(f"{message} characters", hint="name the folder of one DAG")
    return GustyFolder(folder.as_posix(), files, _callers(folder))


def _callers(folder: Path) -> dict[str, str]:
    """Return the Python files beside a folder, and beside the one above, that speak of gusty."""
    made: dict[str, str] = {}
    for above in dict.fromkeys((folder.parent, folder.parent.parent)):
        for path in sorted(above.glob("*.py"))[:_MOST_CALLERS]:
            if path.is_file() and not path.is_symlink() and "gusty" in (text := text_of(path)):
                made[path.as_posix()] = text
    return made
