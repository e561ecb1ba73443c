"""Checks of the value that a parameter is given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dagctl.operators.call_findings import CallCheck, error, warning
from dagctl.operators.near import near_parameter
from dagctl.operators.pod_values import is_of_pod, pod_findings
from dagctl.operators.refused_values import refusals, sensor_refusals
from dagctl.operators.shown_names import quoted
from dagctl.operators.value_kinds import (
    CALLABLE,
    LIST,
    MAPPING,
    NUMBER,
    TEXT,
    TRUTH,
    WHOLE,
    shape_of,
    wrong,
)
from dagctl.patterns import lazy_pattern
from dagctl.text.template_signs import has_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.operators.call_findings import CallFinding
    from dagctl.operators.model import Operator, Parameter
    from dagctl.operators.value_kinds import Kind, Wrong

_LENGTH = lazy_pattern(r"([0-9]{1,9})([smhd])", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


_DIGITS = 20
"""Digits of a number that a hint repeats."""
_ONE_OR_MORE = {"follow_task_ids_if_true", "follow_task_ids_if_false"}
"""Parameters of branches that take one id as text too, whatever the annotation of a class says."""


_PAIR = lazy_pattern(r"([\w.-]{1,40})[ \t]*[=:][ \t]*([\w./-]{1,60})")
"""A text that is a pair, if a mapping was meant."""
_ITEM = lazy_pattern(r"[\w./ -]{1,60}")


def check_value(operator: Operator, parameter: Parameter, value: Any) -> Iterator[CallFinding]:  # noqa: ANN401
    """Yield what is wrong with a value, as far as that is certain."""
    fields = operator.template_fields
    rendered = fields is None or parameter.name in fields
    of_pod = operator.pod and is_of_pod(parameter.name, value)
    problem = None if of_pod else wrong(parameter.kind, value, rendered=rendered)
    if problem and not (parameter.name in _ONE_OR_MORE and isinstance(value, str)):
        yield _wrong_kind(parameter, problem, rendered=rendered)
        return
    if operator.kind == "sensor":
        yield from sensor_refusals(parameter.name, value)
    yield from refusals(operator.name, parameter.name, value)
    if of_pod:
        yield from pod_findings(parameter.name, value)
    if not rendered and operator.kind != "decorated":
        path = _jinja(value)
        if path is not None:
            owner = f"{quoted(parameter.name)} of {quoted(operator.name)}"
            message = f"Airflow does not render {owner}: the text stays as it is"
            hint = f"dagctl operators show {operator.name} lists what is rendered"
            yield warning(CallCheck.NOT_RENDERED, message, hint, parameter.name, *path)


def _wrong_kind(parameter: Parameter, problem: Wrong, *, rendered: bool) -> CallFinding:
    expected, hint = problem.expected, f"write {problem.expected.words}"
    if isinstance(problem.value, str) and expected.values:
        near = near_parameter(problem.value, [str(value) for value in expected.values])
        hint = f"did you mean {quoted(near)}?" if near else hint
    elif isinstance(problem.value, str) and expected.shapes & {WHOLE, NUMBER}:
        hint = _number_of(problem.value) or hint
    elif isinstance(problem.value, str) and CALLABLE in expected.shapes:
        is_path = "." in problem.value and problem.value.replace(".", "").isidentifier()
        hint = f"write `{{$ref: {problem.value}}}`" if is_path else hint
    elif isinstance(problem.value, str):
        hint = _as_data(problem.value, expected) or hint
    given = quoted(problem.value) if isinstance(problem.value, str) else problem.given
    if isinstance(problem.value, str) and _needs_no_quotes(problem.value, expected):
        given, hint = "text", f"write {problem.value[:_DIGITS].lower()}, without quotes"
    place = " in it" if problem.path else ""
    is_number = type(problem.value) is int and TEXT in expected.shapes
    if is_number:
        hint = f'write "{problem.value}", in quotes' if len(str(problem.value)) < _DIGITS else hint
    # a number as an id, and what stands in a mapping, are handed on as they are by some operators;
    # some read data from a text that Airflow has rendered
    certain = not (
        isinstance(next(iter(problem.path), 0), str)
        or (is_number and parameter.name.endswith("_id"))
        or (rendered and isinstance(problem.value, str) and expected.shapes & {LIST, MAPPING})
    )
    message = f"{quoted(parameter.name)} takes {expected.words}{place}, not {given}"
    finding = error if certain else warning
    return finding(CallCheck.WRONG_KIND, message, hint, parameter.name, *problem.path)


def _as_data(text: str, expected: Kind) -> str | None:
    """Return the hint that writes a text as the mapping or the list which is taken."""
    pair = _PAIR.fullmatch(text)
    if MAPPING in expected.shapes and pair:
        return f"write `{{{pair[1]}: {pair[2]}}}`"
    return f"write `[{text}]`" if LIST in expected.shapes and _ITEM.fullmatch(text) else None


def _needs_no_quotes(text: str, expected: Kind) -> bool:
    """Return whether a text is a number, or true or false, that only its quotes make a text."""
    return text.isdecimal() or (TRUTH in expected.shapes and text.lower() in {"true", "false"})


def _number_of(text: str) -> str | None:
    """Return the hint for a length of time where a number of seconds is taken."""
    length = _LENGTH.fullmatch(text)
    if length is None:
        return None
    seconds = int(length[1]) * _SECONDS[length[2]]
    return f"write a number: {seconds}, if it counts seconds"


def _jinja(value: Any) -> tuple[str | int, ...] | None:  # noqa: ANN401 - any value
    """Return where the first text with Jinja is in a value, or None."""
    left: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while left:
        path, item = left.pop()
        if isinstance(item, str):
            if has_code(item):
                return path
        elif shape_of(item) == "mapping":
            left += [((*path, str(key)), inner) for key, inner in reversed(item.items())]
        elif isinstance(item, list):
            left += [((*path, i), inner) for i, inner in reversed(list(enumerate(item)))]
    return None
