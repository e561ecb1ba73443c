"""The DAG ids in files that dagctl did not write. Read with `ast`, never run. Pure, bounded."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 512 * 1024
"""Bytes of a Python file that is read; a DAG file written by hand is far smaller."""

MOST_SOUGHT = 100
"""Names that are looked for as text; with more of them, to parse the file costs less."""

_DAG_NAMES = frozenset({"DAG", "dag"})
_SAID = (b"dag", b"airflow")
"""What a file must hold to be a DAG file, as Airflow's own safe mode has it."""


def dag_ids_in(source: bytes, names: frozenset[str]) -> set[str]:
    """Return the ids of the DAGs in a Python file that may matter for some names.

    `DAG("x")`, `DAG(dag_id="x")`, `with DAG("x")`, `@dag(dag_id="x")`, `@dag def x()`. An id that
    is computed is not known. A file that does not parse has none, for Airflow either.

    Args:
        source: The file.
        names: In lower case; a file that holds none of them as text is not parsed.
    """
    if len(source) > LARGEST or not mentions(source, names):
        return set()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return set()
    return {dag_id for node in ast.walk(tree) for dag_id in _ids(node)}


def mentions(source: bytes, names: frozenset[str]) -> bool:
    """Return whether a file may be a DAG file that holds one of some names (in lower case)."""
    lower = source.lower()
    is_asked = len(names) > MOST_SOUGHT or any(name.encode() in lower for name in names)
    return is_asked and all(word in lower for word in _SAID)


def _ids(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and _is_dag(node.func):
        yield from _given(node)
    if isinstance(node, ast.FunctionDef):
        yield from (node.name for decorator in node.decorator_list if _names_it(decorator))


def _names_it(decorator: ast.expr) -> bool:
    """Return whether a decorator makes a DAG of a function that is called like it."""
    if isinstance(decorator, ast.Call):
        return _is_dag(decorator.func) and not any(_given(decorator))
    return _is_dag(decorator)


def _given(call: ast.Call) -> Iterator[str]:
    """Yield the id that is given to `DAG` or `dag`, if it is a literal."""
    given = [*call.args[:1], *(word.value for word in call.keywords if word.arg == "dag_id")]
    for value in given:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


def _is_dag(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else None
    return (function.id if isinstance(function, ast.Name) else name) in _DAG_NAMES
