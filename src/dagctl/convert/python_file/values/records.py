"""Objects of classes that only name data and cannot be changed: frozen dataclasses, `NamedTuple`.

No code of such a class runs when an object is made, and none when a field is asked for.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.binding import bind
from dagctl.convert.python_file.state.objects import LocalClass, Moment, Name, Zone
from dagctl.convert.python_file.values.texts import weight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine

_PLACES = {"init", "kw_only", None}
"""What `field` takes that changes how an object is made."""
_NOT_FIELDS = ("ClassVar", "InitVar", "KW_ONLY")


@dataclass(eq=False, slots=True)
class Record:
    """An object that has nothing but its fields, which stay what they are."""

    fields: dict[str, Any]
    """Those whose values are known and cannot be changed."""


def record(machine: Machine, owner: LocalClass, made: Call) -> Record | None:
    """Return the object that a call of a class makes; None: it may be more than its fields."""
    if made.unknown or not _is_of_records(machine, owner):
        return None
    fields = [part for part in owner.node.body if isinstance(part, ast.AnnAssign)]
    names = [ast.arg(part.target.id) for part in fields if isinstance(part.target, ast.Name)]
    methods = {getattr(part, "name", None) for part in owner.node.body}
    if methods.intersection(name.arg for name in names):
        return None  # the method is what the class has under that name
    bindings = bind(ast.arguments([], names, None, [], [], None, []), made.args, made.kwargs)
    if bindings.left or bindings.unknown or len(names) != len(fields):
        return None
    values = owner.names.values | bindings.values
    if not all(name.arg in values for name in names):
        return None  # Python raises an error
    return Record({name: value for name, value in values.items() if _is_fixed(value)})


def _is_of_records(machine: Machine, owner: LocalClass) -> bool:
    node = owner.node
    marks = [*node.bases, *node.decorator_list]
    if (
        len(marks) != 1
        or node.keywords
        or not all(_is_plain(part, machine, owner) for part in _own_parts(node))
    ):
        return False
    return _path_of(machine, owner, marks[0]) == (
        "typing.NamedTuple" if node.bases else "dataclasses.dataclass"
    )


def _path_of(machine: Machine, owner: LocalClass, mark: ast.expr) -> str:
    """Return what a class is marked with; a dataclass only where it is frozen."""
    if isinstance(mark, ast.Call):
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in mark.keywords}
        is_frozen = given.pop("frozen", "") == "True" and not mark.args
        if not is_frozen or given.keys() - {"slots", "kw_only", "eq", "order"}:
            return ""
        mark = mark.func
    elif mark in owner.node.decorator_list:
        return ""
    value = machine.evaluate(mark, owner.scope)
    return value.path if isinstance(value, Name) else ""


def _own_parts(node: ast.ClassDef) -> Iterator[ast.stmt]:
    """Yield the statements of a class but for its texts and for methods that are only called."""
    for part in node.body:
        is_method = isinstance(part, ast.FunctionDef) and not part.name.startswith("__")
        if not is_text(part) and not is_method and not isinstance(part, ast.Pass):
            yield part


def is_text(part: ast.stmt) -> bool:
    """Return whether a statement is a text that stands there for people."""
    return isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)


def _is_plain(part: ast.stmt, machine: Machine, owner: LocalClass) -> bool:
    if not isinstance(part, ast.AnnAssign) or not isinstance(part.target, ast.Name):
        return False
    if isinstance(part.value, ast.Call) and {each.arg for each in part.value.keywords} & _PLACES:
        return False
    kind = ast.unparse(part.annotation).strip("'\"").partition("[")[0]
    known = machine.evaluate(ast.Name(kind, ast.Load()), owner.scope) if kind.isidentifier() else 0
    words = f"{ast.unparse(part.annotation)} {known.path if isinstance(known, Name) else ''}"
    return not any(word in words for word in _NOT_FIELDS)


def _is_fixed(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_fixed, value))
    is_data = isinstance(value, str | int | float | None) and weight(value) is not None
    return is_data or isinstance(value, timedelta | Moment | Zone | Record)
