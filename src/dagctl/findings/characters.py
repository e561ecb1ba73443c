"""Which texts a field may hold: each is kept exactly or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, refuse
from dagctl.findings.wording import quoted
from dagctl.patterns import lazy_pattern
from dagctl.text.lines import Lines

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

MAX_TEXT = 100_000
"""Characters of a description or of Python code."""

BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""The characters with the property Bidi_Control, for a character class."""
REORDERING = "\u202a-\u202e\u2066-\u2069"
"""Those of them that show text in another order than it runs in (CVE-2021-42574)."""

IN_PROSE = lazy_pattern("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_IN_LINE = lazy_pattern("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_IN_NAME = lazy_pattern(f"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{BIDI}]")
IN_CODE = lazy_pattern(f"[\x00\ud800-\udfff{REORDERING}]")
"""What code may not hold: the unstorable, and what makes it read otherwise than it runs."""


def is_visible(text: str) -> bool:
    """Return whether a text has line feeds and visible characters alone.

    No rule here refuses those, so no pattern is compiled for such a text.
    """
    return text.replace("\n", "").isprintable()


def character_problems(text: str, refused: re.Pattern[str]) -> Iterator[Problem]:
    """Yield a problem for each character that is refused."""
    if text.isprintable() or not refused.search(text):
        return
    lines = Lines(text)
    for match in refused.finditer(text):
        char = match.group()
        hint = "remove it" if char.isprintable() else f"remove it; it is invisible: {quoted(char)}"
        message = f"the character U+{ord(char):04X} is not allowed here"
        yield Problem(Code.BAD_CHARACTER, message, hint, lines.place(match.start()))


def length_problems(text: str, limit: int) -> Iterator[Problem]:
    """Yield a problem for a text of more than `limit` characters."""
    if len(text) > limit:
        message = f"the text has {len(text):,} characters; at most {limit:,} are allowed"
        yield Problem(Code.TOO_LONG, message, "shorten it")


def blank_problems(text: str) -> Iterator[Problem]:
    """Yield a problem for a text of nothing but white space."""
    if not text.strip():
        message = "the text is empty" if not text else "the text is blank"
        yield Problem(Code.BLANK, message, "write something visible, or leave it out")


def prose(text: str) -> str:
    """Return a text of any number of lines, unchanged."""
    refuse(_line_problems(text, MAX_TEXT, IN_PROSE))
    return text


def line_of(limit: int) -> Callable[[str], str]:
    """Return the check for a text of one line, not blank, with at most `limit` characters."""
    return _single(limit, _IN_LINE)


def name_of(limit: int) -> Callable[[str], str]:
    """Return the check for a human name: one line, and nothing that reorders or hides text."""
    return _single(limit, _IN_NAME)


def _single(limit: int, refused: re.Pattern[str]) -> Callable[[str], str]:
    def check(text: str) -> str:
        refuse(list(blank_problems(text)) or _line_problems(text, limit, refused))
        return text

    return check


def _line_problems(text: str, limit: int, refused: re.Pattern[str]) -> Iterator[Problem]:
    yield from length_problems(text, limit)
    yield from character_problems(text, refused)


_MAX_FILE_NAME = 200
"""Characters of a text that may be the name of a file."""


def not_a_file(text: str) -> str:
    """Return the text, unless Airflow would read a file of this name instead."""
    if text.endswith(".md"):
        message = "Airflow takes a text that ends in `.md` for the name of a file"
        hint = "end the text with a full stop"
        if " " not in text and len(text) <= _MAX_FILE_NAME:
            hint = f"write `doc_md: {{$file: {text}}}` for the text of the file"
        raise Problem(Code.TEMPLATE_FILE, message, hint).error()
    return text
