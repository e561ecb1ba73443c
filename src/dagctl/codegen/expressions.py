"""Values as expressions of the generated module."""

from __future__ import annotations

import ast
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.codegen.imports import Imports

_LOAD = cast("ast.Name", ast.parse("x", mode="eval").body).ctx
"""The parser's own `ast.Load()`: the proof need not look into two that are the same object."""


def name(identifier: str) -> ast.Name:
    """Return a name that is read."""
    return ast.Name(identifier, _LOAD)


def assign(identifier: str, value: ast.expr) -> ast.Assign:
    """Return the statement `identifier = value`."""
    return ast.Assign([ast.Name(identifier, ast.Store())], value)


def call(
    function: ast.expr, arguments: list[ast.expr], options: Mapping[str, ast.expr]
) -> ast.Call:
    """Return `function(*arguments, **options)`."""
    return ast.Call(function, arguments, [ast.keyword(key, item) for key, item in options.items()])


def definition(identifier: str, parameters: list[str], body: list[ast.stmt]) -> ast.FunctionDef:
    """Return the function `def identifier(*parameters): body`."""
    made = ast.parse(f"def {identifier}({', '.join(parameters)}): ...").body[0]
    assert isinstance(made, ast.FunctionDef)  # noqa: S101 - that is what the text says
    made.body = body
    return made


def attribute(value: ast.expr, attr: str) -> ast.Attribute:
    """Return `value.attr`."""
    return ast.Attribute(value, attr, _LOAD)


def sequence(items: list[ast.expr]) -> ast.List:
    """Return a list."""
    return ast.List(items, _LOAD)


def mapping(items: Mapping[str, ast.expr]) -> ast.Dict:
    """Return a dict with texts as keys."""
    return ast.Dict([ast.Constant(key) for key in items], list(items.values()))


def plain(value: object) -> ast.expr:
    """Return JSON data as an expression, exactly: lists, mappings, texts, numbers and null.

    Raises:
        TypeError: It is something else.
    """
    match value:
        case None | bool() | str():
            return ast.Constant(value)
        case int() | float():
            return _number(value)
        case list() | tuple():
            return sequence([plain(item) for item in value])
        case dict():
            return mapping({key: plain(item) for key, item in value.items()})
        case _:
            raise TypeError(f"{type(value).__name__} is no JSON data")


def _number(value: float) -> ast.expr:
    if repr(value).startswith("-"):
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def duration(imports: Imports, **units: float) -> ast.Call:
    """Return a `timedelta(...)`."""
    options = {unit: _number(count) for unit, count in units.items()}
    return call(imports.use("datetime", "timedelta"), [], options)


def moment(imports: Imports, value: datetime, zone: str | None = None) -> ast.Call:
    """Return an aware `datetime(...)`, as short as it is exact.

    Args:
        imports: What the module imports.
        value: The moment, with a fixed offset.
        zone: The IANA name of the zone whose clock the file shows; None: the offset of the moment.
    """
    if zone is not None:
        value = value.astimezone(ZoneInfo(zone))
    options = {"fold": _number(1)} if value.fold else {}
    return call(
        imports.use("datetime", "datetime"),
        [_number(number) for number in _date_numbers(value)],
        {**options, "tzinfo": _zone(imports, value) if zone is None else _named(imports, zone)},
    )


def _named(imports: Imports, zone: str) -> ast.Call:
    return call(imports.use("zoneinfo", "ZoneInfo"), [ast.Constant(zone)], {})


def _date_numbers(value: datetime) -> tuple[int, ...]:
    """Return year, month, day and as much of the time of day as is not zero."""
    time = [value.hour, value.minute, value.second, value.microsecond]
    while time and not time[-1]:
        time.pop()
    return (value.year, value.month, value.day, *time)


def _zone(imports: Imports, value: datetime) -> ast.expr:
    zone = imports.use("datetime", "timezone")
    seconds = int((value.utcoffset() or timedelta()).total_seconds())
    if not seconds:
        return attribute(zone, "utc")
    minutes, second = divmod(abs(seconds), 60)
    hour, minute = divmod(minutes, 60)
    parts = {"hours": hour, "minutes": minute, "seconds": second}
    length = duration(imports, **{unit: count for unit, count in parts.items() if count})
    return ast.Call(zone, [ast.UnaryOp(ast.USub(), length) if seconds < 0 else length], [])
