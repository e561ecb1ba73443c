"""Which specs a command line means, and their bytes. What cannot be read is a finding."""

from __future__ import annotations

import glob
import os
import select
import stat
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dagctl.commands.files.folder_walk import QUIET_SECONDS, SUFFIXES, is_likely_spec, specs_below
from dagctl.commands.files.links import OutsideError, opened
from dagctl.errors import (
    Diagnostic,
    ExitCode,
    NotFoundError,
    SpecError,
    UnavailableError,
    UsageError,
)
from dagctl.frozen import frozen
from dagctl.spec.resolution import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from dagctl.readers.syntax import Format

STANDARD_INPUT = "<stdin>"
"""What findings call a spec that was piped in."""

_NEIGHBOURS = 1_000
"""Files beside a missing one that its name is compared with."""
_LONGEST_NAME = 60
_ALIKE = 0.75
"""How alike two names must be (`difflib`): a suffix in common is not enough."""
LARGEST = 16 * 1024 * 1024
"""Bytes that are read of one file; a spec may be far smaller still."""

SILENCE = 30.0
"""Seconds that a program may take before it has written the first byte to standard input."""


@frozen
class SpecText:
    """One spec as it was found."""

    origin: str | None
    """Its path as the user would write it, or None for standard input."""
    data: bytes
    format: Format | None = None

    @property
    def name(self) -> str:
        """What findings call it."""
        return self.origin or STANDARD_INPUT


@frozen
class ReadSpecs:
    """What could be read, and what could not."""

    documents: tuple[SpecText, ...]
    problems: tuple[Diagnostic, ...]
    passed_over: tuple[str, ...] = ()
    """The files below a folder that are no specs, by their content."""


class UnreadableError(SpecError, UsageError):
    """Some of the specs could not be read at all; those that could may have findings too."""

    code = UsageError.code
    exit_code = ExitCode.USAGE


class MissingError(UnreadableError, NotFoundError):
    """Some of the specs do not exist."""

    code = NotFoundError.code
    exit_code = ExitCode.NOT_FOUND


def read_specs(
    arguments: Sequence[str],
    stdin: BinaryIO,
    spec_format: Format | None = None,
    note: Callable[[str], None] = lambda _: None,
    bare: Collection[str] = (),
) -> ReadSpecs:
    """Return the specs that files, folders, patterns and `-` mean, each once, in that order.

    Args:
        arguments: What the user wrote.
        stdin: What `-` means.
        spec_format: The syntax of a text whose name does not say it.
        note: Is called with what takes a while.
        bare: The arguments that are folders and may hold no specs, or be gone.
    """
    documents: list[SpecText] = []
    problems: list[Diagnostic] = []
    passed_over: list[str] = []
    for path, is_named in _expand(arguments, note, bare).items():
        read = _read(path, stdin, spec_format, note)
        if not isinstance(read, SpecText):
            problems.append(read)
        elif is_named or Path(path).name == DEFAULTS or is_likely_spec(read.data):
            documents.append(read)
        else:
            passed_over.append(path)
    if passed_over and not documents and not problems:
        problems += (_no_specs(argument) for argument in arguments if argument not in bare)
    return ReadSpecs(tuple(documents), tuple(problems), tuple(passed_over))


def failure(diagnostics: Iterable[Diagnostic]) -> SpecError:
    """Return the exception that says how bad the findings are."""
    diagnostics = tuple(diagnostics)
    codes = {diagnostic.code for diagnostic in diagnostics}
    for kind in (MissingError, UnreadableError):
        if kind.code in codes:
            return kind(diagnostics)
    return SpecError(diagnostics)


def _expand(
    arguments: Sequence[str], note: Callable[[str], None], bare: Collection[str]
) -> dict[str, bool]:
    """Return the paths that the arguments mean, each with whether it was named itself.

    Raises:
        UsageError: So much is below a folder that it cannot be meant.
    """
    paths: dict[str, bool] = {}
    for argument in arguments:
        for match in _matches(argument):
            try:
                below = sorted(specs_below(Path(match), note)) if _is_folder(match) else []
            except (OutsideError, UnavailableError):
                paths[match] = True  # to read it says what is wrong
                continue
            for each in below:
                paths.setdefault(each, False)
            if not below and argument not in bare:
                paths[match] = True
    return paths


def _is_folder(path: str) -> bool:
    return bool(path) and Path(path).is_dir()  # nothing at all would be the current folder


def _matches(argument: str) -> list[str]:
    if argument == "-" or os.path.lexists(argument):
        return [argument if argument == "-" else str(Path(argument))]
    matches = sorted(glob.glob(argument, recursive=True))  # noqa: PTH207 - may be absolute
    return [str(Path(match)) for match in matches] or [argument]


def _read(
    path: str, stdin: BinaryIO, spec_format: Format | None, note: Callable[[str], None]
) -> SpecText | Diagnostic:
    if path == "-":
        if _is_terminal(stdin):
            note("Reading a spec from the terminal; Ctrl-D ends it, Ctrl-C stops.")
        elif _is_silent(stdin, note):
            message = f"nothing came within {SILENCE:g} seconds"
            return _problem(STANDARD_INPUT, message, hint="`-` reads what another program writes")
        return _document(None, stdin, spec_format)
    return read_file(path, spec_format)


def read_file(path: str, spec_format: Format | None = None) -> SpecText | Diagnostic:
    """Return a file as a document, or why it cannot be read. It never waits for a pipe."""
    try:
        handle = opened(path)
    except OutsideError as error:
        return _leads_outside(path, error.real)
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


def _is_terminal(stdin: BinaryIO) -> bool:
    """Return whether a person types, who may take any time."""
    try:
        return os.isatty(stdin.fileno())
    except OSError:  # not of the operating system
        return False


def _is_silent(stdin: BinaryIO, note: Callable[[str], None]) -> bool:
    """Return whether the program that should write a spec writes nothing."""
    try:
        descriptor = stdin.fileno()
    except OSError:
        return False
    if select.select([descriptor], [], [], min(QUIET_SECONDS, SILENCE))[0]:
        return False
    note(f"Waiting for a spec on standard input, for {SILENCE:g} s at most ...")
    return not select.select([descriptor], [], [], SILENCE)[0]


def _leads_outside(path: str, real: Path) -> Diagnostic:
    return _problem(
        path,
        f"is not read: a link leads out of the workspace, to {real}",
        hint="if that is meant, name that file",
    )


def _missing(path: str) -> Diagnostic:
    if os.path.islink(path):  # noqa: PTH114 - as it was written
        message = f"is a link to {os.readlink(path)}, which does not exist"  # noqa: PTH115 - likewise
        hint = "correct the link, or name the file itself"
        return _problem(path, message, code=MissingError.code, hint=hint)
    is_pattern = any(mark in path for mark in "*?[")
    message = "no file matches the pattern" if is_pattern else "there is no such file"
    return _problem(path, message, code=MissingError.code, hint=near_file(path))


def near_file(path: str) -> str | None:
    """Return a question about the file or folder that was probably meant, or None."""
    near = _near(path)
    return f"did you mean `{near}`?" if near else None


def _near(path: str) -> str | None:
    slashed = path.replace("\\", "/")
    if slashed != path and os.path.lexists(slashed):
        return slashed
    parent = Path(path).parent
    try:
        with os.scandir(parent) as entries:
            names = [entry.name for entry in islice(entries, _NEIGHBOURS)]
    except (OSError, ValueError):
        return None
    close = get_close_matches(Path(path).name[:_LONGEST_NAME], names, n=1, cutoff=_ALIKE)
    return str(parent / close[0]) if close else None


def _no_specs(folder: str) -> Diagnostic:
    suffixes = ", ".join(sorted(SUFFIXES))
    hint = f"specs are files ending in {suffixes}, with dag_name and tasks"
    return _problem(folder, "the folder holds no specs", hint=hint)


def _irregular(path: str, mode: int) -> Diagnostic:
    if stat.S_ISDIR(mode):
        return _no_specs(path)
    return _problem(path, "is not a regular file", hint="pipe it in: `dagctl ... - < FILE`")


def _document(
    origin: str | None, file: BinaryIO, spec_format: Format | None
) -> SpecText | Diagnostic:
    name = origin or STANDARD_INPUT
    try:
        data = file.read(LARGEST + 1)
    except OSError as error:
        return _problem(name, f"cannot be read: {_reason(error)}")
    if len(data) > LARGEST:
        return _problem(name, f"is larger than {LARGEST // 1024**2} MiB", hint="is it a spec?")
    return SpecText(origin, data, spec_format)


def _problem(
    path: str, message: str, *, code: str = UnreadableError.code, hint: str | None = None
) -> Diagnostic:
    return Diagnostic(code=code, message=message, hint=hint, file=path)


def _reason(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
