"""What the catalogue says of a call of a class, of pods too, as problems of a spec."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Any

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.operators.call_checks import OperatorCall, check_call
from dagctl.operators.call_findings import CallCheck, CallLevel
from dagctl.operators.model import Operator
from dagctl.operators.pod_values import PACKAGE, object_findings, override_findings
from dagctl.operators.value_kinds import looks_like_clock
from dagctl.spec.catalogue import known_class, text_meaning
from dagctl.spec.fields.durations import duration_problem
from dagctl.spec.fields.markers import call_by_place_problems, marker_of
from dagctl.spec.fields.schedule_forms import timetable_call_problems
from dagctl.spec.fields.start_date import is_iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dagctl.operators.call_findings import CallFinding
    from dagctl.spec.walk import Path
    from dagctl.target import Target

_OF_OBJECTS = {
    *(CallCheck.UNKNOWN_PARAMETER, CallCheck.MISSING_PARAMETER, CallCheck.FIXED_PARAMETER),
    CallCheck.WRONG_KIND,
}
"""What is said of an object of the catalogue that is no task."""
_CODES = {
    CallCheck.UNKNOWN_PARAMETER: Code.UNKNOWN_PARAMETER,
    CallCheck.MISSING_PARAMETER: Code.MISSING_PARAMETER,
    CallCheck.FIXED_PARAMETER: Code.MISPLACED_PARAMETER,
    CallCheck.GIVEN_TWICE: Code.MISPLACED_PARAMETER,
    CallCheck.MISPLACED_PARAMETER: Code.MISPLACED_PARAMETER,
    CallCheck.OTHER_VERSION: Code.OTHER_VERSION,
    CallCheck.WRONG_KIND: Code.WRONG_KIND,
    CallCheck.NOT_EXPANDABLE: Code.BAD_MAPPING,
    CallCheck.POD_VALUE: Code.WRONG_KIND,
    CallCheck.NOT_RENDERED: Code.NOT_RENDERED,
    CallCheck.DEPRECATED_OPERATOR: Code.DEPRECATED,
    CallCheck.DEPRECATED_PARAMETER: Code.DEPRECATED,
}
_CALLED_WITH = {
    "http": dict.fromkeys(("response_check", "response_filter", "pagination_function"), "response"),
    "common-sql": dict.fromkeys(("success", "failure"), "value") | {"selector": "row"},
}
"""Parameters of a provider's operators that are called with one value by place."""


def problem_of(finding: CallFinding, key: str) -> Problem:
    """Return the problem of a finding about a call whose class stands under `key`."""
    under = "expand" if finding.expanded else "with"
    return problem_at(finding, (under,), (key,))


def problem_at(finding: CallFinding, under: Path, itself: Path) -> Problem:
    """Return the problem of a finding about a call.

    Args:
        finding: What the catalogue says.
        under: Where the arguments stand.
        itself: Where the class stands that is called.
    """
    severity = Severity.ERROR if finding.level is CallLevel.ERROR else Severity.WARNING
    path = (*under, *finding.path) if finding.path else itself
    return Problem(
        _CODES[finding.check],
        finding.message,
        finding.hint,
        severity=severity,
        at_key=finding.check is CallCheck.NOT_EXPANDABLE,
    ).at(*path)


def length_problems(known: Operator, arguments: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with text that the catalogue reads as a length of time, or a time."""
    for name, value in arguments.items():
        meaning = text_meaning(known, name, value)
        if meaning == "duration":
            problem = duration_problem(value)
            if problem:
                yield problem.at("with", name)
        elif meaning == "clock" and not is_clock(value):
            message, hint = f"{quoted(value)} is not a time of day", 'write "06:00" or "06:00:30"'
            hint = f'write "0{value}"' if is_clock(f"0{value}") else hint
            yield Problem(Code.WRONG_KIND, message, hint).at("with", name)
        elif meaning == "time" and not is_iso(value):
            message = f"{quoted(value)} is not a date, or a date and time"
            hint = 'write "2024-01-01" or "2024-01-01T06:00"'
            yield Problem(Code.WRONG_KIND, message, hint).at("with", name)


def called_problems(known: Operator, arguments: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield why an operator cannot call a function that it is given."""
    for name, value in _CALLED_WITH.get(known.provider, {}).items():
        given = arguments.get(name)
        if name in known.parameters and given and marker_of(given) == "$python_code":
            for problem in call_by_place_problems(given, value, or_more=True):
                yield problem.at("with", name, "$python_code")


def is_clock(text: str) -> bool:
    """Return whether a text is a time of day: `06:00`, `06:00:30`."""
    try:
        return looks_like_clock(text) and time.fromisoformat(text) is not None
    except ValueError:
        return False


def object_problems(marker: Mapping[str, Any], path: Path, target: Target) -> Iterator[Problem]:
    """Yield what is wrong with the arguments of a `$new` of a class that is known.

    These are the models of Kubernetes, which take all by name, timetables, and what the catalogue
    has: notifiers and operators.
    """
    name, given = marker["$new"], marker.get("with", {})
    if not isinstance(name, str) or not isinstance(given, dict):
        return
    if name.startswith("airflow.timetables."):
        for problem in timetable_call_problems({"timetable": name, **marker}, ()):
            where = ("$new",) if problem.path == ("timetable",) else problem.path
            yield problem.at(*path, *where)
        return
    findings: Iterable[CallFinding] = ()
    if name.startswith(PACKAGE) and "args" not in marker:
        findings = object_findings(name, given)
    elif name.startswith("airflow.providers."):
        known = known_class(name, target)
        if isinstance(known, Operator):
            call = OperatorCall(arguments=given, more="args" in marker)
            findings = [each for each in check_call(known, call) if each.check in _OF_OBJECTS]
    for finding in findings:
        yield problem_at(finding, (*path, "with"), (*path, "$new"))


def override_problems(config: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    """Yield what is wrong with the pod that an `executor_config` asks for."""
    return (problem_at(finding, path, path) for finding in override_findings(config))
