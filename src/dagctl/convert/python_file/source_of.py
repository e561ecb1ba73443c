"""Parts of a file in words, for messages."""

from __future__ import annotations

import ast
from functools import lru_cache

_LONGEST = 60


@lru_cache(maxsize=4096)  # a loop may ask again and again
def words(node: ast.AST) -> str:
    """Return the code of a node on one line, cut where it is long."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    try:
        text = " ".join(ast.unparse(node).split())
    except (RecursionError, ValueError):
        return "..."
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
