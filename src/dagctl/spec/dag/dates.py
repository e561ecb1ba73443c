"""Dates between which a DAG, and each of its tasks, runs: none ends before it starts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.spec.dag.dag_arguments import moment_in_zone
from dagctl.spec.fields.start_date import DEFAULT_START
from dagctl.spec.walk import is_group, mapping_in, raw_entries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.spec.walk import Path

_START, _END = "start_date", "end_date"


def date_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem where the DAG, or a task, would end before it starts."""
    dag = {_START: f"{DEFAULT_START:%Y-%m-%d}"} | {
        key: data[key] for key in (_START, _END) if key in data
    }
    yield from _ends_too_early(data, (dag,), ())
    for path, item, groups in raw_entries(data):
        inside = is_group(item)
        own = mapping_in(item, "default_args") if inside else item
        if isinstance(own, dict) and not own.keys().isdisjoint((_START, _END)):
            around = [mapping_in(group, "default_args") for group in groups]
            place = (*path, "default_args") if inside else path
            yield from _ends_too_early(data, (dag, *around, own), place)


def _ends_too_early(
    data: Mapping[str, Any], levels: tuple[Mapping[str, Any], ...], path: Path
) -> Iterator[Problem]:
    """Yield a problem if the dates of the last level do not go with each other or those around it.

    Airflow takes those of the DAG where the task's own lie outside of them (`DAG.add_task`).
    """
    dates = _contrary(data, levels)
    if dates is None or (len(levels) > 1 and _contrary(data, levels[:-1])):
        return  # it is said of what is around it
    (start, end), own = dates, levels[-1]
    key = _END if _END in own else _START
    if key == _END:
        message = f"the end date {quoted(str(end))} is before the start date"
        hint = "write a later `end_date`, or an earlier `start_date`"
        message += "" if own.get(_START) == start or len(levels) == 1 else f" {quoted(str(start))}"
    else:
        message = f"the start date {quoted(str(start))} is after the end date {quoted(str(end))}"
        hint = "write an earlier `start_date`, or a later `end_date`"
    yield Problem(Code.END_BEFORE_START, message, hint).at(*path, key)


def _contrary(
    data: Mapping[str, Any], levels: tuple[Mapping[str, Any], ...]
) -> tuple[object, object] | None:
    """Return the start and the end that count where the end comes first, as they are written."""
    starts, ends = (_moments(data, levels, key) for key in (_START, _END))
    if not starts or not ends or min(ends.values()) >= max(starts.values()):
        return None
    return max(starts, key=starts.__getitem__), min(ends, key=ends.__getitem__)


def _moments(
    data: Mapping[str, Any], levels: tuple[Mapping[str, Any], ...], key: str
) -> dict[str | datetime, datetime]:
    """Return the dates that count under a key, as they are written: the DAG's, and the nearest."""
    nearest = next((level[key] for level in reversed(levels) if key in level), None)
    given = [date for date in (levels[0].get(key), nearest) if isinstance(date, str | datetime)]
    moments = {date: moment_in_zone(data, date) for date in given}
    return {date: moment for date, moment in moments.items() if moment is not None}
