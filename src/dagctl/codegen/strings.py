"""Texts as Python source: exact, readable, the same on every Python."""

from __future__ import annotations

from functools import cache
from unicodedata import ucd_3_2_0

from dagctl.patterns import lazy_pattern

_NOT_PLAIN = lazy_pattern(r"[^\x20-\x5b\x5d-\x7e]")
_SHAPELESS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(
    map(chr, [*range(0x180B, 0x180F), *range(0xFE00, 0xFE10)])
)
"""Letters, symbols and marks that are drawn as nothing."""
_LAST_BLANK = lazy_pattern(r" (?=\n)")
_LAST_QUOTE = lazy_pattern(r'"(?=""|\Z)')


def string(value: str) -> str:
    """Return a literal on one line, in double quotes unless that needs more escapes."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    return f"{quote}{_escaped(value).replace(quote, chr(92) + quote)}{quote}"


def is_block(value: str) -> bool:
    """Return whether a text reads better in triple quotes: it has a line break before its end."""
    return "\n" in value[:-1]


def block(value: str) -> str:
    """Return a literal in triple quotes; a blank before a line end is escaped."""
    lines = "\n".join(map(_escaped, value.split("\n")))
    kept = _LAST_QUOTE.sub(r'\\"', _LAST_BLANK.sub(r"\\x20", lines))
    return f'"""{kept}"""'


def most_columns(text: str) -> int:
    """Return the most columns that a line can take: two for a character outside of ASCII.

    The exact number depends on the Unicode tables of the tool that measures.
    """
    return len(text) if text.isascii() else sum(1 if char.isascii() else 2 for char in text)


def columns(text: str) -> int:
    """Return the columns that `ruff format` counts for a line."""
    if text.isascii():
        return len(text)
    return sum(2 if ucd_3_2_0.east_asian_width(char) in "FW" else 1 for char in text)


def _escaped(value: str) -> str:
    """Return the text with escapes for what cannot be seen; a mark is seen on a letter only."""
    if value.isascii():
        return _NOT_PLAIN.sub(lambda match: _escape(match.group()), value)
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
