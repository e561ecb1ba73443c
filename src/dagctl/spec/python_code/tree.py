"""Syntax trees: their nodes level by level, and whether two of them say the same."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_SIGNED = frozenset({float, complex})
"""The numbers with a zero of either sign. Of a long integer there may be no `repr`."""
_FIELDS: dict[type, tuple[str, ...]] = {
    kind: kind._fields
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}
"""A type asked for its fields each time costs a fifth of the comparison."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def levels(roots: Sequence[ast.AST]) -> Iterator[list[ast.AST]]:
    """Yield the nodes below `roots` (included), one level of nesting at a time."""
    level = list(roots)
    while level:
        yield level
        level = [child for node in level for child in ast.iter_child_nodes(node)]


def own_nodes(statements: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Yield what runs when these statements run: not the bodies of functions defined in them."""
    stack: list[ast.AST] = list(statements)
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, _FUNCTIONS):
            stack.append(node.args)
            stack.extend(getattr(node, "decorator_list", ()))
            stack.extend(filter(None, [getattr(node, "returns", None)]))
        else:
            stack.extend(ast.iter_child_nodes(node))


def same(left: object, right: object) -> bool:
    """Return whether two trees (or lists of trees) are equal but for the places of their nodes.

    Constants must agree in type and in every digit: `1` and `True` differ, so do `0.0` and `-0.0`.
    """
    stack: list[tuple[Any, Any]] = [(left, right)]
    while stack:
        first, second = stack.pop()
        kind = type(first)
        if kind is not type(second):
            return False
        if kind is list:
            if len(first) != len(second):
                return False
            stack.extend(zip(first, second, strict=True))
        elif (fields := _FIELDS.get(kind)) is not None:
            here, there = first.__dict__, second.__dict__
            for field in fields:
                value, other = here.get(field), there.get(field)
                if value is not other:  # most often they are: names and small constants
                    stack.append((value, other))
        elif first != second or (kind in _SIGNED and repr(first) != repr(second)):
            return False
    return True
