"""Texts that each parse puts together of what it reads: by `%`, by `format`, by methods."""

from __future__ import annotations

import ast
from string import Formatter
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.items import Late, Made
from dagctl.convert.python_file.values import kept
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagctl.convert.python_file.state.machine import Machine

_OF_TEXT = "builtins.str."
_GIVE_TEXTS = frozenset(
    {
        *("strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "swapcase"),
        *("removeprefix", "removesuffix", "replace"),
    }
)
_METHODS = _GIVE_TEXTS | {
    *("split", "rsplit", "splitlines", "partition", "rpartition", "startswith", "endswith"),
}
"""The methods that a spec may call on a text that is read at each parse."""
_TEXTS = frozenset({"os.getenv", "os.path.join", "os.path.basename", "builtins.str"})
_SETTINGS = ".conf.get"
_VARIABLE = ".Variable.get"
_PLAIN_FIELDS = lazy_pattern(r"(?:[^%]|%%|%s)*")
_FIELD = lazy_pattern(r"%s|%%")


def method(machine: Machine, node: ast.AST, owner: object, name: str, args: list[Any]) -> Any:  # noqa: ANN401
    """Return what a method of a text gives at each parse; None: the owner is no such text.

    The class is asked, as in `str.strip(text)`: where there is no text, both raise an error.
    """
    if name not in _METHODS or not _is_text(owner):
        return None
    return kept.applied(machine, node, f"{_OF_TEXT}{name}", [owner, *args])


def _is_text(value: object) -> bool:
    """Return whether what each parse gives is a text, if it is anything."""
    if isinstance(value, Late):
        read = value.read
        return value.is_text and read is not None and read.target.path.endswith(_VARIABLE)
    if not isinstance(value, Made):
        return False
    path = value.target.path
    if path == "operator.mod":
        return isinstance(value.args[0], str)
    word = path.removeprefix(_OF_TEXT)
    return path in _TEXTS or path.endswith(_SETTINGS) or (word != path and word in _GIVE_TEXTS)


def by_percent(machine: Machine, node: ast.BinOp, text: object, right: object) -> Made | None:
    """Return a text whose `%s` each parse fills; None: it has other fields, or another number."""
    if not isinstance(node.op, ast.Mod) or not isinstance(text, str):
        return None
    given = right if isinstance(right, tuple) else (right,)
    if not _is_worked_out(given) or not _PLAIN_FIELDS.fullmatch(text):
        return None
    parts: list[Any] = []
    rest, start = [*given], 0
    for field in _FIELD.finditer(text):
        parts.append(text[start : field.start()])
        start = field.end()
        if field[0] == "%%":
            parts.append("%")
        elif not rest:
            return None
        else:
            parts.append(rest.pop(0))
    return None if rest else kept.text(machine, node, [*parts, text[start:]])


def by_format(
    machine: Machine, node: ast.AST, text: str, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Made | None:
    """Return a text whose plain fields each parse fills; None: it has others."""
    if not _is_worked_out([*args, *kwargs.values()]):
        return None
    parts: list[Any] = []
    named = {str(place): value for place, value in enumerate(args)} | dict(kwargs)
    count, kinds = 0, set[bool | None]()
    try:
        for before, name, spec, kind in Formatter().parse(text):
            parts.append(before)
            if name is None:
                continue
            key, count = (name, count) if name else (str(count), count + 1)
            kinds.add(name.isdigit() if name.isdigit() or not name else None)
            if spec or kind or {True, False} <= kinds or key not in named:
                return None  # Python refuses `{}` beside `{0}`
            parts.append(named[key])
    except ValueError:
        return None
    return kept.text(machine, node, parts)


def _is_worked_out(values: Sequence[Any]) -> bool:
    """Return whether calls give some of the values at each parse, and no template does."""
    return any(isinstance(value, Made) for value in values)
