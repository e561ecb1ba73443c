"""Values that stay what they are at each parse: calls, and operators on what calls give."""

from __future__ import annotations

import ast
import builtins
import operator
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.objects import Bound, Given, Late, Made, Name
from dagctl.convert.python_file.texts import text_of, weight

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagctl.convert.python_file.machine import Machine

_LONGEST = 10_000
"""Characters of values that are worked out here."""
_DEEPEST = 12
"""Operators in one another that a person can still read."""
_OPERATORS: Mapping[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Div: "truediv",
    ast.Mult: "mul",
    ast.Sub: "sub",
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Not: "not_",
}
BUILTINS = frozenset({"int", "float", "bool", "len"})
"""Built-in functions that a spec may call on what a call gives."""


def read(value: object) -> Made | Bound | None:
    """Return what gives a value at each parse; None: it is data, or known in another way."""
    if isinstance(value, Late):
        is_known = value.given is not None and not value.given.is_default
        return None if is_known else value.read
    if isinstance(value, Bound):
        return value if read(value.owner) is not None else None
    return value if isinstance(value, Made) else None


def is_object(value: object) -> bool:
    """Return whether a class makes a value: it counts as true."""
    return isinstance(value, Made) and value.target.path.rpartition(".")[2][:1].isupper()


def applied(machine: Machine, node: ast.AST, word: str, operands: Sequence[Any]) -> Made | None:
    """Return a function on values that calls give at each parse; None: it is none of these.

    Args:
        machine: Reads the file.
        node: Where that stands.
        word: The import path of the function.
        operands: Data, and what calls give: at least one of these.
    """
    reads = [read(value) for value in operands]
    known = all(
        kept is not None or weight(value) is not None
        for kept, value in zip(reads, operands, strict=True)
    )
    depth = 1 + max((_depth(kept) for kept in reads), default=0)
    if not known or not any(reads) or depth > _DEEPEST:
        return None
    args = [value if kept is None else kept for kept, value in zip(reads, operands, strict=True)]
    given = _given(word, operands)
    return Made(Name(word), args, {}, machine.place(node), depth=depth, given=given)


def _given(word: str, operands: Sequence[Any]) -> Given | None:
    """Return what a function gives with the defaults of the file; None: one has no default."""
    givens = [getattr(value, "given", None) for value in operands]
    if any(read(value) and not given for value, given in zip(operands, givens, strict=True)):
        return None
    values = [
        given.value if given else value for given, value in zip(givens, operands, strict=True)
    ]
    module = operator if word.startswith("operator.") else builtins
    size = weight(values)
    grows = word == "operator.mul" and not all(isinstance(value, int | float) for value in values)
    if size is None or size > _LONGEST or grows:
        return None
    try:
        value = getattr(module, word.rpartition(".")[2])(*values)
    except (TypeError, ValueError, ArithmeticError, LookupError):
        return None
    reads = [each for given in givens if given for each in given.reads]
    return Given(value, tuple(reads)) if weight(value) is not None else None


def _depth(value: Made | Bound | None) -> int:
    if isinstance(value, Bound):
        return 1 + _depth(read(value.owner))
    return value.depth if value else 0


def operated(machine: Machine, node: ast.AST, sign: ast.AST, operands: Sequence[Any]) -> Any:  # noqa: ANN401
    """Return an operator on such values, or None."""
    word = _OPERATORS.get(type(sign))
    return applied(machine, node, f"operator.{word}", operands) if word else None


def either(machine: Machine, node: ast.AST, test: object, values: tuple[Any, Any]) -> Made | None:
    """Return what stands for `values[1] if test else values[0]`, or None.

    Python has both values before it looks at the test; they are data, so that changes nothing.
    """
    given = read(test)
    if given is None or is_object(test) or weight(list(values)) is None:
        return None
    word = given.target.path if isinstance(given, Made) else ""
    is_truth = word.startswith("operator.") and word.rpartition(".")[2] in _TRUTHS
    place = machine.place(node)
    index = given if is_truth else Made(Name("operator.truth"), [given], {}, place)
    known = getattr(test, "given", None)
    chosen = Given(values[bool(known.value)], known.reads) if known else None
    args = [list(values), index]
    return Made(Name("operator.getitem"), args, {}, place, depth=_DEEPEST, given=chosen)


_TRUTHS = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "not_"})


def has_calls(node: ast.AST) -> bool:
    """Return whether an expression may do more than to give data."""
    return any(isinstance(inner, ast.Call) for inner in ast.walk(node))


def text(machine: Machine, node: ast.AST, parts: Sequence[Any]) -> Made | None:
    """Return a text that is put together of values, some of which calls give, or None.

    Where templates give all of these, a template gives the text too.
    """
    if not any(isinstance(part, Made | Bound) for part in parts):
        return None
    whole = ""
    given: dict[str, Made | Bound] = {}
    for part in parts:
        kept = read(part)
        if kept is None:
            known = text_of(part) if weight(part) is not None else None
            if known is None:
                return None
            whole += known.replace("%", "%%")
        else:
            name = f"part_{len(given) + 1}"
            whole += f"%({name})s"
            given[name] = kept
    if not given or max(map(_depth, given.values())) >= _DEEPEST:
        return None
    depth = 1 + max(map(_depth, given.values()))
    defaults = [getattr(part, "given", None) for part in parts if read(part) is not None]
    givens = [default for default in defaults if default is not None]
    chosen = None
    size = sum(weight(default.value) or _LONGEST for default in givens)
    if len(givens) == len(defaults) and size <= _LONGEST:
        names = {name: default.value for name, default in zip(given, givens, strict=True)}
        chosen = Given(whole % names, tuple(each for item in givens for each in item.reads))
    place = machine.place(node)
    return Made(Name("operator.mod"), [whole, given], {}, place, depth=depth, given=chosen)
