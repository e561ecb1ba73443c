"""A text cut into lines once, so that each place in it is a search in a sorted list."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import NamedTuple

from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern

MAX_BYTES = 2_000_000
MAX_DEPTH = 64
MAX_VALUES = 150_000
"""Keys, values and collections in one document, each alias counted with all that it stands for."""


_LINE_FEED = lazy_pattern("\n")


class Span(NamedTuple):
    """A stretch of a text by offsets; the end is exclusive."""

    start: int
    end: int


@frozen
class TextRange:
    """A stretch inside a text value. Lines and columns count from 1, the end is exclusive."""

    line: int
    column: int
    end_line: int | None = None
    end_column: int | None = None


class Lines:
    """The lines of a text; only a line feed ends one. Lines and columns count from 1."""

    def __init__(self, text: str) -> None:
        """Find the line feeds of the text."""
        self.text = text
        self._starts = array("L", [0])
        self._starts.extend(match.end() for match in _LINE_FEED.finditer(text))

    def __len__(self) -> int:
        """Return how many lines there are, at least one."""
        return len(self._starts)

    def position(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of an offset."""
        number = bisect_right(self._starts, offset)
        return number, offset - self._starts[number - 1] + 1

    def place(self, start: int, end: int | None = None) -> TextRange:
        """Return the stretch between two offsets of one line; one character without an end."""
        line, column = self.position(start)
        width = 1 if end is None else end - start
        return TextRange(line, column, line, column + width)

    def start(self, number: int) -> int:
        """Return the offset at which a line begins; that of the last one for a line beyond it."""
        return self._starts[min(number, len(self)) - 1]

    def end(self, number: int) -> int:
        """Return the offset at which a line ends, before its line feed."""
        return self._starts[number] - 1 if number < len(self) else len(self.text)

    def line(self, number: int) -> str:
        """Return a line without its end; empty if there is no such line."""
        if not 0 < number <= len(self):
            return ""
        return self.text[self.start(number) : self.end(number)]

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line and a column, at most the length of the text."""
        return min(self.start(line) + column - 1, len(self.text))


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of one offset; for several of one text there is `Lines`."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
