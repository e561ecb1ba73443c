"""The text that an expression of a Python module stands for, as far as that can be seen. Pure.

Nothing is run. What is long, deep or computed otherwise is not known.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST = 250
"""Characters of a text that is followed: no id is longer."""
_DEEPEST = 50
"""How deep expressions are followed into one another."""


def constants_of(module: ast.Module, stem: str) -> dict[str, str]:
    """Return the names that stand for a text in the whole module, as in `DAG_ID = "orders"`.

    Args:
        module: The module.
        stem: What its file is called, without its ending.
    """
    texts: dict[str, str] = {}
    for node in module.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        value = text_of(node.value, texts, stem) if node.value is not None else None
        for target in targets:
            if isinstance(target, ast.Name) and value is not None:
                texts[target.id] = value
    return texts


def text_of(
    node: ast.expr, texts: Mapping[str, str], stem: str, depth: int = _DEEPEST
) -> str | None:
    """Return the text that an expression stands for; None: it cannot be seen, or is too long.

    Constants, names of constants, `a + b`, f-strings of these, and the name of the file itself:
    `Path(__file__).stem`, `os.path.basename(__file__)` without its ending.
    """
    text: str | None = None
    match node:
        case ast.Constant(value=str() as text):
            pass
        case ast.Name(id=name):
            text = texts.get(name)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            text = _joined([left, right], texts, stem, depth)
        case ast.JoinedStr(values=values):
            text = _joined(values, texts, stem, depth)
        case ast.FormattedValue(value=value, conversion=-1 | 115, format_spec=None):
            text = _joined([value], texts, stem, depth)
        case _ if _is_file_name(node):
            text = stem
    return text if text is None or len(text) <= LONGEST else None


def _joined(
    parts: Iterable[ast.expr], texts: Mapping[str, str], stem: str, depth: int
) -> str | None:
    """Return the texts of the parts as one."""
    if not depth:
        return None
    whole = ""
    for part in parts:
        text = text_of(part, texts, stem, depth - 1)
        if text is None or len(whole) + len(text) > LONGEST:
            return None
        whole += text
    return whole


def _is_file_name(node: ast.expr) -> bool:
    """Return whether an expression is the name of its own file, without its ending.

    Each step leads from what was done last inwards: `Path(__file__).name.removesuffix(".py")`.
    """
    names: set[str] = set()
    inner: ast.AST | None = node
    for _ in range(_DEEPEST):
        match inner:
            case ast.Name(id="__file__"):
                return bool(names & {"stem", "basename", "name"}) and "dirname" not in names
            case ast.Attribute(value=value, attr=name):
                names.add(name)
                inner = value
            case ast.Call(func=ast.Attribute(attr=name), args=[first, *_]) if _is_about_file(first):
                names.add(name)
                inner = first
            case ast.Call(func=ast.Name(), args=[first, *_]):
                inner = first
            case ast.Call(func=ast.Attribute() as function):
                inner = function
            case ast.Subscript(value=value):
                inner = value
            case _:
                return False
        if "parent" in names:
            return False
    return False


def _is_about_file(node: ast.expr) -> bool:
    """Return whether an argument leads to `__file__`, as in `os.path.basename(__file__)`."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Call) and not node.args:
            node = node.func
        else:
            node = node.args[0] if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id == "__file__"
