"""Operators of Python on plain data, within bounds."""

from __future__ import annotations

import ast
import builtins
import operator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from dagctl.convert.python_file.certainty.conditions import truth
from dagctl.convert.python_file.state.items import (
    Bound,
    EnumMember,
    Joined,
    Late,
    Made,
    Moment,
    Name,
    Opaque,
    Output,
    is_bare,
    settled,
)
from dagctl.convert.python_file.state.loop_turns import Lazy
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.values import connections, kept, moments, parse_reads
from dagctl.convert.python_file.values.texts import MAX_BITS, weight
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.convert.python_file.state.machine import Machine
    from dagctl.convert.python_file.state.scope import Scope

_EQUAL = frozenset({"__eq__", "__ne__"})
MAX_TEXT = 400_000
"""Characters of a text, and items of a list, that the file puts together."""
BUILTINS = frozenset(
    {
        *("range", "len", "enumerate", "zip", "str", "int", "float", "bool", "list", "dict"),
        *("tuple", "set", "sorted", "reversed", "min", "max", "sum", "abs", "round", "print"),
        *("globals", "isinstance", "map", "filter", "any", "all", "open", "type", "repr"),
        *("frozenset", "iter", "next", "vars", "locals", "getattr", "setattr", "hasattr"),
        *("Exception", "ValueError", "TypeError", "KeyError", "RuntimeError", "object", "super"),
    }
)
_WIDE_FIELD = lazy_pattern(
    r"%(?:\([^)]{200}|(?:\([^)]*\))?[-+ #0]*(?:\*|[0-9]*\.\*|[0-9]{4}|[0-9]*\.[0-9]{4}))"
)
"""A field of `%` that has, or may have, thousands of characters: its width may be a value."""
_NUMBERS = (int, float)
_DATA = (str, int, float, bool, type(None), list, tuple, dict, set, frozenset, timedelta)
_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.Pow: operator.pow,
}
_COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
_UNARY: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}


def is_exception(name: str) -> bool:
    """Return whether Python itself has an exception of that name."""
    value = getattr(builtins, name, None)
    return isinstance(value, type) and issubclass(value, BaseException)


def binary(machine: Machine, node: ast.BinOp, left: object, right: object) -> Any:  # noqa: ANN401
    """Return what an operator makes of two values."""
    if isinstance(left, Moment) or isinstance(right, Moment):
        return _moved(machine, node, left, right)
    known = isinstance(left, _DATA) and isinstance(right, _DATA)
    if not known or not _is_small(node.op, left, right):
        return machine.only_python(node)
    function = _BINARY.get(type(node.op), _no_operator)
    try:
        value = function(left, right)
    except (TypeError, ValueError, ArithmeticError, KeyError):
        return machine.opaque(node, f"`{words(node)}` cannot be worked out")
    return bounded(machine, node, value)


def _no_operator(left: object, right: object) -> NoReturn:
    raise TypeError(left, right)


def _moved(machine: Machine, node: ast.BinOp, left: object, right: object) -> Any:  # noqa: ANN401
    made = None
    if isinstance(node.op, ast.Add | ast.Sub):
        try:
            made = moments.by_operator(left, right, is_sum=isinstance(node.op, ast.Add))
        except (OverflowError, TypeError, ValueError):
            return machine.opaque(node, f"`{words(node)}` is no date that is known")
    return made or machine.only_python(node)


def bounded(machine: Machine, node: ast.AST, value: Any) -> Any:  # noqa: ANN401
    """Return a value that was made, unless it is too large."""
    if isinstance(value, str | list | tuple | dict | set):
        machine.charge(len(value) // 64)
        if len(value) > MAX_TEXT:
            return machine.opaque(node, f"`{words(node)}` is too large")
    elif isinstance(value, int) and value.bit_length() > MAX_BITS:
        return machine.opaque(node, f"`{words(node)}` is too large")
    return value


def _is_small(op: ast.operator, left: Any, right: Any) -> bool:  # noqa: ANN401
    """Return whether the result of an operator has a size that is bounded beforehand."""
    if isinstance(op, ast.Mult):
        sizes = [len(side) for side in (left, right) if isinstance(side, str | list | tuple)]
        counts = [side for side in (left, right) if isinstance(side, int)]
        return not sizes or (bool(counts) and sizes[0] * counts[0] <= MAX_TEXT)
    if isinstance(op, ast.Mod) and isinstance(left, str):
        is_wide = _WIDE_FIELD.search(left.replace("%%", ""))
        return is_wide is None and weight(right) is not None
    if isinstance(op, ast.Pow):
        numbers = isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS)
        return numbers and abs(left) <= 10_000 and abs(right) <= 64  # noqa: PLR2004
    return True


def unary(machine: Machine, node: ast.UnaryOp, value: object) -> Any:  # noqa: ANN401
    """Return what an operator makes of a value."""
    if isinstance(node.op, ast.Not):
        at_parse = kept.operated(machine, node, node.op, [value]) if kept.read(value) else None
        if at_parse is not None and not kept.is_object(value):
            return at_parse
        test = truth(value)
        return machine.opaque(node, words(node)) if test is None else not test
    function, value = _UNARY.get(type(node.op)), settled(value)
    if function is None or not isinstance(value, int | float | timedelta):
        return machine.only_python(node)
    return function(value)


def compare(  # noqa: C901, PLR0911, PLR0912 - one for each kind
    machine: Machine,
    node: ast.Compare,
    op: ast.cmpop,
    left: object,
    right: object,
) -> Any:  # noqa: ANN401
    """Return whether two values compare so."""
    at_parse = None
    if len(node.ops) == 1:
        at_parse = _contained(machine, node, op, left, right)
        if at_parse is None:
            at_parse = kept.operated(machine, node, op, [left, right])
    if at_parse is not None:
        return at_parse
    left, right = settled(left), settled(right)
    for side in (left, right):
        if isinstance(side, Opaque):
            return side
    if isinstance(left, EnumMember) or isinstance(right, EnumMember):
        same = _is_same_member(left, right)
        if same is not None and isinstance(op, ast.Eq | ast.NotEq):
            return same == isinstance(op, ast.Eq)
        return machine.only_python(node)
    if isinstance(op, ast.In) and right == Name("os.environ") and parse_reads.is_set(machine, left):
        return True
    if isinstance(op, ast.Is | ast.IsNot):
        if right is None and parse_reads.is_a_text(left):
            return isinstance(op, ast.IsNot)
        if any(isinstance(each, Late | Name | Made) or is_bare(each) for each in (left, right)):
            return machine.only_python(node)
        same = left is right or (isinstance(left, bool) and left == right)
        return same if isinstance(op, ast.Is) else not same
    is_lazy = isinstance(left, Lazy) or isinstance(right, Lazy)  # an iterator equals no list
    is_asked = isinstance(op, ast.In | ast.NotIn)
    function = None if is_lazy and not is_asked else _COMPARE.get(type(op))
    if function is None or not isinstance(left, _DATA) or not isinstance(right, _DATA):
        return machine.only_python(node)
    if weight(left) is None or (isinstance(right, list | tuple | dict) and weight(right) is None):
        return machine.only_python(node)
    try:
        return bool(function(left, right))
    except TypeError:
        return machine.opaque(node, f"`{words(node)}` cannot be worked out")


def _contained(
    machine: Machine, node: ast.Compare, op: ast.cmpop, left: object, right: object
) -> Any:  # noqa: ANN401
    """Return whether something is in a mapping, or in what is read at each parse, as a call.

    None: it is neither.
    """
    if not isinstance(op, ast.In | ast.NotIn):
        return None
    if isinstance(right, dict) and isinstance(left, str) and all(map(_is_plain_key, right)):
        return (left in right) == isinstance(op, ast.In)  # whatever its values are
    made = kept.applied(machine, node, "operator.contains", [right, left])
    if made is None or isinstance(op, ast.In):
        return made
    return kept.applied(machine, node, "operator.not_", [made])


def _is_plain_key(key: object) -> bool:
    return isinstance(key, str | int | float | None)


def _is_same_member(left: object, right: object) -> bool | None:
    """Return whether a member of an enumeration equals another value; None: only Python knows."""
    if not all(_is_usual(side) for side in (left, right) if isinstance(side, EnumMember)):
        return None
    if isinstance(left, EnumMember) and isinstance(right, EnumMember):
        if left.owner.node is not right.owner.node:
            return None
        if left.name == right.name:
            return True
        known = weight(left.value) is not None and weight(right.value) is not None
        return bool(left.value == right.value) if known else None  # one value has two names
    member, other = (left, right) if isinstance(left, EnumMember) else (right, left)
    if not isinstance(member, EnumMember) or weight(other) is None:
        return None
    return member.is_data and bool(member.value == other)


def _is_usual(member: EnumMember) -> bool:
    """Return whether members of an enumeration are compared as those of Python itself."""
    node = member.owner.node
    bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
    own = {getattr(each, "name", "") for each in node.body}
    return bases <= {"Enum", "IntEnum", "StrEnum", "str", "int"} and own.isdisjoint(_EQUAL)


def item(machine: Machine, node: ast.Subscript, owner: Any, key: Any) -> Any:  # noqa: ANN401
    """Return `owner[key]`."""
    if isinstance(owner, Made | Bound) or isinstance(key, Made | Bound):
        at_parse = kept.applied(machine, node, "operator.getitem", [owner, key])
        if at_parse is not None:
            return at_parse
    key = settled(key)
    if isinstance(owner, str | list | tuple | dict | range) and isinstance(
        key, str | int | bool | None | tuple
    ):
        try:
            return owner[key]  # type: ignore[index] # what does not fit raises an error
        except (KeyError, IndexError, TypeError):
            pass
    if isinstance(owner, Opaque):
        return owner
    if isinstance(owner, Late) and isinstance(key, str | int):
        inner = connections.inner(owner, f"[{key!r}]", key)
        if inner is not None:
            return inner
        if owner.given is not None:
            return item(machine, node, settled(owner), key)
    return machine.only_python(node)


def cut(machine: Machine, node: ast.Subscript, owner: Any, scope: Scope) -> Any:  # noqa: ANN401
    """Return a slice of a text or a list."""
    owner = settled(owner)
    piece = node.slice
    assert isinstance(piece, ast.Slice)  # noqa: S101 - the caller has looked
    edges = [
        machine.evaluate(edge, scope) if edge is not None else None
        for edge in (piece.lower, piece.upper, piece.step)
    ]
    known = all(edge is None or isinstance(edge, int) for edge in edges) and edges[2] != 0
    if not known or not isinstance(owner, str | list | tuple):
        return machine.only_python(node)
    return bounded(machine, node, owner[slice(*edges)])


__all__ = ["BUILTINS", "Joined", "Output", "binary", "bounded", "compare", "cut", "item", "unary"]
