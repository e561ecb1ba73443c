"""Lengths of time: airflow-config reads them with pydantic, as this does."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError

from dagctl.convert.foreign_yaml.reader import Fields
from dagctl.convert.operators.old_arguments import DURATIONS

_LENGTH = TypeAdapter(timedelta)


def _seconds(value: object) -> float | None:
    """Return the seconds of a length of time such as `PT5M`, `00:05:00` or 300, or None."""
    if isinstance(value, str) or type(value) in {int, float}:
        with suppress(ValidationError):
            return _LENGTH.validate_python(value).total_seconds()
    return None


def with_seconds(fields: Fields) -> None:
    """Put seconds in the place of lengths of time in text."""
    for key in DURATIONS:
        seconds = _seconds(fields.get(key)) if isinstance(fields.get(key), str) else None
        if seconds is not None:
            fields.put(key, seconds, fields.at(key))


def every(dag: Fields) -> None:
    """Put an object in the place of a schedule that is a length of time, such as `01:10`."""
    written = dag.get("schedule")
    is_text = isinstance(written, str) and (":" in written or written.startswith("P"))
    seconds = _seconds(written) if is_text or type(written) is int else None
    if seconds is not None:
        length = Fields(dag.at("schedule"))
        length.put("__type__", "datetime.timedelta", length.place)
        length.put("seconds", seconds, length.place)
        dag.put("schedule", length, length.place)
