"""Calls of functions that stand in other files of the project: what they make is followed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dagctl.convert.outcome.report import Outcome
from dagctl.convert.python_file.airflow import decorated_tasks
from dagctl.convert.python_file.calls.project_modules import UNKNOWN
from dagctl.convert.python_file.state.binding import bind
from dagctl.convert.python_file.state.inlining import inline
from dagctl.convert.python_file.state.items import (
    Condition,
    Container,
    Dag,
    Decorated,
    EnumMember,
    Function,
    Late,
    LocalClass,
    Made,
    Moment,
    Name,
    Output,
    Task,
    Zone,
)
from dagctl.convert.python_file.state.named_record import Record
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.values.records import record

if TYPE_CHECKING:
    from dagctl.convert.outcome.report import Report
    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine

_KNOWN = (
    *(str, int, float, bool, type(None), timedelta, Moment, Zone, Late, Name, Made, EnumMember),
    *(Task, Output, Container, Condition, Decorated, Record),
)
_MOST = 20_000
"""Values of a result that are looked at."""


def call(machine: Machine, name: Name, made: Call) -> Any:  # noqa: ANN401 - any value of Python
    """Return what a function of the project gives; `UNKNOWN` where only Python knows.

    A function of which not all is known, and which makes nothing, stays a call by its path.
    """
    definition = machine.definition(name.path)
    if isinstance(definition, Decorated):
        value = decorated_tasks.called(machine, definition, made)
        _say(machine, made)
        return value
    if isinstance(definition, LocalClass):
        return record(machine, definition, made) or UNKNOWN
    if definition is None:
        return UNKNOWN
    reports = (machine.report, machine.file_report)
    made.is_followed = definition.is_followed
    before, effects = [len(report.remarks) for report in reports], machine.effects
    since, given = machine.changes.now(), [*made.args, *made.kwargs.values()]
    value = _followed(machine, definition, made)
    is_changed = machine.changes.is_changed(given, since)  # a function may change what it gets
    is_without_effect = machine.effects == effects and not is_changed
    if is_without_effect and (_has_gaps(reports, before) or not _is_known(value)):
        for report, length in zip(reports, before, strict=True):
            del report.remarks[length:]
        _name_arguments(definition, made)
        return UNKNOWN
    _say(machine, made)
    return value


def _followed(machine: Machine, function: Function, made: Call) -> Any:  # noqa: ANN401
    """Go through a function, and note that it made something in a DAG, if it did."""
    before, effects = machine.leading, machine.effects
    is_in_a_dag = machine.around or any(
        isinstance(each, Dag) for each in (*made.args, *made.kwargs.values())
    )
    if before is None and is_in_a_dag:
        machine.leading = machine.key(made.node)
    try:
        value = inline(machine, function, made)
    finally:
        leading, machine.leading = machine.leading, before
    if leading is not None and machine.effects != effects:
        machine.followed.append((leading, function.scope.origin, function.node))
    return value


def _say(machine: Machine, made: Call) -> None:
    text = "what it makes is what the function of the module makes now"
    machine.report.changed(machine.place(made.node), words(made.node.func), text)


def _has_gaps(reports: tuple[Report, ...], before: list[int]) -> bool:
    return any(
        remark.outcome is Outcome.GAP
        for report, length in zip(reports, before, strict=True)
        for remark in report.remarks[length:]
    )


def _is_known(value: object) -> bool:
    """Return whether nothing of a value is known only when Python runs."""
    stack: list[Any] = [value]
    for _ in range(_MOST):
        if not stack:
            return True
        item = stack.pop()
        if isinstance(item, dict):
            stack += [*item, *item.values()]
        elif isinstance(item, list | tuple | set | frozenset):
            stack += item
        elif not isinstance(item, _KNOWN):
            return False
    return False


def _name_arguments(function: Function, made: Call) -> None:
    """Give the arguments of a call by their names, which a spec needs."""
    parameters = function.node.args
    bindings = bind(parameters, made.args, {})
    if not bindings.left and not parameters.posonlyargs and not parameters.vararg:
        made.args, made.kwargs = [], bindings.values | made.kwargs
