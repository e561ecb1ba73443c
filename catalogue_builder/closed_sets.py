"""Parameters that take some values only, as the code of the class says and the annotation does not.

`OnFinishAction(on_finish_action)` in a constructor raises for any text that is no value of the
enumeration, and so does `if self.method not in METHODS: raise` there or at the start of `execute`.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

from catalogue_builder.annotations import enum_values
from catalogue_builder.classes import Class
from catalogue_builder.values import UnknownValueError, ordered, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from catalogue_builder.constructor import Parameter

_PLACES = ("__init__", "execute")


def with_closed_set(text: str, parameter: Parameter) -> str:
    """Return the text of an annotation with the only values that the code takes.

    It is unchanged where the annotation says more than that it is text, or the code says nothing.
    """
    values = _closed_sets(parameter.owner).get(parameter.name)
    others = [member for member in text.split(" | ") if member not in ("str", "None")]
    if not values or "str" not in text.split(" | ") or any("Enum[" not in it for it in others):
        return text
    optional = " | None" if "None" in text.split(" | ") else ""
    return f"Literal[{', '.join(map(repr, values))}]{optional}"


@cache
def _closed_sets(cls: Class) -> Mapping[str, tuple[str, ...]]:
    """Return the parameters of a class with the texts that they take."""
    found: dict[str, tuple[str, ...]] = {}
    for place in _PLACES:
        function = cls.body.get(place)
        if isinstance(function, ast.FunctionDef):
            for name, values in (*_made(cls, function.body), *_compared(cls, function.body)):
                if values and all(isinstance(value, str) for value in values):
                    found.setdefault(name, tuple(map(str, values)))
    return found


def _made(cls: Class, body: list[ast.stmt]) -> Iterator[tuple[str, list[object]]]:
    """Yield each name that an enumeration is called with, which raises for other values."""
    for statement in _certain(body):
        value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
        match value:
            case ast.Call(func=function, args=[argument], keywords=[]):
                entity = cls.module.evaluate(function)
                name = _own_name(argument)
                if name and isinstance(entity, Class):
                    yield name, enum_values(entity)


def _compared(cls: Class, body: list[ast.stmt]) -> Iterator[tuple[str, list[object]]]:
    """Yield each name of which a statement raises if it is not among some values."""
    for statement in _live(body):
        match statement:
            case ast.If(test=test, body=[*_, ast.Raise()], orelse=[]):
                parts = test.values if isinstance(test, ast.BoolOp) else [test]
                names = {name for part in parts if (name := _subject(part))}
                is_or = isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or)
                if len(names) == 1 and None not in map(_subject, parts) and not is_or:
                    yield from _not_in(cls, parts[-1])


def _not_in(cls: Class, test: ast.expr) -> Iterator[tuple[str, list[object]]]:
    match test:
        case ast.Compare(left=left, ops=[ast.NotIn()], comparators=[among]):
            name = _own_name(left)
            try:
                values = ordered(value_of(cls.module, _of_class(among), cls))
            except (UnknownValueError, TypeError):
                return
            if name:
                yield name, values


def _of_class(node: ast.expr) -> ast.expr:
    """Return `NAME` for `self.NAME`, which the body of the class gives."""
    match node:
        case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
            return ast.Name(name)
    return node


def _subject(test: ast.expr) -> str | None:
    """Return the name that a test is about: `x`, `x is not None`, `x not in ...`."""
    match test:
        case ast.Compare(left=left, ops=[ast.IsNot() | ast.NotIn()]):
            return _own_name(left)
    return _own_name(test)


def _own_name(node: ast.expr) -> str | None:
    """Return the name of `name` or `self.name`."""
    match node:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="self"), attr=name):
            return name
    return None


def _live(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a function that always run, up to the first that may leave it."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.Return):
            return


def _certain(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run if a value is given: in `if x is not None:` those of x."""
    for statement in _live(body):
        match statement:
            case ast.If(test=ast.Compare(left=left, ops=[ast.IsNot()]), body=inner):
                yield from (each for each in inner if ast.unparse(left) in _arguments(each))
            case _:
                yield statement


def _arguments(statement: ast.stmt) -> list[str]:
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    return [ast.unparse(each) for each in value.args] if isinstance(value, ast.Call) else []
