"""Deadlines of a DAG: `{reference: queued_at, interval: 30m, callback: {...}}`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import did_you_mean, question, quoted
from dagctl.spec.fields.callback_form import MAX_CALLBACKS
from dagctl.spec.fields.durations import duration_problem, is_duration
from dagctl.spec.fields.keyed_forms import form_problems, list_problems
from dagctl.spec.fields.start_date import is_iso
from dagctl.spec.validation.unknown_keys import meant_keys
from dagctl.spec.validation.wrong_type import MAPPING, wrong_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.spec.walk import Path

REFERENCES = {"queued_at": "DAGRUN_QUEUED_AT", "logical_date": "DAGRUN_LOGICAL_DATE"}
"""From when a deadline counts, as the spec and as Airflow calls it."""
_KEYS = ("reference", "interval", "callback")
_COMPARED = 20
"""Keys of a deadline that are compared with its own: it may have any number."""
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
    if not isinstance(value, dict):
        interval = value if is_duration(value) else "2h"
        form = f"reference: queued_at, interval: {interval}, callback: {{notifier: ...}}"
        hint = f"write `{{{form}}}`"
        yield replace(wrong_type(path, MAPPING, value), hint=hint, json_hint=None).at(*path)
        return
    yield from _of_keys(value, path)
    if "interval" in value:
        problem = duration_problem(value["interval"])
        if problem:
            yield problem.at(*path, "interval")
    if "reference" in value:
        yield from _of_reference(value["reference"], (*path, "reference"))
    if "callback" in value:
        here = (*path, "callback")
        yield from form_problems(value["callback"], here, _CALLBACKS, "the callback of a deadline")


def _of_keys(value: Mapping[str, object], path: Path) -> Iterator[Problem]:
    """Yield each key that a deadline does not have, and which of its own are missing."""
    strange = [str(key) for key in value if key not in _KEYS]
    meant = meant_keys(strange[:_COMPARED], value, _KEYS)
    for key in strange:
        near = meant.get(key)
        hint = question(near) or f"its keys are: {', '.join(_KEYS)}"
        yield Problem(Code.UNKNOWN_KEY, f"unknown key {quoted(key)}", hint).at(*path, key)
    missing = [key for key in _KEYS if key not in value and key not in meant.values()]
    if missing:
        message = f"a deadline needs {' and '.join(f'`{key}`' for key in missing)}"
        hint = f"add {' and '.join(f'`{key}: ...`' for key in missing)}"
        yield Problem(Code.MISSING_KEY, message, hint).at(*path, missing[0])


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
