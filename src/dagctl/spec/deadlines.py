"""Deadlines of a DAG: `{reference: queued_at, interval: 30m, callback: {...}}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.spec.callback_form import MAX_CALLBACKS
from dagctl.spec.codes import Code
from dagctl.spec.fields.durations import duration_problem
from dagctl.spec.fields.start_date import is_iso
from dagctl.spec.forms import form_problems
from dagctl.spec.lists import list_problems
from dagctl.spec.problem import Problem
from dagctl.spec.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.walk import Path

REFERENCES = {"queued_at": "DAGRUN_QUEUED_AT", "logical_date": "DAGRUN_LOGICAL_DATE"}
"""From when a deadline counts, as the spec and as Airflow calls it."""
_FORMS = {"reference": ("interval", "callback")}
_CALLBACKS = {"callable": ("with",), "notifier": ("with",)}


def deadlines_of(value: object) -> list[Any]:
    """Return the deadlines of a DAG, none, one or several, as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def deadline_problems(value: object, path: Path) -> Iterator[Problem]:
    """Yield what is wrong with deadlines, but for their callbacks, which are checked as others."""
    if isinstance(value, list | tuple):
        yield from list_problems(value, path, MAX_CALLBACKS, "deadlines", _of_deadline)
    else:
        yield from _of_deadline(value, path)


def _of_deadline(value: object, path: Path) -> Iterator[Problem]:
    yield from form_problems(value, path, _FORMS, "a deadline")
    if not isinstance(value, dict) or "reference" not in value:
        return
    for key in ("interval", "callback"):
        if key not in value:
            message = f"a deadline needs `{key}`"
            yield Problem(Code.MISSING_KEY, message, f"add `{key}: ...`").at(*path, key)
    if "interval" in value:
        problem = duration_problem(value["interval"])
        if problem:
            yield problem.at(*path, "interval")
    yield from _of_reference(value["reference"], (*path, "reference"))
    if "callback" in value:
        here = (*path, "callback")
        yield from form_problems(value["callback"], here, _CALLBACKS, "the callback of a deadline")


def _of_reference(value: object, path: Path) -> Iterator[Problem]:
    if isinstance(value, str) and (value in REFERENCES or is_iso(value)):
        return
    words = ", ".join(f"`{word}`" for word in REFERENCES)
    near = did_you_mean(value, REFERENCES) if isinstance(value, str) else None
    message = f"a deadline counts from {words}, or from a date and time"
    yield Problem(Code.UNKNOWN_WORD, message, near or "write one of them").at(*path)


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "reference": {
            "type": "string",
            "description": "From when it counts: `queued_at`, `logical_date`, or a time.",
        },
        "interval": {"type": "string", "description": "How long after that: `2h`."},
        "callback": {
            "type": "object",
            "description": "What is called: an `async` function, or a notifier, with `with`.",
        },
    },
    "required": ["reference", "interval", "callback"],
    "additionalProperties": False,
}
"""What editors know of a deadline."""
