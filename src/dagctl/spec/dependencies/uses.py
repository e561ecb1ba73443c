"""What a task or a group uses: outputs of other tasks, and arguments of the mapped group around."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.spec.fields.markers import marker_of, markers_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.walk import Path

RETURNED = "return_value"
"""The key under which Airflow keeps what a task returns."""
VALUE_FIELDS = {
    "with": "arguments",
    "args": "args",
    "op_kwargs": "op_kwargs",
    "env": "env",
    "expand": "expand",
    "expand_kwargs": "expand_kwargs",
}
"""The fields whose values may use the output of other tasks: their keys, and their attributes."""


def values_of(item: object) -> Iterator[tuple[str, object]]:
    """Yield each of these fields of a model, or of raw data, by its key."""
    is_data = isinstance(item, dict)
    held: Any = item if is_data else getattr(item, "__dict__", None)
    for key, attribute in VALUE_FIELDS.items() if held else ():
        value = held.get(key if is_data else attribute)
        if value:
            yield key, value


def outputs_used(item: object) -> Iterator[tuple[Path, str]]:
    """Yield each `$xcom`: its path below the entry, and the name of the other task."""
    return _named(item, "$xcom")


def returned_values_used(item: object) -> Iterator[tuple[Path, str]]:
    """Yield each `$xcom` without a key, as `outputs_used` does: what the other task returns."""
    for key, value in values_of(item):
        for path, used in markers_in(value, "$xcom", (key,)):
            if isinstance(used["$xcom"], str) and used.get("key", RETURNED) == RETURNED:
                yield (*path, "$xcom"), used["$xcom"]


def arguments_used(item: object) -> Iterator[tuple[Path, str]]:
    """Yield each `$arg`: its path below the entry, and the name of the argument."""
    return _named(item, "$arg")


def _named(item: object, marker: str) -> Iterator[tuple[Path, str]]:
    for key, value in values_of(item):
        for path, used in markers_in(value, marker, (key,)):
            if isinstance(used[marker], str) and marker_of(used) == marker:
                yield (*path, marker), used[marker]
