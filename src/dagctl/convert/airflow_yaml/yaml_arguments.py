"""The arguments of a DAG and of a task: what Airflow's YAML takes of them, and what a spec has."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from dagctl.convert.foreign_yaml.reader import Fields
    from dagctl.convert.outcome.report import Place, Report

NOT_YET = "Airflow's YAML does not take it yet; write it into the spec"


@frozen
class Taken:
    """Which arguments the owner of them takes."""

    owner: str
    """Whose arguments they are, for messages: `a DAG`, `every task`."""
    own: Collection[str]
    """Keys that are no arguments."""
    refused: Mapping[str, str]
    """Arguments that Airflow's YAML refuses, and why."""
    by_airflow: Collection[str]
    by_spec: Collection[str]


def arguments(
    written: Fields, taken: Taken, report: Report, convert: Callable[[str, object, Place], Any]
) -> dict[str, Any]:
    """Return the arguments that a spec has too; each other one is a gap at its line.

    Args:
        written: What stands in the file.
        taken: Which arguments there are.
        report: Gets the gaps.
        convert: Returns the value of an argument as a spec has it.
    """
    made: dict[str, Any] = {}
    for name, value in written.items():
        place = written.at(name)
        if name in taken.own:
            continue
        if name in taken.refused:
            report.gap(place, name, taken.refused[name])
        elif name not in taken.by_airflow:
            report.gap(place, name, f"Airflow refuses it: it is no argument of {taken.owner}")
        elif name not in taken.by_spec:
            report.gap(place, name, "a spec has no word for it")
        elif isinstance(value, date):  # a datetime is one
            made[name] = value.isoformat()
        elif value is not None:
            made[name] = convert(name, value, place)
    return made
