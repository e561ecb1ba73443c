"""Text that is safe and exact on a terminal: escaping, widths in cells, windows. Pure."""

from __future__ import annotations

import json
from shlex import quote
from typing import TYPE_CHECKING
from unicodedata import category, combining, east_asian_width

from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories that steer a terminal, hide, or reorder: controls, formats (bidi), line separators."""

JOINERS = frozenset("\u200c\u200d")
"""Format characters that scripts and emoji need, and that do no harm."""

ELLIPSIS = {False: "…", True: "..."}
"""What stands for text that was left out, by whether the stream is ASCII."""

_WORD = lazy_pattern(r"(\s*)((?:`[^`\n]{1,60}`|[^\s`]|`)+)")
"""Spaces, and what stays together on a line: no space in it, or backticks around it."""
_COLOUR = lazy_pattern(r"\x1b\[[0-9;]*m")
_PLAIN = lazy_pattern(r"[ -~]*")
_NOT_PLAIN = lazy_pattern(r"[^ -~\n]")


def shown(value: object) -> str:
    """Return `value` as text on one line in which nothing can steer the terminal."""
    text = str(value)
    if _PLAIN.fullmatch(text):
        return text
    return "".join(map(shown_character, text))


def words(*paths: object) -> str:
    """Return paths as a shell takes them, each one word, for a command that may be typed."""
    return " ".join(quote(shown(path)) for path in paths)


def named(names: Sequence[str], most: int) -> str:
    """Return the first of some names, with commas between them, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(map(shown, names[:most])) + more


def shown_block(text: str) -> str:
    """Return `text` made safe line by line; line feeds and tabs stay."""
    return "\n".join("\t".join(map(shown, line.split("\t"))) for line in text.split("\n"))


def shown_character(character: str) -> str:
    """Return one character, or its escape as Python writes it."""
    if category(character) in UNSAFE and character not in JOINERS:
        return character.encode("unicode_escape").decode("ascii")
    return character


def json_text(value: object, *, ascii_only: bool) -> str:
    """Return `value` as JSON in which nothing can steer the terminal that it may be shown on."""
    text = json.dumps(value, indent=2, ensure_ascii=ascii_only, allow_nan=False)
    return _NOT_PLAIN.sub(lambda match: _json_character(match[0]), text)


def cells(text: str) -> int:
    """Return how many terminal cells `text` takes, as wcwidth counts them."""
    return len(text) if text.isascii() else sum(map(_cells_of, text))


def clip(text: str, width: int, *, ascii_only: bool = False) -> str:
    """Return `text` in at most `width` cells, with an ellipsis where it was cut."""
    if cells(text) <= width:
        return text
    mark = ELLIPSIS[ascii_only][:width]
    return _prefix(text, width - len(mark)) + mark


def pad(text: str, width: int) -> str:
    """Return `text` filled with spaces to `width` cells."""
    return text + " " * (width - cells(text))


def wrapped(text: str, width: int, hang: int = 0) -> list[str]:
    """Return the text on lines of at most `width` cells, broken at spaces only.

    What is written between backticks stays together if it fits on a line; a longer word, such as a
    path or an id, has a line of its own. Lines after the first are indented by `hang` spaces, or by
    as many as let their first word fit.
    """
    lines = [""]
    used = 0
    for gap, word in _WORD.findall(text):
        size = cells_of_line(gap + word)
        if used and lines[-1].strip() and used + size > width:
            alone = cells_of_line(word)
            indent = min(hang, max(0, width - alone))
            lines.append(" " * indent + word)
            used = indent + alone
        else:
            lines[-1] += gap + word
            used += size
    return lines


def cells_of_line(text: str) -> int:
    """Return how many cells a line takes whose words may be coloured."""
    return cells(_COLOUR.sub("", text))


def plural(count: int, noun: str) -> str:
    """Return `1 error` or `2 errors`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _json_character(character: str) -> str:
    is_safe = shown_character(character) == character
    return character if is_safe else json.dumps(character)[1:-1]


def _prefix(text: str, width: int) -> str:
    used = 0
    for index, character in enumerate(text):
        used += _cells_of(character)
        if used > width:
            return text[:index]
    return text


def _cells_of(character: str) -> int:
    if combining(character) or category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
