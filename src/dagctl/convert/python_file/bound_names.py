"""The names that a function, or a statement, gives values of its own."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.convert.python_file.uncertain import changed_names

if TYPE_CHECKING:
    from collections.abc import Iterable

_OTHER = ""
"""What gives a name its value, unless it is an import."""


def own_names(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> dict[str, set[str]]:
    """Return the parameters and the variables of a function.

    Args:
        node: The function.

    Returns:
        For each name the imports that give it its value in the function; an empty text is
        anything else.
    """
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    given = (each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg))
    return bound_names(body) | {name: {_OTHER} for name in given}


def bound_names(nodes: Iterable[ast.AST]) -> dict[str, set[str]]:
    """Return what `own_names` does, for statements or expressions of one scope."""
    names: dict[str, set[str]] = {}
    file: set[str] = set()
    stack = [*nodes]
    while stack:
        node = stack.pop()
        match node:
            case ast.Import() | ast.ImportFrom():
                for name, text in imports_of(node).items():
                    names.setdefault(name, set()).add(text)
                continue
            case ast.Global():
                file |= {*node.names}
            case ast.ExceptHandler(name=str(name)):
                names.setdefault(name, set()).add(_OTHER)
            case ast.Call() | ast.Attribute() | ast.Subscript():
                pass  # these change a value, and give no name another one
            case _:
                for name in changed_names([node]):
                    names.setdefault(name, set()).add(_OTHER)
        stack += _in_the_same_scope(node)
    return {name: texts for name, texts in names.items() if name not in file}


def imports_of(statement: ast.Import | ast.ImportFrom) -> dict[str, str]:
    """Return a text for each name that an import gives: the same text is the same thing."""
    if isinstance(statement, ast.ImportFrom):
        if statement.level:
            return {alias.asname or alias.name: _OTHER for alias in statement.names}
        module = statement.module
        return {alias.asname or alias.name: f"{module}:{alias.name}" for alias in statement.names}
    tops = [(alias, alias.name.partition(".")[0]) for alias in statement.names]
    return {alias.asname or top: alias.name if alias.asname else top for alias, top in tops}


def _in_the_same_scope(node: ast.AST) -> Iterable[ast.AST]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.decorator_list
        case ast.Lambda():
            return ()
        case ast.comprehension():
            return (node.iter, *node.ifs)
    return ast.iter_child_nodes(node)


__all__ = ["bound_names", "imports_of", "own_names"]
