"""JSON's texts: what a spelling says, what is wrong with it, and where a place in it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import MAX_PROBLEMS, Problem
from dagctl.patterns import lazy_pattern
from dagctl.text.lines import Span
from dagctl.text.spelling import CharacterPlaces

if TYPE_CHECKING:
    from dagctl.text.document import Node
    from dagctl.text.lines import Lines

_SIMPLE = lazy_pattern(r'"([^"\\\x00-\x1f]*)"')
_STRING = lazy_pattern(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SINGLE = lazy_pattern(r"'[^'\\]*+(?:\\.[^'\\]*+)*+'", re.DOTALL)
_PAIR = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_TOKEN = lazy_pattern(rf"{_PAIR}|\\u[0-9a-fA-F]{{4}}|\\.|.", re.DOTALL)
_SPECIAL = lazy_pattern(rf"{_PAIR}|\\u[0-9a-fA-F]{{4}}|\\.|[\x00-\x1f]", re.DOTALL)
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_QUOTE = "\\'"


def match_text(text: str, offset: int) -> re.Match[str] | None:
    """Return the match of a quoted text that begins here, or None if it is never closed."""
    shape = _SINGLE if text.startswith("'", offset) else _STRING
    return _SIMPLE.match(text, offset) or shape.match(text, offset)


def read_text(match: re.Match[str]) -> tuple[str, list[Problem]]:
    """Return what the quoted text says, and what is wrong with it.

    It is read no further than to the last finding that is shown.
    """
    if match.re is _SIMPLE:
        return match[1], []
    findings: list[Problem] = []
    start, end = match.start() + 1, match.end() - 1

    def said(token: re.Match[str]) -> str:
        char, finding = _said(token)
        if finding:
            findings.append(finding)
        return char

    parts: list[str] = []
    for token in _SPECIAL.finditer(match.string, start, end):
        if len(findings) >= MAX_PROBLEMS:
            break
        parts += (match.string[start : token.start()], said(token))
        start = token.end()
    return "".join([*parts, match.string[start:end]]), findings


def _said(token: re.Match[str]) -> tuple[str, Problem | None]:
    spelling, span = token.group(), Span(*token.span())
    if len(spelling) == 12:  # noqa: PLR2004 - a pair of \uXXXX
        high, low = int(spelling[2:6], 16), int(spelling[8:], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), None
    if len(spelling) == 1:
        return spelling, _raw_character(spelling, span)
    if len(spelling) == 2:  # noqa: PLR2004 - a backslash and a letter
        char = _ESCAPES.get(spelling[1])
        return (char, None) if char else (spelling[1], _bad_escape(spelling, span))
    code = spelling.removeprefix("\\u")
    char = chr(int(code, 16))
    if "\ud800" <= char <= "\udfff":
        message = f"`{spelling}` is half of a surrogate pair, not a character"
        return "\ufffd", Problem(
            Code.JSON_SURROGATE, message, "write the character itself", span=span
        )
    return char, None


def _raw_character(char: str, span: Span) -> Problem:
    message = f"the control character U+{ord(char):04X} must be escaped in JSON"
    escape = next((name for name, value in _ESCAPES.items() if value == char), f"u{ord(char):04x}")
    return Problem(Code.RAW_CHARACTER, message, f"write it as \\{escape}", span=span)


def _bad_escape(spelling: str, span: Span) -> Problem | None:
    if spelling == _QUOTE:
        return None  # only between single quotes, which are reported already
    hint = "write \\\\ for a backslash"
    return Problem(Code.JSON_SYNTAX, "JSON has no such escape", hint, span=span)


class JsonSpelling(CharacterPlaces):
    """How a document writes one text value."""

    def __init__(self, lines: Lines, node: Node) -> None:
        """Read what stands between the quotes."""
        between = Span(node.span.start + 1, node.span.end - 1)
        super().__init__(lines.text, between, _TOKEN, node.value)
