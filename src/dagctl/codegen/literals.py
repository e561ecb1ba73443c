"""Values as Python source: exact, readable, and laid out as `ruff format` would."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from unicodedata import ucd_3_2_0

from dagctl.codegen.values import Minutes, Reference, Value, date_numbers, utc_offset

LINE_LENGTH = 88
"""The default of ruff and Black, in columns."""

_ESCAPES = {"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
_NOT_PLAIN = re.compile(r"[^\x20-\x5b\x5d-\x7e]")
_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_LAST_BLANK = re.compile(r" (?=\n)")
_LAST_QUOTE = re.compile(r'"(?=""|\Z)')


def literal(value: Value, before: str = "    ") -> str:
    """Return the source of `value`, for a line that begins with `before` and ends in a comma."""
    indent = before[: len(before) - len(before.lstrip())]
    room = LINE_LENGTH - len(f"{before},")
    match value:
        case Reference():
            return value.name
        case str():
            return _block(value) if "\n" in value[:-1] else text(value)
        case tuple():
            return _list([text(each) for each in value], room, indent)
        case datetime():
            return _datetime(value, room, indent)
        case Minutes():
            return f"timedelta(minutes={value.count!r})"
        case _:
            return repr(value)


def text(value: str) -> str:
    """Return a string literal on one line, in double quotes unless that needs more escapes."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    return f"{quote}{_escaped(value).replace(quote, chr(92) + quote)}{quote}"


def comment(value: str) -> str:
    """Return user text for a comment: one line of ASCII."""
    return value.encode("unicode_escape").decode("ascii").strip()


def _block(value: str) -> str:
    """Return a literal in triple quotes; a blank before a line end is escaped."""
    lines = "\n".join(map(_escaped, value.split("\n")))
    kept = _LAST_QUOTE.sub(r'\\"', _LAST_BLANK.sub(r"\\x20", lines))
    return f'"""{kept}"""'


def _escaped(value: str) -> str:
    return _NOT_PLAIN.sub(lambda found: _character(found.group()), value)


@cache
def _character(char: str) -> str:
    """Return a character as it is if everyone can see it, else its escape.

    The table of Unicode 3.2 decides, which every Python has: the same bytes everywhere.
    """
    if char in _ESCAPES:
        return _ESCAPES[char]
    if ucd_3_2_0.category(char)[0] in "LNPS" and char not in _INVISIBLE_LETTERS:
        return char
    return char.encode("unicode_escape").decode("ascii")


def _list(items: list[str], room: int, indent: str) -> str:
    """Return a list on one line if it surely fits, else with one item a line.

    How wide a character outside of ASCII is depends on Unicode tables; two columns is the most.
    """
    line = f"[{', '.join(items)}]"
    if sum(1 if char.isascii() else 2 for char in line) <= room:
        return line
    return "".join(["[\n", *(f"{indent}    {item},\n" for item in items), f"{indent}]"])


def _datetime(value: datetime, room: int, indent: str) -> str:
    numbers = ", ".join(map(str, date_numbers(value)))
    arguments = f"{numbers}, tzinfo={_zone(value)}"
    if len(f"datetime({arguments})") <= room:
        return f"datetime({arguments})"
    return f"datetime(\n{indent}    {arguments}\n{indent})"


def _zone(value: datetime) -> str:
    behind, offset = utc_offset(value)
    if not offset:
        return "timezone.utc"
    length = ", ".join(f"{unit}={count}" for unit, count in offset.items())
    return f"timezone({'-' if behind else ''}timedelta({length}))"
