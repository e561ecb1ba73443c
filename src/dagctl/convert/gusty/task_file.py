"""One task file of gusty: its front matter, and the text below it."""

from __future__ import annotations

import ast
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from dagctl.convert.foreign_yaml.reader import Fields, read_foreign_yaml, refused
from dagctl.convert.outcome.report import Place
from dagctl.findings.codes import Code
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SUFFIXES = (".yml", ".yaml", ".Rmd", ".py", ".ipynb", ".sql")
METADATA = "METADATA.yml"
PYTHON = "PythonOperator"
_FENCE = lazy_pattern(r"```ya?ml[ \t]*\n")


class TaskFile(NamedTuple):
    """A task file: what its front matter says, and the Python of a `.py` file."""

    fields: Fields
    code: str | None = None


def read_task_file(text: str, file: str) -> TaskFile:
    """Return what a task file says.

    Raises:
        SpecError: Its front matter is no YAML, or the notebook is no JSON.
    """
    reader = _READERS[PurePosixPath(file).suffix]
    return reader(text, file)


def _yaml_file(text: str, file: str) -> TaskFile:
    front, _ = _front_matter(text.splitlines())
    if front is None:
        return TaskFile(_fields(text, file, 0))
    return TaskFile(_fields(front, file, 1))


def _sql_file(text: str, file: str) -> TaskFile:
    front, rest = _front_matter(text.splitlines())
    fields = _fields(front or "", file, 1)
    fields.put("sql", rest.strip(), Place(file, text[: text.find(rest)].count("\n") + 1))
    return TaskFile(fields)


def _python_file(text: str, file: str) -> TaskFile:
    """Return a Python file, whose front matter stands in comments."""
    lines = text.splitlines()
    bare = [line.removeprefix("#").removeprefix(" ") for line in lines]
    has_front = bool(lines) and lines[0].startswith("#") and bare[0].strip() == "---"
    front = _front_matter(bare)[0] if has_front else None
    fields = _fields(front or "", file, 1)
    if "operator" not in fields:
        fields.put("operator", PYTHON, Place(file, 1))
    return TaskFile(fields, text)


def _notebook(text: str, file: str) -> TaskFile:
    try:
        cells = json.loads(text)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise refused(file, 1, Code.JSON_SYNTAX, "this is no notebook") from error
    source = next((each for each in sources if each.startswith(("```yaml", "```yml"))), None)
    if source is None:
        raise refused(file, 1, Code.MISSING_KEY, "no cell begins with a block of YAML")
    inner = _FENCE.sub("", source, count=1).partition("```")[0]
    fields = _fields(inner, file, 0)
    return TaskFile(_at_the_top(fields, file))


def _at_the_top(fields: Fields, file: str) -> Fields:
    """Return fields that stand on line 1: lines of a cell are not those of the notebook."""
    moved = Fields(Place(file, 1))
    for key, value in fields.items():
        moved.put(key, value, Place(file, 1))
    return moved


_READERS: Mapping[str, Callable[[str, str], TaskFile]] = {
    ".yml": _yaml_file,
    ".yaml": _yaml_file,
    ".Rmd": _yaml_file,
    ".sql": _sql_file,
    ".py": _python_file,
    ".ipynb": _notebook,
}


def _front_matter(lines: list[str]) -> tuple[str | None, str]:
    """Return what stands between two lines of dashes at the top, and the rest."""
    if not lines or lines[0].strip() != "---":
        return None, "\n".join(lines)
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if end is None:
        return None, "\n".join(lines)
    return "\n".join(lines[1:end]), "\n".join(lines[end + 1 :])


def _fields(text: str, file: str, line: int) -> Fields:
    """Return the mapping of a text that begins on a line; an empty one where it says nothing."""
    if not any(row.strip() and not row.lstrip().startswith("#") for row in text.splitlines()):
        return Fields(Place(file, 1))
    return read_foreign_yaml("\n" * line + text, file)


def is_body_of_one_function(code: str) -> bool:
    """Return whether code is one function, which a spec would call and gusty only defines."""
    try:
        body: list[Any] = [
            node
            for node in ast.parse(code).body
            if not isinstance(node, ast.Import | ast.ImportFrom)
        ]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return len(body) == 1 and isinstance(body[0], ast.FunctionDef | ast.AsyncFunctionDef)
