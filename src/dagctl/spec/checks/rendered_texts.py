"""The texts of a task that Airflow renders, read from raw data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.spec.catalogue import operator_of
from dagctl.spec.fields.markers import marker_of
from dagctl.spec.tasks import KINDS
from dagctl.spec.walk import mapping_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.spec.walk import Path
    from dagctl.target import Target

_OF_BASH = ("bash_command", "env", "cwd")
"""`BashOperator.template_fields`, the same on every Airflow."""
_OF_FUNCTIONS = ("with", "requirements", "index_urls", "venv_cache_path", "python")
"""What the operators of functions render; the last four, those of other Pythons."""
_VALUES = ("with", "expand")
"""Where the parameters of a task stand."""


def rendered_texts(task: Mapping[str, Any], target: Target) -> Iterator[tuple[Path, str]]:
    """Yield each text that Airflow renders, with its path in the task.

    For a class that the catalogue does not know, nothing is yielded.
    """
    for path, value in _rendered(task, target):
        yield from texts_in(value, path)


def _rendered(task: Mapping[str, Any], target: Target) -> Iterator[tuple[Path, object]]:
    tag = KINDS.tag_of(task)
    if tag == "bash":
        yield from (((key,), task[key]) for key in _OF_BASH if key in task)
    elif tag == "python":
        yield from (((key,), task[key]) for key in _OF_FUNCTIONS if key in task)
    elif tag in {"operator", "decorator"}:
        known = operator_of(task, target)
        fields = (known.template_fields or ()) if known else ()
        if tag == "decorator":
            yield ("op_kwargs",), task.get("op_kwargs")
        for key in _VALUES if tag == "operator" else ("with",):
            given = mapping_in(task, key)
            yield from (((key, field), given[field]) for field in given if field in fields)


def texts_in(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the texts in a value; what a marker holds is no template, or not of this field."""
    stack: list[tuple[Path, Any]] = [(path, value)]
    while stack:
        here, item = stack.pop()
        if isinstance(item, str):
            yield here, item
        elif isinstance(item, list | tuple):
            stack += reversed([((*here, index), inner) for index, inner in enumerate(item)])
        elif isinstance(item, dict) and marker_of(item) is None:
            pairs = [((*here, key), inner) for key, inner in item.items() if isinstance(key, str)]
            stack += reversed(pairs)
