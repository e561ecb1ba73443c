"""Statements of an imported module that may run or not: what they change is not known."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.convert.python_file.machine import Machine
    from dagctl.convert.python_file.scope import Scope


def spoil(machine: Machine, node: ast.stmt, scope: Scope, why: str) -> None:
    """Let no name have a value that a statement of a module may have changed.

    In the DAG file itself a gap says so; the report of a module is read by no person.
    """
    if machine.is_beside:
        for name in changed_names(node):
            if scope.holder(name) is not None:
                scope.put(name, machine.opaque(node, why))


def changed_names(node: ast.stmt) -> Iterator[str]:
    """Yield the names whose values a statement may change: by assignments, items, and methods."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store | ast.Del):
            yield inner.id
        elif isinstance(inner, ast.Attribute | ast.Subscript):
            is_stored = isinstance(inner.ctx, ast.Store | ast.Del)
            root = _root(inner)
            if root and (is_stored or isinstance(inner, ast.Attribute)):
                yield root


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
