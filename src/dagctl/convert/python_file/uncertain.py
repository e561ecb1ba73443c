"""Statements that may run or not: what a module changes in them is not known."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.convert.python_file.objects import Opened
from dagctl.convert.python_file.texts import weight

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


def cannot_fail(body: Sequence[ast.stmt], scope: Scope) -> bool:
    """Return whether statements did nothing but give names data, so that no `except` is reached."""
    if not all(isinstance(statement, ast.Assign | ast.AnnAssign | ast.With) for statement in body):
        return False
    nodes = [node for statement in body for node in ast.walk(statement)]
    if any(isinstance(node, ast.Expr) for node in nodes):
        return False  # it stands there for what it does
    if any(isinstance(node, ast.Attribute | ast.Subscript) and _is_stored(node) for node in nodes):
        return False  # what was put there is not looked at
    names = {node.id for node in nodes if isinstance(node, ast.Name) and _is_stored(node)}
    holders = [(name, scope.holder(name)) for name in names]
    return bool(names) and all(holder and _is_data(holder.values[name]) for name, holder in holders)


def _is_data(value: object) -> bool:
    return isinstance(value, Opened) or weight(value) is not None


def _is_stored(node: ast.Name | ast.Attribute | ast.Subscript) -> bool:
    return isinstance(node.ctx, ast.Store | ast.Del)


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
