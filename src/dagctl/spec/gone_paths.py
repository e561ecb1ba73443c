"""What `$ref` and `$new` name of Airflow that the target lacks: the DAG file would not load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.spec.codes import Code
from dagctl.spec.problem import Problem
from dagctl.spec.python_code.gone_imports import absent_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dagctl.spec.target import Target
    from dagctl.spec.walk import Path

_MARKERS = ("$ref", "$new")
_HOLDERS = (dict, list, tuple)


def gone_path_problems(data: object, target: Target) -> Iterator[Problem]:
    """Yield each import path of Airflow's in raw data that the target does not have."""
    stack: list[tuple[Path, Any]] = [((), data)]
    while stack:
        path, item = stack.pop()
        if isinstance(item, dict):
            for marker in _MARKERS:
                name = item.get(marker)
                if isinstance(name, str) and name.startswith("airflow."):
                    yield from _of_name(name, (*path, marker), target)
        stack += [
            ((*path, key), inner) for key, inner in _inner(item) if isinstance(inner, _HOLDERS)
        ]


def _inner(item: object) -> Iterable[tuple[str | int, Any]]:
    if isinstance(item, dict):
        return () if "$const" in item else item.items()
    return enumerate(item) if isinstance(item, list | tuple) else ()


def _of_name(name: str, path: Path, target: Target) -> Iterator[Problem]:
    absent = absent_in(name, target)
    if absent is not None and "retry_policy" not in path:  # which no Airflow 2 has: said of the key
        message = f"{absent.message}: the DAG file would not load"
        hint = f"use `{absent.instead}`" if absent.instead else "use what the target has"
        yield Problem(Code.NOT_IN_TARGET, message, hint).at(*path)
