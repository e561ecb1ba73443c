"""Which specs a command line means, and their bytes. Whatever cannot be read is a finding."""

from __future__ import annotations

import glob
import os
import select
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dagctl.errors import Diagnostic, ExitCode, NotFoundError, SpecError, UsageError
from dagctl.workspace import CONFIG_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dagctl.spec.load import Format

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
"""The files in a folder that are taken for specs."""

STANDARD_INPUT = "<stdin>"
"""What findings call a spec that was piped in."""

LARGEST = 16 * 1024 * 1024
"""Bytes that are read of one file; a spec may be far smaller still."""

SILENCE = 30.0
"""Seconds that a program may take before it has written the first byte to standard input."""

MOST = 100_000
"""How many files and folders are looked at below one folder."""


@dataclass(frozen=True, slots=True)
class Document:
    """One spec as it was found."""

    origin: str | None
    """Its path as the user would write it, or None for standard input."""
    data: bytes
    format: Format | None = None

    @property
    def name(self) -> str:
        """What findings call it."""
        return self.origin or STANDARD_INPUT


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read, and what could not."""

    documents: tuple[Document, ...]
    problems: tuple[Diagnostic, ...]


class UnreadableError(SpecError):
    """Some of the specs could not be read at all; those that could may have findings too."""

    code = UsageError.code
    exit_code = ExitCode.USAGE


class MissingError(UnreadableError):
    """Some of the specs do not exist."""

    code = NotFoundError.code
    exit_code = ExitCode.NOT_FOUND


def read_specs(
    arguments: Sequence[str], stdin: BinaryIO, spec_format: Format | None = None
) -> Reading:
    """Return the specs that files, folders, patterns and `-` mean, each once, in that order."""
    documents: list[Document] = []
    problems: list[Diagnostic] = []
    for path in dict.fromkeys(_expand(arguments)):
        found = _read(path, stdin, spec_format)
        if isinstance(found, Document):
            documents.append(found)
        else:
            problems.append(found)
    return Reading(tuple(documents), tuple(problems))


def failure(diagnostics: Iterable[Diagnostic]) -> SpecError:
    """Return the exception that says how bad the findings are."""
    found = tuple(diagnostics)
    for kind in (MissingError, UnreadableError):
        if any(one.code == kind.code for one in found):
            return kind(found)
    return SpecError(found)


def _expand(arguments: Sequence[str]) -> Iterator[str]:
    for argument in arguments:
        if argument == "-":
            yield argument
        elif os.path.lexists(argument):
            yield from _files(Path(argument))
        else:
            matches = sorted(glob.glob(argument, recursive=True))  # noqa: PTH207 - may be absolute
            yield from (file for match in matches for file in _files(Path(match)))
            if not matches:
                yield argument


def _files(path: Path) -> Iterator[str]:
    """Yield the path itself, or the specs below a folder, hidden ones left out.

    Raises:
        UsageError: So much is below the folder that it cannot be meant.
    """
    if path.is_dir():
        yield from sorted(_specs_below(path)) or [str(path)]
    else:
        yield str(path)


def _specs_below(top: Path) -> Iterator[str]:
    seen = 0
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if not name.startswith(".")]
        seen += len(folders) + len(names)
        if seen > MOST:
            raise UsageError(
                f"{top} holds more than {MOST:,} files and folders",
                hint="name the folder that holds the specs",
            )
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield str(Path(folder, name))


def _read(path: str, stdin: BinaryIO, spec_format: Format | None) -> Document | Diagnostic:
    if path == "-":
        if _is_silent(stdin):
            message = f"nothing came within {SILENCE:g} seconds"
            return _problem(STANDARD_INPUT, message, hint="`-` reads what another program writes")
        return _document(None, stdin, spec_format)
    outside = _outside(path)
    return _leads_outside(path, outside) if outside else read_file(path, spec_format)


def read_file(path: str, spec_format: Format | None = None) -> Document | Diagnostic:
    """Return a file as a document, or why it cannot be read. It never waits for a pipe."""
    try:
        # Not blocking: opening a named pipe would otherwise wait for a writer.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return _missing(path)
    except (OSError, ValueError) as error:
        return _problem(path, f"cannot be read: {_reason(error)}")
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        return _irregular(path, mode)
    says_nothing = Path(path).suffix.lower() not in SUFFIXES
    with os.fdopen(handle, "rb") as file:
        return _document(path, file, spec_format if says_nothing else None)


def _is_silent(stdin: BinaryIO) -> bool:
    """Return whether a program writes nothing; a person at a terminal may take any time."""
    try:
        descriptor = stdin.fileno()
    except OSError:  # not of the operating system
        return False
    if os.isatty(descriptor):
        return False
    return not select.select([descriptor], [], [], SILENCE)[0]


def _outside(path: str) -> Path | None:
    """Return where a path really leads, if a link takes it out of the folder that it belongs to.

    That is the nearest folder above with a `dagctl.toml` or a `.git`: a clone may hold a link to
    any file of the user's, and a finding shows lines of what it is about.
    """
    plain = Path(os.path.abspath(path))  # noqa: PTH100 - links stay as they are
    try:
        real = Path(os.path.realpath(path))
    except ValueError:  # no path at all, which reading it says
        return None
    top = next((one for one in plain.parents if _is_top(one)), None)
    if top is None or real.is_relative_to(os.path.realpath(top)):
        return None
    return real


def _is_top(folder: Path) -> bool:
    return os.path.lexists(folder / CONFIG_NAME) or os.path.lexists(folder / ".git")


def _leads_outside(path: str, real: Path) -> Diagnostic:
    return _problem(
        path,
        f"is not read: a link leads out of the workspace, to {real}",
        hint="if that is meant, name that file",
    )


def _missing(path: str) -> Diagnostic:
    slashed = path.replace("\\", "/")
    hint = f"did you mean `{slashed}`?" if slashed != path and os.path.lexists(slashed) else None
    is_pattern = any(mark in path for mark in "*?[")
    message = "no file matches the pattern" if is_pattern else "there is no such file"
    return _problem(path, message, code=MissingError.code, hint=hint)


def _irregular(path: str, mode: int) -> Diagnostic:
    if stat.S_ISDIR(mode):
        hint = f"specs are files ending in {', '.join(sorted(SUFFIXES))}"
        return _problem(path, "the folder holds no specs", hint=hint)
    return _problem(path, "is not a regular file", hint="pipe it in: `dagctl ... - < FILE`")


def _document(
    origin: str | None, file: BinaryIO, spec_format: Format | None
) -> Document | Diagnostic:
    name = origin or STANDARD_INPUT
    try:
        data = file.read(LARGEST + 1)
    except OSError as error:
        return _problem(name, f"cannot be read: {_reason(error)}")
    if len(data) > LARGEST:
        return _problem(name, f"is larger than {LARGEST // 1024**2} MiB", hint="is it a spec?")
    return Document(origin, data, spec_format)


def _problem(
    path: str, message: str, *, code: str = UnreadableError.code, hint: str | None = None
) -> Diagnostic:
    return Diagnostic(code=code, message=message, hint=hint, file=path)


def _reason(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
