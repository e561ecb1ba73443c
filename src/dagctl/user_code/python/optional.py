"""What code takes for optional: it asks first, handles that it is missing, or has another."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.user_code.python.syntax_tree import children

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.user_code.python.syntax_tree import Nodes

_CAUGHT = {"AttributeError", "KeyError", "LookupError", "Exception", "BaseException"}
"""Exceptions whose handler shows that something may be missing."""


def asked_for(nodes: Nodes) -> set[str]:
    """Return the attributes that a code asks for first: `hasattr(ti, "pool")`."""
    asked: set[str] = set()
    for node in nodes.of(ast.Call):
        match node:
            case ast.Call(
                func=ast.Name(id="hasattr" | "getattr"), args=[_, ast.Constant(value=str(name)), *_]
            ):
                asked.add(name)
    return asked


def looked_for(nodes: Nodes, is_owner: Callable[[ast.expr], bool]) -> set[str]:
    """Return the keys that a code looks for first, where they stand: `if "key" in context`."""
    return {
        node.left.value
        for node in nodes.of(ast.Compare)
        if isinstance(node.left, ast.Constant)
        and isinstance(node.left.value, str)
        and is_owner(node.comparators[0])
    }


def handled_nodes(nodes: Nodes) -> set[int]:
    """Return the ids (`id(node)`) of the nodes in a `try` that handles a missing attribute."""
    stack: list[ast.AST] = []
    for tried in nodes.of(ast.Try):
        if any(_handles_missing(handler.type) for handler in tried.handlers):
            stack += tried.body
    for block in nodes.of(ast.With):
        if any(_suppresses(item.context_expr) for item in block.items):
            stack += block.body
    handled: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) not in handled:
            handled.add(id(node))
            stack += children(node)
    return handled


def _suppresses(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=caught):
            return any(map(_handles_missing, caught))
        case _:
            return False


def _handles_missing(caught: ast.expr | None) -> bool:
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(kind is None or getattr(kind, "id", None) in _CAUGHT for kind in kinds)


def or_else(nodes: Nodes) -> set[int]:
    """Return the ids (`id(node)`) of the operands of `and` and `or`: there is another one."""
    return {id(operand) for node in nodes.of(ast.BoolOp) for operand in node.values}
