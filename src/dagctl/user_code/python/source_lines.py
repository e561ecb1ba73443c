"""Python code as lines: which begin inside a string, and how to move them in and out."""

from __future__ import annotations

import io
import re
import token
import tokenize
from array import array
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern
from dagctl.text.lines import Lines

if TYPE_CHECKING:
    import ast

_STRING_STARTS = {getattr(token, name, None) for name in ("FSTRING_START", "TSTRING_START")}
_STRING_ENDS = {getattr(token, name, None) for name in ("FSTRING_END", "TSTRING_END")}
_CODE_LINE = lazy_pattern(r"^([ \t\f]*)[^ \t\f\n#]", re.MULTILINE)
_TAB_INDENT = lazy_pattern(r"^[ \f]*\t", re.MULTILINE)
_LINE_FEED = lazy_pattern(rb"\n")
_WHITE = " \t\f"


@frozen
class CodeText:
    """Code with line feeds as line ends, and the white space before its first line of code."""

    text: str
    margin: str

    @cached_property
    def _widths(self) -> dict[int, array[int]]:
        """Where the characters of a line end, in bytes, for each line that was asked about."""
        return {}

    @property
    def parsable(self) -> str:
        """The text as `ast.parse` accepts it: indented code stands in an `if`."""
        return f"if True:\n{self.text}" if self.margin else self.text

    @property
    def shift(self) -> int:
        """How many lines `parsable` has before the text."""
        return 1 if self.margin else 0

    @cached_property
    def lines(self) -> Lines:
        """The lines of the text, found once."""
        return Lines(self.text)

    def column(self, line: int, byte_offset: int) -> int:
        """Return the column, in characters from 1, of an offset in UTF-8 bytes."""
        if line not in self._widths:
            self._widths[line] = _byte_widths(self.lines.line(line))
        widths = self._widths[line]
        return bisect_right(widths, byte_offset) + 1 if widths else byte_offset + 1


def _byte_widths(line: str) -> array[int]:
    """Return the offset in bytes behind each character; nothing for a line of ASCII."""
    return array("L", () if line.isascii() else accumulate(len(char.encode()) for char in line))


class SourceBytes:
    """Code as the bytes that a syntax tree counts in, with the start of each line."""

    def __init__(self, text: str) -> None:
        """Encode the text and find its lines, once for all segments."""
        self._data = text.encode()
        self._starts = [0, *(match.end() for match in _LINE_FEED.finditer(self._data))]

    def segment(self, node: ast.expr) -> str:
        """Return the text of a node; `ast.get_source_segment` would cut the whole code again."""
        assert node.end_lineno is not None  # noqa: S101 - the parser sets it
        assert node.end_col_offset is not None  # noqa: S101 - likewise
        start = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[node.end_lineno - 1] + node.end_col_offset
        return self._data[start:end].decode()


def read_source(code: str) -> CodeText:
    """Return the code with the line ends that Python sees."""
    text = code.replace("\r\n", "\n").replace("\r", "\n")
    first = _CODE_LINE.search(text)
    margin = first[1].rpartition("\f")[2] if first else ""
    return CodeText(text, margin)


def lines_inside_strings(text: str) -> frozenset[int]:
    """Return the lines, counted from 1, that begin inside a string literal."""
    inside: set[int] = set()
    opened: list[int] = []
    for item in tokenize.generate_tokens(io.StringIO(text).readline):
        if item.type == token.STRING:
            inside.update(range(item.start[0] + 1, item.end[0] + 1))
        elif item.type in _STRING_STARTS:
            opened.append(item.start[0])
        elif item.type in _STRING_ENDS:
            inside.update(range(opened.pop() + 1, item.end[0] + 1))
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
