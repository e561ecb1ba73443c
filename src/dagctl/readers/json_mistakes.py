"""What is said about a text that is not JSON, and what to write instead."""

from __future__ import annotations

import re

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.patterns import lazy_pattern
from dagctl.text.lines import Span, line_and_column

CLOSING = {"{": "}", "[": "]"}
BARE_KEY = lazy_pattern(r"([A-Za-z_]\w{,60})[ \t]*[:=]", re.ASCII)
"""A key without quotes, as JavaScript and YAML have it."""
_CURLY = "\u201c\u201d\u2018\u2019\u00ab\u00bb"
_LEADING = lazy_pattern(r"([-+]?)0*([0-9]+(?:\.[0-9]+)?)")
_TEXT = lazy_pattern(r"[A-Za-z@][\w@./-]{,60}")
_NOTHING = {"undefined", "nil", "none", "void"}


def misspelt(message: str, hint: str, offset: int) -> Problem:
    """Return the finding for one character that is wrong or missing."""
    return Problem(Code.JSON_SYNTAX, message, hint, span=Span(offset, offset + 1))


def after_the_end(char: str) -> tuple[str, str]:
    """Return the message and hint for text after the end, by its first character."""
    if char in "}]":
        return f"there is a `{char}` too many", "remove it"
    if char == ",":
        return "there is a comma after the end of the document", "remove it"
    if char == "{":
        return "a second document begins here", "one file holds one spec"
    return "there is text after the end of the document", "one file holds one spec"


def between_items(text: str, char: str, closing: str, start: int) -> tuple[str, str]:
    """Return the message and hint for what is neither a comma nor the closing bracket.

    Args:
        text: The document.
        char: What stands there.
        closing: The bracket that would end the list or mapping.
        start: Where the list or mapping begins.
    """
    line, column = line_and_column(text, start)
    opening = f"`{text[start]}` of line {line}, column {column}"
    if char in "}]":
        return f"{opening} is not closed before this `{char}`", f"write `{closing}` before it"
    if char == ":":
        return "there is a `:` where a comma or the end is expected", f"look at {opening}"
    hint = 'write `\\"` for a quote inside a text'
    return f"`,` or `{closing}` is missing here: {opening} is still open", hint


def no_key(char: str) -> tuple[str, str]:
    """Return the message and hint for what stands in the place of a key."""
    if char in _CURLY:
        return f"JSON has no curly quotes such as `{char}`", 'write straight quotes: `"`'
    if char in "}]":
        return f"there is a `{char}` where a key is expected", "remove it, or add the key"
    return "a key in double quotes is expected here", 'write `"key": value`'


def no_value(text: str, span: Span) -> str:
    """Return the hint for what stands in the place of a value."""
    word = text[span.start : span.end]
    if word[:1] in _CURLY:
        return 'write straight quotes: `"`'
    if word.lower() in _NOTHING:
        return "write null"
    if word in {",", "}", "]"}:
        return "write the value; null stands for none"
    number = _LEADING.fullmatch(word)
    if number:
        return f"write {number[1].replace('+', '')}{number[2]}; a number has no leading zero or `+`"
    if _TEXT.fullmatch(word):
        return f'put text in double quotes: "{word}"'
    return "put text in double quotes; a number has no leading zero or `+`"
