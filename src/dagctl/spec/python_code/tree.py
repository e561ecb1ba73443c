"""Syntax trees: their nodes level by level, and whether two of them say the same."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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
        one, other = stack.pop()
        if type(one) is not type(other):
            return False
        if isinstance(one, ast.AST):
            for field in one._fields:
                value, wanted = getattr(one, field, None), getattr(other, field, None)
                if value is not wanted:  # most often they are: names and small constants
                    stack.append((value, wanted))
        elif isinstance(one, list):
            if len(one) != len(other):
                return False
            stack.extend(zip(one, other, strict=True))
        elif one != other or repr(one) != repr(other):
            return False
    return True
