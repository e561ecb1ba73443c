"""The files of other tools on the disk: which there are, and what belongs to each."""

from __future__ import annotations

import os
import stat
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from dagctl.commands.files.folder_walk import folders_below
from dagctl.commands.files.links import OutsideError, opened
from dagctl.convert import Deployment, Factory, FilesBeside, Module, Modules, may_be
from dagctl.errors import UsageError, advice
from dagctl.patterns import lazy_pattern
from dagctl.text.lines import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

DEFAULTS = ("defaults.yml", "defaults.yaml")
_MOST_LISTED = 2_000
"""As many files a folder may have that a DAG file lists."""
_DEEPEST = 40
"""Folders in the name of a file that a DAG file names."""
_LONGEST_NAME = 1_000
_FOLDERS_OF_MODULES = ("plugins", "src")
"""Folders of a project whose modules its DAG files import by their names alone."""
_VARIABLE = lazy_pattern(r"\$\{?\w+\}?")


def foreign_files(path: Path, form: str | None) -> Iterator[Path]:
    """Yield the files of a folder that may be of a format, or the file itself.

    Args:
        path: A file or a folder. Files of defaults hold for others; they are no DAG files.
        form: The format of all of them; by default what each looks like.

    Raises:
        UsageError: The file is of no format that is read.
    """
    if not path.is_dir():
        if form is None and path.exists() and not may_be(path.name, None):
            hint = "name it: --from python"
            raise UsageError(f"{path}: its name does not say what it is", hint=hint)
        yield path
        return
    for folder, folders, names in folders_below(path):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in sorted(names):
            if may_be(name, form) and name not in DEFAULTS:
                yield folder / name


def text_beside(file: Path) -> Callable[[str], str | None]:
    """Return what reads the text files beside a file, or below; None for what is no such file.

    As Airflow does for its YAML: the file must be there after links are followed.
    """
    return partial(_text_in, file.parent.resolve(), file.parent.resolve())


def project_of(
    file: Path, root: Path | None, deployment: Deployment, named: Path | None = None
) -> Modules:
    """Return what may be read beside a Python file: modules, files, and variables that are known.

    Args:
        file: The file.
        root: A folder in which modules are looked for, beside those of the project.
        deployment: The variables.
        named: The folder that the user named, in which the file is; None: the file itself.
    """
    return Modules(_modules(file, root, named), _beside_file(file, named), deployment)


def _beside_file(file: Path, named: Path | None) -> FilesBeside:
    """Return what a Python file of a project may read of it.

    A name counts from the folder of the file. What is hidden is not read, as what is git's own.
    """
    folder = file.parent.resolve()
    top = _project_folders(folder, named.resolve() if named else None)[-1]

    def names(name: str) -> list[str] | None:
        path = _located(folder, top, name)
        if path is None:
            return None
        try:
            with os.scandir(path) as items:
                inner = sorted(item.name for item in islice(items, _MOST_LISTED + 1))
        except OSError:
            return None
        return inner if len(inner) <= _MOST_LISTED else None

    def is_absent(name: str) -> bool:
        short = "\0" not in name and len(name) <= _LONGEST_NAME
        return short and not os.path.lexists(folder / name)

    return FilesBeside(partial(_text_in, folder, top), names, is_absent, _home(folder, top))


def _home(folder: Path, top: Path) -> str | None:
    """Return the way from a folder up to the one that has `dags`, in which it lies; or None."""
    below = folder.relative_to(top).parts
    return "/".join([".."] * (len(below) - below.index("dags"))) if "dags" in below else None


def _located(folder: Path, top: Path, name: str) -> Path | None:
    """Return what a name means in a folder after links are followed; None: it is not read.

    Not read is what lies above `top`, and what is hidden (`.git`, `.env`): a stranger's file that
    names a secret of the project would put it into the spec.
    """
    if "\0" in name or len(name) > _LONGEST_NAME:
        return None
    try:
        path = folder.joinpath(name).resolve()
    except (OSError, RuntimeError):  # a name that is too long, a circle of links
        return None
    is_hidden = any(
        place.name.startswith(".")
        for place in (path, *path.parents)[:-1]
        if not folder.is_relative_to(place)
    )
    return path if path.is_relative_to(top) and not is_hidden else None


def _text_in(folder: Path, top: Path, name: str) -> str | None:
    path = _located(folder, top, name)
    try:
        return text_of(path) if path and path.is_file() else None
    except OSError:
        return None


def _modules(
    file: Path, root: Path | None, named: Path | None
) -> Callable[[str, str], Module | None]:
    """Return what reads the modules that a Python file of a project imports.

    They are looked for in the folder of the file, in `root`, and in the folders above the file up
    to that of the project, in each also below `plugins` and `src`. That folder may be a package
    itself. Nothing outside of these is read.
    """
    inside = _project_folders(file.absolute().parent, named.absolute() if named else None)
    places = [*inside, *([root.absolute()] if root else [])]
    bases = [base for at in places for base in (at, *(at / name for name in _FOLDERS_OF_MODULES))]

    def read(module: str, importer: str) -> Module | None:
        name = module.lstrip(".")
        parts = [part for part in name.split(".") if part]
        if not all(part.isidentifier() for part in parts) or len(parts) > _DEEPEST:
            return None
        up = len(module) - len(name)
        own = Path(importer).absolute().parents
        near = [own[up - 1]] if 0 < up <= len(own) else []
        near = [path for path in near if any(path.is_relative_to(base) for base in bases)]
        of_package = parts[1:] if parts[:1] == [inside[-1].name] and parts[0] != "airflow" else None
        below = [(folder, parts) for folder in (near if up else bases)]
        if of_package is not None and not up:
            below.append(
                (inside[-1], of_package)
            )  # the clone lies in a folder that Python searches
        return next(filter(None, (_module(folder, names) for folder, names in below)), None)

    return read


def _project_folders(folder: Path, named: Path | None) -> list[Path]:
    """Return a folder and those above it, up to that of the project; at least itself.

    That is the one with the git folder. Without git it is the folder that the user named, or the
    one with the name `dags`, which Airflow itself searches for modules.
    """
    above = [folder, *folder.parents]
    tops = (
        next((place for place in above if (place / ".git").exists()), None),
        named if named in above else None,
        next((place for place in above if place.name == "dags"), None),
    )
    top = next((place for place in tops if place is not None), folder)
    return above[: above.index(top) + 1]


def _module(folder: Path, parts: list[str]) -> Module | None:
    """Return the module below a folder; None: there is none, or a link leads out of the folder."""
    stem = folder.joinpath(*parts)
    for path in (
        (stem.with_suffix(".py"), stem / "__init__.py") if parts else (stem / "__init__.py",)
    ):
        if _is_inside(path, folder):
            try:
                return Module(str(path), text_of(path))
            except UsageError:  # too large, or no UTF-8: its names stay import paths
                return None
    return None


def factory(file: Path, root: Path | None, environment: Mapping[str, str]) -> Factory:
    """Return a file of dag-factory with what belongs to it.

    Raises:
        UsageError: One of them cannot be read.
    """
    folder = file.parent
    defaults = {str(path): text_of(path) for path in _defaults(folder, root)}

    def named(name: str) -> str | None:
        path = _beside(folder, root, name)
        return None if path is None else text_of(path)

    return Factory(text_of(file), str(file), defaults, named, environment)


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
            if ".." not in parts and _is_inside(path, base):
                return path
    return None


def _is_inside(path: Path, folder: Path) -> bool:
    """Return whether a path is a file that lies in a folder after links are followed."""
    try:
        return path.is_file() and path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a name that is too long, a circle of links
        return False


def text_of(path: Path) -> str:
    """Return the text of a file.

    Raises:
        UsageError: It is missing, no file, too large, or not UTF-8.
    """
    return decoded(content_of(path), path)


def decoded(content: bytes, path: Path) -> str:
    """Return the text of a file that has this content.

    Raises:
        UsageError: It is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8", hint="save it as UTF-8") from error


def content_of(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        UsageError: It is missing, no file, too large, or behind a link that leads out of the
            workspace: a stranger's repository would bring the user's own files into a spec.
    """
    try:
        descriptor = opened(path)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _no_file(path)
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise UsageError(f"{path} has more than {MAX_BYTES:,} bytes", hint="split the file")
    except OutsideError as error:
        message = f"{path} is not read: a link leads out of the workspace, to {error.real}"
        raise UsageError(message, hint="if that is meant, name that file") from error
    except FileNotFoundError as error:
        raise _no_file(path) from error
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", hint=advice(error)) from error
    return data


def _no_file(path: Path) -> UsageError:
    return UsageError(f"{path} is not a file", hint="name a file, or a folder of files")
