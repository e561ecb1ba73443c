"""Values as Python source: exact, readable, and laid out as `ruff format` would."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from unicodedata import ucd_3_2_0

from dagctl.codegen.values import Minutes, Reference, Value, date_numbers, utc_offset
from dagctl.spec.python_code.function import LINE_LENGTH

_NOT_PLAIN = re.compile(r"[^\x20-\x5b\x5d-\x7e]")
_SHAPELESS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(
    map(chr, [*range(0x180B, 0x180F), *range(0xFE00, 0xFE10)])
)
"""Letters, symbols and marks that are drawn as nothing."""
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


def _block(value: str) -> str:
    """Return a literal in triple quotes; a blank before a line end is escaped."""
    lines = "\n".join(map(_escaped, value.split("\n")))
    kept = _LAST_QUOTE.sub(r'\\"', _LAST_BLANK.sub(r"\\x20", lines))
    return f'"""{kept}"""'


def _escaped(value: str) -> str:
    """Return the text with escapes for what nobody could see; a mark is seen on a letter only."""
    if value.isascii():
        return _NOT_PLAIN.sub(lambda found: _escape(found.group()), value)
    parts = []
    on_letter = False
    for char in value:
        kind = _kind(char)
        seen = kind in "LNPS" or (kind == "M" and on_letter)
        on_letter = seen and kind in "LM"
        parts.append(char if seen else _escape(char))
    return "".join(parts)


@cache
def _kind(char: str) -> str:
    """Return the first letter of a character's category, `C` for what has no shape of its own.

    The table of Unicode 3.2 decides, which every Python has: the same bytes everywhere.
    """
    if char == "\\" or char in _SHAPELESS:
        return "C"
    return "P" if char == " " else ucd_3_2_0.category(char)[0]


def _escape(char: str) -> str:
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
    """Return a call on one line if it fits, else its arguments on one, else one argument a line."""
    arguments = [*map(str, date_numbers(value)), f"tzinfo={_zone(value)}"]
    line = ", ".join(arguments)
    inner = f"{indent}    "
    if len(f"datetime({line})") <= room:
        return f"datetime({line})"
    if len(f"{inner}{line}") <= LINE_LENGTH:
        return f"datetime(\n{inner}{line}\n{indent})"
    return "".join(["datetime(\n", *(f"{inner}{each},\n" for each in arguments), f"{indent})"])


def _zone(value: datetime) -> str:
    behind, offset = utc_offset(value)
    if not offset:
        return "timezone.utc"
    length = ", ".join(f"{unit}={count}" for unit, count in offset.items())
    return f"timezone({'-' if behind else ''}timedelta({length}))"
