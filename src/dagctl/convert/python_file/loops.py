"""What a loop of a DAG file goes over."""

from __future__ import annotations

from typing import Any

from dagctl.convert.python_file.objects import settled

MAX_TURNS = 20_000


def turns(value: object) -> list[Any] | None:
    """Return the values that a loop goes over, or None where only Python knows."""
    value = settled(value)
    if isinstance(value, range):
        return list(value) if len(value) <= MAX_TURNS else None
    if isinstance(value, list | tuple | str):
        return list(value)
    if isinstance(value, dict):
        return list(value)
    if isinstance(value, set | frozenset):
        try:
            return sorted(value)
        except TypeError:
            return None
    return None
