"""The DAG ids in files that dagctl did not write. Read with `ast`, never run. Pure, bounded."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LARGEST = 512 * 1024
"""Bytes of a Python file that is read; a DAG file written by hand is far smaller."""

MOST_SOUGHT = 100
"""Names that are looked for as text; with more of them, to parse the file costs less."""

_DAG_NAMES = frozenset({"DAG", "dag"})
_SAID = (b"dag", b"airflow")
"""What a file must hold to be a DAG file, as Airflow's own safe mode has it."""


def dag_ids_in(source: bytes, names: frozenset[str]) -> set[str]:
    """Return the ids of the DAGs in a Python file that may matter for some names.

    `DAG("x")`, `DAG(dag_id="x")`, `with DAG("x")`, `@dag(dag_id="x")`, `@dag def x()`, and `DAG(X)`
    where the module has `X = "x"`. An id that is computed is not known. A file that does not parse
    has none, for Airflow either.

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
    texts = _constants(tree)
    return {dag_id for node in ast.walk(tree) for dag_id in _ids(node, texts)}


def mentions(source: bytes, names: frozenset[str]) -> bool:
    """Return whether a file may be a DAG file that holds one of some names (in lower case)."""
    lower = source.lower()
    is_asked = len(names) > MOST_SOUGHT or any(name.encode() in lower for name in names)
    return is_asked and all(word in lower for word in _SAID)


def _constants(module: ast.Module) -> dict[str, str]:
    """Return the names that stand for a text in the whole module, as in `DAG_ID = "orders"`."""
    texts: dict[str, str] = {}
    for node in module.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            value = _text_of(getattr(node, "value", None), texts)
            if isinstance(target, ast.Name) and value is not None:
                texts[target.id] = value
    return texts


def _text_of(node: ast.AST | None, texts: Mapping[str, str]) -> str | None:
    """Return the text that an expression stands for, if that can be seen."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    return texts.get(node.id) if isinstance(node, ast.Name) else None


def _ids(node: ast.AST, texts: Mapping[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Call) and _is_dag(node.func):
        yield from _given(node, texts)
    if isinstance(node, ast.FunctionDef):
        yield from (node.name for decorator in node.decorator_list if _names_it(decorator))


def _names_it(decorator: ast.expr) -> bool:
    """Return whether a decorator makes a DAG of a function that is called like it."""
    if isinstance(decorator, ast.Call):
        is_given = decorator.args or any(word.arg == "dag_id" for word in decorator.keywords)
        return _is_dag(decorator.func) and not is_given
    return _is_dag(decorator)


def _given(call: ast.Call, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield the id that is given to `DAG` or `dag`, if it can be seen."""
    given = [*call.args[:1], *(word.value for word in call.keywords if word.arg == "dag_id")]
    yield from (text for value in given if (text := _text_of(value, texts)) is not None)


def _is_dag(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else None
    return (function.id if isinstance(function, ast.Name) else name) in _DAG_NAMES
