"""What a class says of being deprecated, itself or a parameter of it."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING

from catalogue_builder.docstrings import plain
from catalogue_builder.values import UnknownValueError, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue_builder.classes import Class
    from catalogue_builder.module import Module

_SUCCESSOR = re.compile(r"(?:use|instead|replaced by|favor of)\b[^A-Z]*?`?((?:\w+\.)*[A-Z]\w+)")


def class_deprecation(cls: Class) -> dict[str, str] | None:
    """Return the reason and the successor of a deprecated class, or None."""
    for decorator in cls.node.decorator_list:
        if isinstance(decorator, ast.Call) and _last(decorator.func) == "deprecated":
            return _decorated(cls, decorator)
    init = cls.body.get("__init__")
    statements = init.body if isinstance(init, ast.FunctionDef) else []
    reasons = (_warning(cls.module, statement) for statement in statements)
    reason = next((reason for reason in reasons if reason), None)
    return _entry(reason, "") if reason else None


def _decorated(cls: Class, call: ast.Call) -> dict[str, str]:
    words = {keyword.arg: keyword.value for keyword in call.keywords}
    text = {name: _text(cls.module, node) for name, node in words.items() if name}
    reason = _text(cls.module, call.args[0]) if call.args else ""
    reason = reason or text.get("reason", "") or text.get("instructions", "")
    return _entry(reason, text.get("use_instead", ""))


def _entry(reason: str, successor: str) -> dict[str, str]:
    if not successor and (match := _SUCCESSOR.search(reason)):
        successor = match[1]
    entry = {"reason": plain(reason), "use": plain(successor)}
    return {name: text for name, text in entry.items() if text} or {"reason": "deprecated"}


def _text(module: Module, node: ast.expr) -> str:
    try:
        value = value_of(module, node)
    except UnknownValueError:
        return ""
    return value if isinstance(value, str) else ""


def _warning(module: Module, statement: ast.stmt) -> str | None:
    """Return the text of a deprecation warning that a statement gives, or None."""
    match statement:
        case ast.Expr(value=ast.Call(func=function, args=[message, *_]) as call) if ast.unparse(
            function
        ) in ("warnings.warn", "warn") and "Deprecat" in ast.unparse(call):
            return _text(module, message) or "deprecated"
    return None


@cache
def parameter_deprecations(cls: Class) -> dict[str, str]:
    """Return the parameters that `__init__` warns of where they are given, with the text."""
    init = cls.body.get("__init__")
    if not isinstance(init, ast.FunctionDef):
        return {}
    blocks = (node for node in ast.walk(init) if isinstance(node, ast.If))
    return {name: plain(reason) for block in blocks for name, reason in _in_block(cls, block)}


def _in_block(cls: Class, block: ast.If) -> Iterator[tuple[str, str]]:
    reasons = (_warning(cls.module, statement) for statement in block.body)
    reason = next((reason for reason in reasons if reason), None)
    if reason is None:
        return
    match block.test:
        case ast.Name(id=name):
            yield name, reason
        case ast.Compare(left=ast.Name(id=name), ops=[ast.IsNot() | ast.NotEq()]):
            yield name, reason
        case ast.Compare(left=ast.Constant(value=str(name)), ops=[ast.In()]):
            yield name, reason


def _last(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]
