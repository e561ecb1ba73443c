"""`{$file: sql/orders.sql}`: the text of a file of the workspace, in place.

It is put there before anything is checked, so that it counts as if it stood in the spec: for the
checks, for the digest, and in what is recorded.
"""

from __future__ import annotations

from dataclasses import field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.findings.wording import quoted
from dagctl.frozen import mutable
from dagctl.spec.checks.plain_secrets import REVOKE
from dagctl.token_formats import find_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.spec.walk import Path

    Files = Callable[[str], str | Problem]
    """Reads a file by its path in the workspace, or says why not."""

MARKER = "$file"
MAX_FILES = 200
MAX_BYTES = 400_000
"""Bytes of one file."""
MAX_ALL = 2_000_000
"""Characters of all files of a spec."""
MAX_PATH = 500
_PLACEHOLDER = "return None\n"
"""What stands for a file that could not be read, so that its place has no further finding."""
_HINT = "write its path from the folder with dagctl.toml, such as `sql/orders.sql`"


def path_problem(path: object) -> Problem | None:
    """Return what is wrong with a path, without a look at the disk, or None."""
    if not isinstance(path, str) or not 0 < len(path) <= MAX_PATH or not path.isprintable():
        return Problem(Code.BAD_FILE, "the path of a file is text on one line", _HINT)
    pure = PurePosixPath(path)
    shown = quoted(path)
    if "\\" in path or pure.is_absolute() or ".." in pure.parts or not pure.parts:
        message = f"{shown} is not a path inside of the workspace"
        return Problem(Code.BAD_FILE, message, _HINT)
    if any(part.startswith(".") for part in pure.parts):
        message = f"{shown} is hidden: such files often hold settings and secrets"
        return Problem(Code.BAD_FILE, message, "give the file another name")
    return None


@mutable
class _SpecFiles:
    """The files of one spec that were read so far."""

    files: Files | None
    problems: list[Problem] = field(default_factory=list)
    texts: dict[str, str | Problem] = field(default_factory=dict)
    size: int = 0

    def text(self, marker: Mapping[str, Any], path: Path) -> str:
        """Return the text of a file; what is wrong with it is remembered."""
        text = self._read(marker)
        if isinstance(text, Problem):
            self.problems.append(text.at(*path, MARKER))
            return _PLACEHOLDER
        if not text.strip():
            message = f"the file {quoted(str(marker[MARKER]))} is empty"
            problem = warning(Code.BAD_FILE, message, "fill it")
            self.problems.append(problem.at(*path, MARKER))
        token = next(iter(find_tokens(text)), None)
        if token is not None:
            message = f"{token.kind} stands in this file in plain text: the DAG file would have it"
            problem = warning(Code.PLAIN_CREDENTIAL, message, REVOKE)
            self.problems.append(problem.at(*path, MARKER))
        return text

    def _read(self, marker: Mapping[str, Any]) -> str | Problem:
        path = marker[MARKER]
        wrong = path_problem(path)
        if len(marker) > 1:
            wrong = Problem(Code.BAD_MARKER, "nothing can stand beside `$file`", "remove it")
        if wrong is not None:
            return wrong
        if self.files is None:
            message = "files are read only for a spec in a workspace"
            return Problem(Code.BAD_FILE, message, "write the text itself")
        if path not in self.texts:
            if len(self.texts) >= MAX_FILES or self.size > MAX_ALL:
                message = f"a spec may name {MAX_FILES} files of {MAX_ALL:,} characters in all"
                return Problem(Code.TOO_MANY_VALUES, message, "name fewer")
            self.texts[path] = self.files(path)
            self.size += len(str(self.texts[path]))
        return self.texts[path]


def noting(files: Files, texts: dict[str, str]) -> Files:
    """Return the same reader, which also puts each text that it gives into `texts`, by its path."""

    def read(path: str) -> str | Problem:
        text = files(path)
        if isinstance(text, str):
            texts[path] = text
        return text

    return read


def with_files(data: Any, files: Files | None) -> tuple[Any, list[Problem]]:  # noqa: ANN401 - raw
    """Return raw data with the texts of the files that they name, and what is wrong with these.

    Args:
        data: Raw data of a spec; they stay as they are.
        files: Reads a file; None: there is no workspace.
    """
    reading = _SpecFiles(files)
    return _replaced(data, (), reading), reading.problems


def _replaced(value: Any, path: Path, reading: _SpecFiles) -> Any:  # noqa: ANN401 - raw data
    """Return a value with files in place. Readers bound how deeply it is nested."""
    if isinstance(value, dict):
        if MARKER in value:
            return reading.text(value, path)
        if "$const" in value:
            return value
        return {key: _replaced(item, (*path, key), reading) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, (*path, place), reading) for place, item in enumerate(value)]
    return value
