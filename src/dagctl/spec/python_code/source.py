"""Python code as lines: which begin inside a string, and how to move them in and out."""

from __future__ import annotations

import io
import re
import token
import tokenize
from dataclasses import dataclass

_STRING_STARTS = {getattr(token, name, None) for name in ("FSTRING_START", "TSTRING_START")}
_STRING_ENDS = {getattr(token, name, None) for name in ("FSTRING_END", "TSTRING_END")}
_CODE_LINE = re.compile(r"^([ \t\f]*)[^ \t\f\n#]", re.MULTILINE)
_TAB_INDENT = re.compile(r"^[ \f]*\t", re.MULTILINE)
_WHITE = " \t\f"


@dataclass(frozen=True, slots=True)
class Source:
    """Code with line feeds as line ends, and the white space before its first line of code."""

    text: str
    margin: str

    @property
    def parsable(self) -> str:
        """The text as `ast.parse` accepts it: indented code stands in an `if`."""
        return f"if True:\n{self.text}" if self.margin else self.text

    @property
    def shift(self) -> int:
        """How many lines `parsable` has before the text."""
        return 1 if self.margin else 0

    def line(self, number: int) -> str:
        """Return one line, counted from 1; empty beyond the end."""
        lines = self.text.split("\n")
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def column(self, line: int, byte_offset: int) -> int:
        """Return the column, in characters from 1, of an offset in UTF-8 bytes."""
        return len(self.line(line).encode()[:byte_offset].decode(errors="ignore")) + 1


def read_source(code: str) -> Source:
    """Return the code with the line ends that Python sees."""
    text = code.replace("\r\n", "\n").replace("\r", "\n")
    first = _CODE_LINE.search(text)
    margin = first[1].rpartition("\f")[2] if first else ""
    return Source(text, margin)


def lines_inside_strings(text: str) -> frozenset[int]:
    """Return the lines, counted from 1, that begin inside a string literal."""
    inside: set[int] = set()
    opened: list[int] = []
    for found in tokenize.generate_tokens(io.StringIO(text).readline):
        if found.type == token.STRING:
            inside.update(range(found.start[0] + 1, found.end[0] + 1))
        elif found.type in _STRING_STARTS:
            opened.append(found.start[0])
        elif found.type in _STRING_ENDS:
            inside.update(range(opened.pop() + 1, found.end[0] + 1))
    return frozenset(inside)


def unit(text: str) -> str:
    """Return one step of indentation: a tab for code that is indented by tabs, else four spaces."""
    return "\t" if _TAB_INDENT.search(text) else "    "


def indented(text: str, fixed: frozenset[int], by: str) -> str:
    """Return the text one step further in; `fixed` lines and blank ones stay as they are."""
    return "\n".join(
        line if number in fixed or not line.strip(_WHITE) else _indented_line(line, by)
        for number, line in enumerate(text.split("\n"), 1)
    )


def outdented(text: str, fixed: frozenset[int], margin: str) -> str:
    """Return the text without its margin; a line with less (in brackets) loses what it has."""
    return "\n".join(
        line if number in fixed else _outdented_line(line, margin)
        for number, line in enumerate(text.split("\n"), 1)
    )


def trimmed(text: str, fixed: frozenset[int]) -> tuple[str, frozenset[int]]:
    """Return the text without blank lines at its ends, and where its `fixed` lines are then."""
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip(_WHITE)), 0)
    last = max((i for i, line in enumerate(lines) if line.strip(_WHITE)), default=0)
    return "\n".join(lines[first : last + 1]), frozenset(number - first for number in fixed)


def _indented_line(line: str, by: str) -> str:
    """Return a line further in. A form feed sets Python's column to zero, so it stays first."""
    head = line[: len(line) - len(line.lstrip(_WHITE))]
    reset = head.rfind("\f") + 1
    return f"{line[:reset]}{by}{line[reset:]}"


def _outdented_line(line: str, margin: str) -> str:
    return line[len(margin) :] if line.startswith(margin) else line.lstrip(_WHITE)
