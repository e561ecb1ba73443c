"""What is allowed and yet seldom meant: warnings about a spec that has no errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.spec.codes import Code
from dagctl.spec.fields.schedule import runs_between
from dagctl.spec.fields.start_date import DEFAULT_START, is_naive
from dagctl.spec.problem import Located, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.spec.model import DagSpec

_MANY_RUNS = 1_000


def advice(spec: DagSpec, data: Mapping[str, object]) -> Iterator[Located]:
    """Yield the warnings about a spec.

    Args:
        spec: The spec.
        data: What it was made from, as it was written.
    """
    start = data.get("start_date")
    if isinstance(start, str) and is_naive(start):
        yield Located(("start_date",), _naive(start))
    if spec.catchup:
        yield from _many_runs(spec)
    for index, task in enumerate(spec.tasks):
        for problem in task.warnings():
            yield Located(("tasks", index, task.code_field), problem)


def _naive(start: str) -> Problem:
    message = "the start date has no time zone; it is read as UTC"
    return Problem(Code.NAIVE_START_DATE, message, f"write `{start}Z`", severity=Severity.WARNING)


def _many_runs(spec: DagSpec) -> Iterator[Located]:
    """Yield a warning if many runs are to be made up for.

    No clock is asked, so that a spec always gets the same findings: the runs up to 2024 count.
    """
    runs = runs_between(spec.schedule_interval, spec.start_date, DEFAULT_START)
    if runs > _MANY_RUNS:
        message = f"Airflow would backfill more than {runs // 100 * 100:,} runs at once"
        hint = "set `catchup: false`, or a later `start_date`"
        problem = Problem(Code.MANY_RUNS, message, hint, severity=Severity.WARNING)
        yield Located(("catchup",), problem)
