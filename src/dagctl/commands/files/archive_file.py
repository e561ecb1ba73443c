"""The file of an archive: written whole or not at all, and read only if it is a plain file."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from dagctl import durable
from dagctl.commands.files.links import folder_of, opened
from dagctl.commands.files.read_specs import near_file
from dagctl.errors import NotFoundError, UnavailableError, UsageError, advice
from dagctl.session.redaction import named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

SUFFIX = ".zip"
_MODE = 0o600
"""Of an archive: specs of all DAGs are in it."""
_PIPE = (
    "an archive is checked before it is used: save what comes through a pipe, and name that file"
)
_HINT = "name the archive that `dagctl export -o FILE` has written"
IN_MEMORY = 8 * 1024 * 1024
"""Bytes that are kept in memory before they go to a temporary file."""


@contextmanager
def writing(target: str | os.PathLike[str] | IO[bytes]) -> Iterator[BinaryIO]:
    """Yield a file that can be sought in; what it holds at the end becomes that of `target`.

    A path has the archive whole, or what it had before. Of an open file the archive is written to
    where it stands.

    Raises:
        UsageError: The path does not end in `.zip`, or is that of a folder, or in none.
        UnavailableError: The file cannot be written.
    """
    if isinstance(target, str | os.PathLike):
        with _writing_path(Path(target)) as file:
            yield file
        return
    _require_file(target, "write")
    with spooled() as spool:
        yield spool
        spool.seek(0)
        shutil.copyfileobj(spool, target)
        target.flush()


def _require_file(given: object, what: str) -> None:
    """Raise a UsageError if this is no open file that does what is asked."""
    if not hasattr(given, what):
        raise UsageError(f"{named(given)} is no file", hint="give a path, or a file open for bytes")


def spooled() -> BinaryIO:
    """Return a file that is in memory as long as it is small; nothing is left when it is closed."""
    return cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))


@contextmanager
def _writing_path(path: Path) -> Iterator[BinaryIO]:
    if path.suffix != SUFFIX:
        raise UsageError(
            f"{str(path)!a} does not end in {SUFFIX}", hint=f"name the archive, as dags{SUFFIX}"
        )
    if path.is_dir():
        raise UsageError(f"{str(path)!a} is a folder", hint=f"name a file, as {path}/dags{SUFFIX}")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {str(path.parent)!a}", hint="make the folder first")
    with (
        _explained(path),
        folder_of(path) as (folder, name),  # a link at the name itself is replaced
        durable.replacing(folder, name, mode=_MODE, alone=False) as file,
    ):
        yield file


@contextmanager
def reading(source: str | os.PathLike[str] | IO[bytes]) -> Iterator[BinaryIO]:
    """Yield an open file that can be sought in.

    Raises:
        NotFoundError: There is no such file.
        UsageError: It is no file, but a folder, a pipe or a device.
        UnavailableError: It cannot be read.
    """
    if not isinstance(source, str | os.PathLike):
        _require_file(source, "seek")
        yield cast("BinaryIO", source)
        return
    with _explained(source), _opened(source) as file:
        yield file


def _opened(source: str | os.PathLike[str]) -> BinaryIO:
    """Return the file, open; a pipe that nothing writes to is not waited for.

    Raises:
        NotFoundError: There is none.
        UsageError: It is no plain file.
    """
    try:
        number = opened(source)
    except FileNotFoundError as error:
        name = os.fspath(source)
        hint = _PIPE if name == "-" else near_file(name) or _HINT
        raise NotFoundError(f"there is no file {name!a}", hint=hint) from error
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise UsageError(f"{os.fspath(source)!a} is no file", hint="name an archive, as dags.zip")
    return os.fdopen(number, "rb")


@contextmanager
def _explained(path: Any) -> Iterator[None]:  # noqa: ANN401 - a path of any kind
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            f"{os.fspath(path)!a}: {error.strerror or error}", hint=advice(error)
        ) from error
