"""Which parts of a function are certain to run whenever it does."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.spec.python_code.tree import children

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN = (
    *(ast.Expr, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Delete, ast.Pass),
    *(ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
)
"""Statements after which the next one runs, unless they fail."""
_MAY_NOT_RUN = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.IfExp, ast.BoolOp),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
"""What holds parts that run later, elsewhere, or not at all."""


def certain_nodes(body: Iterable[ast.stmt]) -> set[int]:
    """Return the ids (`id(node)`) of the nodes of a function's body that surely run.

    Those of its first statements, up to one that decides something; a few that run too are left
    out.
    """
    certain: set[int] = set()
    for statement in body:
        stack: list[ast.AST] = [statement]
        if not isinstance(statement, _PLAIN):
            break
        while stack:
            node = stack.pop()
            if not isinstance(node, _MAY_NOT_RUN):
                certain.add(id(node))
                stack += children(node)
        if isinstance(statement, ast.Return):
            break
    return certain
