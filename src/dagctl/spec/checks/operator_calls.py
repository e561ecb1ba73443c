"""What is wrong with a call of an operator, a decorator or a notifier, on the target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import nearest, quoted
from dagctl.operators.call_checks import OperatorCall, check_call
from dagctl.operators.call_findings import CallCheck, CallLevel
from dagctl.operators.model import Need, Operator, Reason
from dagctl.spec.catalogue import is_rendered, known_class, known_decorator
from dagctl.spec.checks.call_problems import called_problems, length_problems, problem_of
from dagctl.spec.fields.markers import markers_in
from dagctl.spec.tasks import KINDS
from dagctl.spec.tasks.arguments import SingleTaskArguments
from dagctl.spec.validation.unknown_keys import means_arguments, means_mapping
from dagctl.spec.walk import mapping_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dagctl.operators.call_findings import CallFinding
    from dagctl.operators.model import Unresolved
    from dagctl.target import Target

_BESIDE_WITH = {"dependencies", "expand", "expand_kwargs", "for_each", "setup", "teardown"}
"""Keys of a task that are no arguments of Airflow's."""
_LIKENESS = 0.75
"""How near to `with` a key must be to be meant for it."""
_OF_DECORATED = {"python_callable", "task_id", "op_args", "op_kwargs"}
"""What a function gives to the operator around it."""


def decorator_problems(
    task: Mapping[str, Any], defaults: set[str], target: Target
) -> Iterator[Problem]:
    """Yield what is wrong with the call of the operator that a decorator makes."""
    name, arguments, beside = task["decorator"], _arguments(task), _beside(task)
    if not name.startswith("task."):
        message = f"{quoted(name)} is not in the catalogue: its parameters are not checked"
        yield Problem(Code.FOREIGN_OPERATOR, message, severity=Severity.INFO).at("decorator")
        yield from _twice(arguments, beside)
        return
    known = known_decorator(name, target)
    if not isinstance(known, Operator):
        yield _unresolved(known, "decorator")
        return
    strange = _strange_keys(task, "decorator")
    call = OperatorCall(
        arguments=arguments,
        beside=beside | _OF_DECORATED,
        defaults=defaults,
        elsewhere={*strange, *(task.keys() & known.parameters.keys())},
        more=not _has_names(task.get("with", {})) or any(map(_stands_for_arguments, strange)),
    )
    yield from _of_call(known, call, "decorator")
    yield from _outputs(known, arguments)


def operator_problems(
    task: Mapping[str, Any], defaults: set[str], target: Target
) -> Iterator[Problem]:
    """Yield what is wrong with the call of an operator."""
    arguments, beside = _arguments(task), _beside(task)
    known = known_class(task["operator"], target)
    if not isinstance(known, Operator):
        yield _unresolved(known, "operator")
        yield from _twice(arguments, beside)
        return
    if known.kind == "notifier":
        yield _other_kind(known, "operator")
        return
    strange = _strange_keys(task, "operator")
    as_params = _given_as_params(task, known, defaults)
    if as_params:
        message = f"{quoted(as_params)} is a parameter of the operator, not one of the `params`"
        yield Problem(Code.MISPLACED_PARAMETER, message, "write `with` in place of `params`").at(
            "params", as_params
        )
    call = OperatorCall(
        arguments=arguments,
        expanded=mapping_in(task, "expand"),
        beside=beside,
        defaults=defaults,
        elsewhere={*strange, *(task.keys() & known.parameters.keys())},
        more=task.get("expand_kwargs") is not None
        or not _has_names(task.get("with", {}))
        or not isinstance(task.get("expand", {}), dict)
        or any(map(_stands_for_arguments, strange))
        or as_params is not None,
    )
    yield from _of_call(known, call, "operator")
    yield from _outputs(known, arguments)


def _arguments(task: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands under `with` of a raw task, as far as its names can be read."""
    return {key: value for key, value in mapping_in(task, "with").items() if isinstance(key, str)}


def _beside(task: Mapping[str, Any]) -> set[str]:
    """Return the parameters of every task that a raw task gives, beside `with`."""
    return {key for key in SingleTaskArguments.parameter_names() if key in task}


def _given_as_params(
    task: Mapping[str, Any], known: Operator, defaults: Collection[str]
) -> str | None:
    """Return a required parameter that stands under `params` of a task without `with`, or None.

    One that is given elsewhere too is none: a param may have any name.
    """
    params, expand = task.get("params"), task.get("expand", {})
    if "with" in task or task.get("expand_kwargs") is not None:
        return None
    if not isinstance(params, dict) or not isinstance(expand, dict):
        return None
    required = (key for key, it in known.parameters.items() if it.need is Need.REQUIRED)
    return next(
        (key for key in required if key in params and key not in {*expand, *defaults}), None
    )


def _strange_keys(task: Mapping[str, Any], tag: str) -> list[str]:
    """Return the keys that a task of a kind does not have: each is an error of its own."""
    own = KINDS.by_tag[tag].key_names()
    return [str(key) for key in task if key not in own]


def _stands_for_arguments(key: str) -> bool:
    """Return whether a key that belongs to no operator may hold what it is called with."""
    said = key in KINDS.owners or means_arguments(key) or means_mapping(key)
    return said or nearest(key, ("with",), likeness=_LIKENESS) is not None


def _has_names(given: object) -> bool:
    """Return whether the parameters can be read: a mapping, all keys of it text."""
    return isinstance(given, dict) and all(isinstance(key, str) for key in given)


def notifier_problems(callback: Mapping[str, Any], target: Target) -> Iterator[Problem]:
    """Yield what is wrong with the call of a notifier."""
    arguments = mapping_in(callback, "with")
    known = known_class(callback["notifier"], target)
    if not isinstance(known, Operator):
        yield _unresolved(known, "notifier")
    elif known.kind != "notifier":
        yield _other_kind(known, "notifier")
    else:
        strange = [key for key in callback if key not in ("notifier", "with")]
        more = not _has_names(callback.get("with", {})) or any(map(_stands_for_arguments, strange))
        call = OperatorCall(arguments=arguments, elsewhere=strange, more=more)
        yield from _of_call(known, call, "notifier")


def _other_kind(known: Operator, key: str) -> Problem:
    article = "an" if known.kind == "operator" else "a"
    message = f"{quoted(known.name)} is {article} {known.kind}, no {key}"
    hint = (
        "write it as a callback: `on_failure_callback: {notifier: ...}`"
        if known.kind == "notifier"
        else "write it as a task, or name a notifier"
    )
    return Problem(Code.UNKNOWN_OPERATOR, message, hint).at(key)


def _of_call(known: Operator, call: OperatorCall, key: str) -> Iterator[Problem]:
    """Yield what is wrong with the call of a class that stands under `key`."""
    for finding in check_call(known, call):
        stands_beside = finding.path[:1] in {("task_id",), ("dag",)} and not finding.expanded
        # the check of what is mapped says it, of every class
        said = finding.check is CallCheck.GIVEN_TWICE and finding.path[:1][0] in call.expanded
        if finding.level is not CallLevel.NOTE and not stands_beside and not said:
            yield problem_of(_of_task_key(finding), key)
    yield from length_problems(known, call.arguments)
    yield from called_problems(known, call.arguments)


def _of_task_key(finding: CallFinding) -> CallFinding:
    """Return the finding about a parameter, which may be a key of the task itself."""
    name = finding.path[0] if finding.path else ""
    if finding.check is not CallCheck.UNKNOWN_PARAMETER or name not in _BESIDE_WITH:
        return finding
    message = f"{quoted(str(name))} stands beside `with`, not in it"
    hint = "take it out of `with`, to the level of `task_id`"
    return replace(finding, check=CallCheck.MISPLACED_PARAMETER, message=message, hint=hint)


def _unresolved(known: Unresolved, key: str) -> Problem:
    if known.allowed:
        code, severity = Code.FOREIGN_OPERATOR, Severity.INFO
    elif known.reason in {Reason.OTHER_TARGET, Reason.OTHER_VERSION}:
        code, severity = Code.OPERATOR_NOT_HERE, Severity.ERROR
    else:
        code, severity = Code.UNKNOWN_OPERATOR, Severity.ERROR
    message = known.message
    if key == "notifier":
        message = message.replace("no operator", "no notifier")
    return Problem(code, message, known.hint, severity=severity).at(key)


def _twice(arguments: Mapping[str, Any], beside: set[str]) -> Iterator[Problem]:
    for name in arguments:
        if name in beside:
            message = f"{quoted(name)} is given twice: in `with` and beside it"
            problem = Problem(Code.MISPLACED_PARAMETER, message, "take it out of `with`")
            yield problem.at("with", name)


def _outputs(known: Operator, arguments: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield each `$xcom` in a parameter where Airflow would leave it as it is."""
    for name, value in arguments.items():
        if name in known.parameters and not is_rendered(known, name):
            uses = [
                (*path, marker)
                for marker in ("$xcom", "$arg")
                for path, _ in markers_in(value, marker, ("with", name))
            ]
            for path in uses:
                what = "output of a task" if path[-1] == "$xcom" else "argument of a group"
                message = f"Airflow puts no {what} into {quoted(name)}"
                hint = f"dagctl operators show {known.name} lists where it does: what is rendered"
                yield Problem(Code.BAD_MARKER, message, hint).at(*path)
