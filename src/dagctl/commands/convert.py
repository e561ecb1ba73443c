"""Use case: turn the DAG files of another tool into specs."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from dagctl.convert import Factory, convert_dag_factory
from dagctl.errors import ConflictError, UnavailableError, UsageError, advice
from dagctl.next_step import FORCE, Fix
from dagctl.spec.readers.limits import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from dagctl.convert import Conversion, ConvertedDag

DEFAULTS = ("defaults.yml", "defaults.yaml")
_SUFFIXES = {".yml", ".yaml"}
_DEEPEST = 40
"""Folders in the name of a file that a DAG file names."""
_VARIABLE = re.compile(r"\$\{?\w+\}?")


@dataclass(frozen=True, slots=True)
class Converted:
    """One foreign file, and what became of it."""

    file: str
    conversion: Conversion


@dataclass(frozen=True, slots=True)
class Written:
    """A spec file that a conversion wrote."""

    path: Path
    dag: ConvertedDag


def convert_files(
    arguments: Sequence[str], *, root: Path | None, airflow: str, today: date
) -> tuple[Converted, ...]:
    """Return what becomes of the files, and of the YAML files in the folders.

    Args:
        arguments: Files and folders. Files of defaults hold for others; they are no DAG files.
        root: The outermost folder whose `defaults.yml` holds; by default that of each file.
        airflow: The Airflow that the specs are for.
        today: What relative dates count from.

    Raises:
        SpecError: A file is no YAML that can be read.
        UsageError: A file is missing, or holds no DAG.
    """
    files = [file for argument in arguments for file in _files(Path(argument))]
    made = tuple(
        Converted(
            str(file), convert_dag_factory(_factory(file, root), airflow=airflow, today=today)
        )
        for file in dict.fromkeys(files)
    )
    if not any(converted.conversion.dags for converted in made):
        raise UsageError(
            f"there is no DAG of dag-factory in {', '.join(arguments)}",
            hint="a file has a mapping for each DAG, with `tasks` in it",
        )
    return made


def write_specs(dags: Sequence[ConvertedDag], folder: Path, *, force: bool) -> tuple[Written, ...]:
    """Write each DAG as `<dag_id>.yaml` into a folder, which is made if missing.

    Raises:
        ConflictError: Two DAGs have one id, or another file has the name and `force` is not set;
            nothing was written.
        UnavailableError: A file cannot be written; those before it stay.
    """
    targets = [Written(folder / f"{_file_name(dag.dag_id)}.yaml", dag) for dag in dags]
    names = Counter(item.path.name.casefold() for item in targets)
    twice = next((item for item in targets if names[item.path.name.casefold()] > 1), None)
    if twice:
        raise ConflictError(
            f"two DAGs would be written to {twice.path}",
            hint="convert their files one by one, each into a folder of its own",
        )
    changed = [item.path for item in targets if _is_other(item.path, item.dag.text)]
    if changed and not force:
        raise ConflictError(
            f"{changed[0]} is there already, with other content",
            hint=Fix("choose another folder, or overwrite it with ", FORCE),
        )
    _write_all(targets)
    return tuple(targets)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if Path(name).suffix in _SUFFIXES and name not in DEFAULTS:
                yield Path(folder, name)


def _factory(file: Path, root: Path | None) -> Factory:
    folder = file.parent
    defaults = {str(path): _text(path) for path in _defaults(folder, root)}

    def named(name: str) -> str | None:
        path = _beside(folder, root, name)
        return None if path is None else _text(path)

    return Factory(_text(file), str(file), defaults, named)


def _defaults(folder: Path, root: Path | None) -> list[Path]:
    """Return the files of defaults that hold in a folder, the nearest last."""
    folders = [folder]
    above = folder.absolute().parents
    if root is not None and root.absolute() in above:
        folders += folder.absolute().parents[: above.index(root.absolute()) + 1]
    paths = (
        next((path for name in DEFAULTS if (path := at / name).is_file()), None) for at in folders
    )
    return [path for path in paths if path is not None][::-1]


def _beside(folder: Path, root: Path | None, name: str) -> Path | None:
    """Return the file that a text such as `$ROOT/datasets.yml` names, at or below the DAG files."""
    parts = [part for part in PurePosixPath(name).parts if part not in {"/", "."}]
    parts = parts[1:] if parts and _VARIABLE.fullmatch(parts[0]) else parts
    if len(parts) > _DEEPEST:
        return None
    for base in (folder, *([root] if root else [])):
        for start in range(len(parts)):
            path = base.joinpath(*parts[start:])
            if (
                ".." not in parts
                and path.is_file()
                and path.resolve().is_relative_to(base.resolve())
            ):
                return path
    return None


def _text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        UsageError: It is missing, no file, too large, or not UTF-8.
    """
    try:
        if not path.is_file():
            raise UsageError(f"{path} is not a file", hint="name a file, or a folder of files")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise UsageError(f"{path} has more than {MAX_BYTES:,} bytes", hint="split the file")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8", hint="save it as UTF-8") from error
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", hint=advice(error)) from error


def _file_name(dag_id: str) -> str:
    """Return a name without what a path reads as more than a name."""
    return re.sub(r"[^\w.-]", "_", dag_id, flags=re.ASCII).lstrip(".") or "dag"


def _is_other(path: Path, text: str) -> bool:
    if path.is_symlink():
        return True
    return path.exists() and (not path.is_file() or path.read_bytes() != text.encode())


def _write_all(targets: Sequence[Written]) -> None:
    for written in targets:
        temporary = written.path.with_name(f".{written.path.name}.new")
        try:
            written.path.parent.mkdir(parents=True, exist_ok=True)
            temporary.unlink(missing_ok=True)
            with temporary.open("xb") as stream:  # never through a link that stands there
                stream.write(written.dag.text.encode())
            temporary.replace(written.path)
        except OSError as error:
            raise UnavailableError(
                f"cannot write {written.path}: {error.strerror}",
                state="the specs before it are written",
                hint=advice(error) or "choose another folder",
            ) from error
