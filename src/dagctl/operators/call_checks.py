"""Checks of a call of an operator: pure functions of the operator and of what it is called with."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from dagctl.frozen import frozen
from dagctl.operators.base_parameters import base_parameters, base_targets
from dagctl.operators.call_findings import CallCheck, CallFinding, CallLevel, error, warning
from dagctl.operators.model import Need
from dagctl.operators.near import near_parameter
from dagctl.operators.shown_names import quoted
from dagctl.operators.successors import renamed_parameter
from dagctl.operators.targets import spans
from dagctl.operators.value_checks import check_value
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dagctl.operators.model import Deprecation, Operator, Parameter


@frozen(kw_only=True)
class OperatorCall:
    """What an operator is called with."""

    arguments: Mapping[str, Any]
    """Its own parameters: `with`."""
    expanded: Mapping[str, Any] = field(default_factory=dict)
    """What it is mapped over: `expand`."""
    beside: Collection[str] = ()
    """Names of the parameters of every task that are given too."""
    defaults: Collection[str] = ()
    """Names that `default_args` of the DAG and of the groups give."""
    elsewhere: Collection[str] = ()
    """Names that stand where no parameter belongs: each is an error of its own."""
    more: bool = False
    """Further arguments come at run time (`expand_kwargs`), so nothing is missing for certain."""


_MOST_MEANT = 20
"""Names of a call that may be meant for a parameter that is missing: comparing takes long."""


def check_call(operator: Operator, call: OperatorCall) -> list[CallFinding]:
    """Return all that is certainly wrong with a call, and what deserves a warning."""
    return [
        *_about_operator(operator),
        *_missing(operator, call),
        *(finding for name in call.arguments for finding in _argument(operator, call, name)),
        *(finding for name in call.expanded for finding in _expanded(operator, call, name)),
    ]


def _about_operator(operator: Operator) -> Iterator[CallFinding]:
    if operator.deprecated:
        message = f"{quoted(operator.name)} is deprecated"
        yield warning(CallCheck.DEPRECATED_OPERATOR, message, _instead(operator.deprecated))
    if operator.moved_from:
        yield CallFinding(
            check=CallCheck.OLD_PATH,
            level=CallLevel.NOTE,
            message=f"{quoted(operator.moved_from)} is an old import path",
            hint=f"the DAG file has {quoted(operator.path)}",
        )


_SAYS_SO = lazy_pattern(r"^[^.]{1,100}(?:is|has been) deprecated\. *")
"""The first sentence of a reason that the message says already."""
_CODE = "python_code"
"""The key of a task that has its code in the spec, where people write it as a parameter."""


def _instead(deprecated: Deprecation) -> str:
    if deprecated.use:
        return f"use {quoted(deprecated.use)}"
    return _SAYS_SO.sub("", deprecated.reason) or deprecated.reason


def _missing(operator: Operator, call: OperatorCall) -> Iterator[CallFinding]:
    if call.more or (operator.open and not operator.parameters):
        return
    given = {*call.arguments, *call.expanded, *call.beside, *call.defaults, *call.elsewhere}
    written = (*call.arguments, *call.expanded, *call.elsewhere)[:_MOST_MEANT]
    # a class that takes any name says nothing of one that is misspelt
    meant = set() if operator.open else {_meant(operator, name) for name in written}
    for name, parameter in operator.parameters.items():
        if parameter.need is Need.REQUIRED and parameter.certain and name not in given | meant:
            message = f"{quoted(operator.name)} needs {quoted(name)}"
            takes = "" if parameter.kind.silent else f"; it takes {parameter.kind.words}"
            hint = f"add it under `with`{takes}"
            yield error(CallCheck.MISSING_PARAMETER, message, hint)


def _argument(operator: Operator, call: OperatorCall, name: str) -> Iterator[CallFinding]:
    if name in call.expanded:
        message = f"{quoted(name)} is given twice: in `with` and in `expand`"
        yield error(CallCheck.GIVEN_TWICE, message, "take it out of one of them", name)
    parameter = operator.parameters.get(name)
    if parameter is not None:
        yield from _known(operator, parameter)
        yield from check_value(operator, parameter, call.arguments[name])
    elif operator.takes_base and name in base_parameters("operator", operator.target):
        yield from _misplaced(operator, call, name)
    else:
        yield from _not_there(operator, name)


def _expanded(operator: Operator, call: OperatorCall, name: str) -> Iterator[CallFinding]:
    parameter = operator.parameters.get(name)
    if parameter is None and operator.takes_base:
        parameter = base_parameters("operator", operator.target).get(name)
    if parameter is None:
        yield from (_in_expand(finding) for finding in _not_there(operator, name))
        return
    if not parameter.expandable:
        message = f"Airflow does not map over {quoted(name)}"
        hint = "give it one value, outside of `expand`"
        yield _in_expand(error(CallCheck.NOT_EXPANDABLE, message, hint, name))
        return
    yield from (_in_expand(finding) for finding in _known(operator, parameter))
    value = call.expanded[name]
    if isinstance(value, list):
        for index, item in enumerate(value):
            for finding in check_value(operator, parameter, item):
                yield _in_expand(finding, index)


def _in_expand(finding: CallFinding, *index: int) -> CallFinding:
    path = (*finding.path[:1], *index, *finding.path[1:])
    return replace(finding, path=path, expanded=True)


def _known(operator: Operator, parameter: Parameter) -> Iterator[CallFinding]:
    if not parameter.certain:
        message = (
            f"{quoted(parameter.name)} may not be in the version of {quoted(operator.provider)} "
            "that you have"
        )
        hint = f"{operator.distribution} {operator.version} has it; versions before may not"
        yield warning(CallCheck.OTHER_VERSION, message, hint, parameter.name)
    if parameter.deprecated:
        message = f"{quoted(parameter.name)} of {quoted(operator.name)} is deprecated"
        hint = _instead(parameter.deprecated)
        yield warning(CallCheck.DEPRECATED_PARAMETER, message, hint, parameter.name)


def _misplaced(operator: Operator, call: OperatorCall, name: str) -> Iterator[CallFinding]:
    if near := renamed_parameter(name, operator.parameters):
        yield _strange(operator, name, near)
        return
    if name in call.beside:
        message = f"{quoted(name)} is given twice: in `with` and beside it"
        yield error(CallCheck.GIVEN_TWICE, message, "take it out of `with`", name)
        return
    message = f"{quoted(name)} is no parameter of the operator: every task has it"
    hint = "take it out of `with` and put it beside `with`"
    yield error(CallCheck.MISPLACED_PARAMETER, message, hint, name)


def _not_there(operator: Operator, name: str) -> Iterator[CallFinding]:
    """Yield what there is to say of a name that the operator does not take."""
    if name in operator.fixed:
        message = f"{quoted(operator.name)} sets {quoted(name)} itself"
        yield error(CallCheck.FIXED_PARAMETER, message, "take it out", name)
    elif name in operator.absent:
        message = f"{quoted(operator.name)} has no {quoted(name)} here"
        yield error(CallCheck.OTHER_VERSION, message, f"it is in {operator.absent[name]}", name)
    elif not operator.open:
        yield _unknown(operator, name)


def _meant(operator: Operator, name: str) -> str | None:
    """Return the parameter that an unknown name was probably meant for, or None."""
    if name in operator.parameters:
        return name
    every = dict.fromkeys(operator.parameters)
    if operator.takes_base:
        every |= dict.fromkeys(base_parameters("operator", operator.target))
    if name == _CODE and "python_callable" in every:
        return "python_callable"
    needed = {key for key, it in operator.parameters.items() if it.need is Need.REQUIRED}
    return renamed_parameter(name, operator.parameters) or near_parameter(name, every, needed)


def _unknown(operator: Operator, name: str) -> CallFinding:
    elsewhere = base_targets("operator", name) if operator.takes_base else ()
    elsewhere = elsewhere or (base_targets("sensor", name) if operator.kind == "sensor" else ())
    if elsewhere:
        hint = f"the target is Airflow {operator.target}: take it out"
        return error(
            CallCheck.OTHER_VERSION, f"{quoted(name)} needs {spans(elsewhere)}", hint, name
        )
    return _strange(operator, name, _meant(operator, name))


def _strange(operator: Operator, name: str, near: str | None) -> CallFinding:
    message = f"{quoted(operator.name)} has no parameter {quoted(name)}"
    hint = f"did you mean {quoted(near)}?" if near else f"dagctl operators show {operator.name}"
    if name == _CODE and near:
        hint = "remove the line `operator`, and write `python_code` beside `task_id`"
    return error(CallCheck.UNKNOWN_PARAMETER, message, hint, name)
