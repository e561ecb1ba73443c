"""Values that stay what they are at each parse: calls, and operators on what calls give."""

from __future__ import annotations

import ast
import builtins
import operator
import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.items import Bound, Given, Late, Made, Name, settled
from dagctl.convert.python_file.values.texts import text_of, weight

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagctl.convert.python_file.state.machine import Machine

_LONGEST = 10_000
"""Characters of values that are worked out here."""
_LONGEST_REPLACED = 500
"""Characters where each of them may become as many."""
_DEEPEST = 12
"""Operators in one another that a person can still read."""
_MOST_PARTS = 200
"""Parts of a value that are looked at for a read of a variable."""
_VARIABLES = ("os.getenv", ".Variable.get")
_GIVE = (": give the value with --variables", ": give the value with --environ")
_OWN = ("operator.", "builtins.")
"""What puts values together here, and is no call of the file."""
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


def is_imported(value: object) -> bool:
    """Return whether a value is what the file imports: it stays that at each parse."""
    return isinstance(value, Name) and not value.path.startswith(("builtins.", "os.environ"))


def advice(value: object) -> str:
    """Return what the user can do about a value; nothing where it reads no variable."""
    stack, seen = [value], set[int]()
    while stack and len(seen) < _MOST_PARTS:
        item = stack.pop()
        seen.add(id(item))
        if isinstance(item, Late | Bound):
            stack.append(item.read if isinstance(item, Late) else item.owner)
        elif isinstance(item, Made):
            if item.target.path.endswith(_VARIABLES):
                return _GIVE[item.target.path == "os.getenv"]
            parts = [*item.args, *item.kwargs.values()]
            stack += [part for part in parts if id(part) not in seen]
    return ""


def without_calls(value: Any) -> Any:  # noqa: ANN401 - any value of Python
    """Return what a read of the environment gives, where that is known; anything else as it is."""
    return settled(value) if isinstance(value, Made) else value


def is_object(value: object) -> bool:
    """Return whether a class makes a value: it counts as true."""
    return isinstance(value, Made) and value.target.path.rpartition(".")[2][:1].isupper()


def as_now(machine: Machine, value: Any) -> Any:  # noqa: ANN401 - any value of Python
    """Return a value as it is now: what the file changes in its lists later is not in it."""
    return _as_now(machine, value, {}, _DEEPEST)


def _as_now(machine: Machine, value: Any, known: dict[int, Any], left: int) -> Any:  # noqa: ANN401
    """Return a copy of lists, and of operators on them; other objects stay what they are."""
    is_operator = isinstance(value, Made) and value.target.path.startswith(_OWN)
    if not left or not (is_operator or isinstance(value, list | dict | tuple | set)):
        return value
    if id(value) in known:
        return known[id(value)]
    machine.charge()
    if isinstance(value, Made):
        made: Any = replace(value, args=[])
        known[id(value)] = made
        made.args += [_as_now(machine, item, known, left - 1) for item in value.args]
        return made
    if not isinstance(value, tuple) and (plain := machine.changes.copy_of(value)) is not None:
        return plain
    machine.charge(len(value) // 64)
    if isinstance(value, tuple):
        return tuple(_as_now(machine, item, known, left - 1) for item in value)
    made = known[id(value)] = value.copy()
    if isinstance(value, dict):
        made |= {key: _as_now(machine, item, known, left - 1) for key, item in value.items()}
    elif isinstance(value, list):
        made[:] = [_as_now(machine, item, known, left - 1) for item in value]
    return made


def hold(machine: Machine, holder: Made, values: Sequence[Any]) -> None:
    """Note that an object may hold the lists of some values: a change of these changes it."""
    stack, seen = [*values], set[int]()
    while stack and len(seen) < _LONGEST:
        item = stack.pop()
        if id(item) in seen or not isinstance(item, Made | dict | list | tuple | set):
            continue
        seen.add(id(item))
        if isinstance(item, Made):
            stack += item.args
            continue
        machine.charge()
        machine.changes.hold(holder, item)
        if not isinstance(item, tuple) and machine.changes.copy_of(item) is not None:
            continue
        stack += item.values() if isinstance(item, dict) else item


def applied(machine: Machine, node: ast.AST, word: str, operands: Sequence[Any]) -> Made | None:
    """Return a function on values that calls give at each parse; None: it is none of these.

    Args:
        machine: Reads the file.
        node: Where that stands.
        word: The import path of the function.
        operands: Data, and what calls give: at least one of these.
    """
    reads = [read(value) for value in operands]
    if not any(reads) and not any(map(is_imported, operands)):
        return None
    known = all(
        kept is not None
        or weight(value) is not None
        or is_imported(value)
        # objects are made anew: equal to others they are not, but put behind them they may be
        or (word == "operator.add" and _has_objects(value))
        for kept, value in zip(reads, operands, strict=True)
    )
    depth = 1 + max((_depth(kept) for kept in reads), default=0)
    if not known or depth > _DEEPEST:
        return None
    args = [value if kept is None else kept for kept, value in zip(reads, operands, strict=True)]
    given = _given(word, operands)
    calm = word.rpartition(".")[2] in _CALM and all(map(is_calm, operands))
    place = machine.place(node)
    made = Made(Name(word), args, {}, place, depth=depth, given=given, is_calm=calm)
    if word == "operator.getitem":
        hold(machine, made, operands)  # what it gives may be a list of the file
    made.args = [as_now(machine, value) for value in args]
    return made


def _has_objects(value: object) -> bool:
    """Return whether a value is a list of data, and of objects that each parse makes."""
    if not isinstance(value, list | tuple) or len(value) > _MOST_PARTS:
        return False
    return all(weight(item) is not None or read(item) is not None for item in value)


_MODULES: Mapping[str, object] = {
    "operator": operator,
    "builtins": builtins,
    "builtins.str": str,
    "os.path": posixpath,
}
"""What has the functions that only put data together."""


def _given(word: str, operands: Sequence[Any]) -> Given | None:
    """Return what a function gives with the defaults of the file; None: one has no default."""
    givens = [getattr(value, "given", None) for value in operands]
    if any(read(value) and not given for value, given in zip(operands, givens, strict=True)):
        return None
    values = [
        given.value if given else value for given, value in zip(givens, operands, strict=True)
    ]
    module = _MODULES.get(word.rpartition(".")[0])
    size = weight(values)
    grows = word == "operator.mul" and not all(isinstance(value, int | float) for value in values)
    grows |= word == "builtins.str.replace" and (size or 0) > _LONGEST_REPLACED
    if module is None or size is None or size > _LONGEST or grows:
        return None
    try:
        value = getattr(module, word.rpartition(".")[2])(*values)
    except (TypeError, ValueError, ArithmeticError, LookupError):
        return None
    reads = [each for given in givens if given for each in given.reads]
    return Given(value, tuple(reads)) if weight(value) is not None else None


def _depth(value: Made | Bound | Name | None) -> int:
    if isinstance(value, Bound):
        return 1 + _depth(read(value.owner))
    return value.depth if isinstance(value, Made) else 0


def operated(machine: Machine, node: ast.AST, sign: ast.AST, operands: Sequence[Any]) -> Any:  # noqa: ANN401
    """Return an operator on such values, or None."""
    word = _OPERATORS.get(type(sign))
    return applied(machine, node, f"operator.{word}", operands) if word else None


def either(machine: Machine, node: ast.AST, test: object, values: tuple[Any, Any]) -> Made | None:
    """Return what stands for `values[1] if test else values[0]`, or None.

    Python has both values before it looks at the test: they are data, or reads that cannot fail.
    """
    given = read(test)
    if given is None or is_object(test) or not all(map(is_calm, values)):
        return None
    depth = _CHOICE + max(_depth(given), *(_depth(read(value)) for value in values))
    if depth > _DEEPEST:
        return None
    word = given.target.path if isinstance(given, Made) else ""
    is_truth = word.startswith("operator.") and word.rpartition(".")[2] in _TRUTHS
    place = machine.place(node)
    index = given if is_truth else Made(Name("operator.truth"), [given], {}, place)
    args = [list(values), index]
    chosen = _chosen(test, values)
    choice = Name("operator.getitem")
    return Made(choice, args, {}, place, depth=depth, given=chosen, is_calm=is_calm(test))


def is_calm(value: object) -> bool:
    """Return whether it does not matter that a value is worked out which is not taken.

    What a template gives was read before, where the file reads it.
    """
    if isinstance(value, Made):
        return value.is_calm
    return weight(value) is not None or (isinstance(value, Late) and value.read is not None)


def _chosen(test: object, values: tuple[Any, Any]) -> Given | None:
    """Return which of two values it is with the default of the file; None: that has none."""
    known = getattr(test, "given", None)
    if known is None:
        return None
    value = values[bool(known.value)]
    if read(value) is None:
        return Given(value, known.reads)
    inner = getattr(value, "given", None)
    return None if inner is None else Given(inner.value, (*known.reads, *inner.reads))


_CALM = frozenset({"eq", "ne", "not_"})
"""Operators that take any values."""
_CHOICE = 3
"""What a choice counts for among operators in one another: it is harder to read."""
_TRUTHS = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "not_"})


def has_calls(node: ast.AST) -> bool:
    """Return whether an expression may do more than to give data."""
    return any(isinstance(inner, ast.Call) for inner in ast.walk(node))


def text(machine: Machine, node: ast.AST, parts: Sequence[Any]) -> Made | None:
    """Return a text that is put together of values, some of which calls give, or None."""
    whole = ""
    given: dict[str, Any] = {}
    for part in parts:
        kept = part if is_imported(part) else read(part)
        if kept is None:
            known = text_of(part) if weight(part) is not None else None
            if known is None:
                return None
            whole += known.replace("%", "%%")
        else:
            name = f"part_{len(given) + 1}"
            whole += f"%({name})s"
            given[name] = as_now(machine, kept)
    depth = 1 + max(map(_depth, given.values()), default=_DEEPEST)
    if depth > _DEEPEST:
        return None
    is_kept = [is_imported(part) or read(part) is not None for part in parts]
    defaults = [
        getattr(part, "given", None) for part, kept in zip(parts, is_kept, strict=True) if kept
    ]
    givens = [default for default in defaults if default is not None]
    chosen = None
    size = sum(weight(default.value) or _LONGEST for default in givens)
    if len(givens) == len(defaults) and size <= _LONGEST:
        names = {name: default.value for name, default in zip(given, givens, strict=True)}
        chosen = Given(whole % names, tuple(each for item in givens for each in item.reads))
    place, calm = machine.place(node), all(map(is_calm, parts))
    args = [whole, given]
    return Made(Name("operator.mod"), args, {}, place, depth=depth, given=chosen, is_calm=calm)
