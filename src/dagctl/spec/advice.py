"""What is allowed and yet seldom meant: warnings about a spec that has no errors."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.spec import bash_command
from dagctl.spec.codes import Code
from dagctl.spec.problem import Located, Problem
from dagctl.spec.python_code import parse_python_code
from dagctl.spec.schedule import PRESETS
from dagctl.spec.start_date import is_naive
from dagctl.spec.tasks import BashTask, PythonTask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from dagctl.spec.model import DagSpec

_MANY_YEARS = 5


def advice(spec: DagSpec, data: Mapping[str, Any]) -> Iterator[Located]:
    """Yield the warnings about a spec.

    Args:
        spec: The spec.
        data: What it was made from, as it was written.
    """
    start = data.get("start_date")
    if isinstance(start, str) and is_naive(start):
        yield Located(("start_date",), _naive(start))
    for index, task in enumerate(spec.tasks):
        if isinstance(task, PythonTask):
            problems = parse_python_code(task.python_code).warnings
            yield from (Located(("tasks", index, "python_code"), problem) for problem in problems)
        elif isinstance(task, BashTask):
            found = bash_command.warnings(task.bash_command)
            yield from (Located(("tasks", index, "bash_command"), problem) for problem in found)


def _naive(start: str) -> Problem:
    message = "the start date has no time zone; it is read as UTC"
    return Problem(Code.NAIVE_START_DATE, message, f"write `{start}Z`", severity=Severity.WARNING)
