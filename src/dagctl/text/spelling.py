"""How a document writes a text value, and where a place inside of it stands."""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING

from dagctl.patterns import lazy_pattern
from dagctl.text.lines import Lines, Span

if TYPE_CHECKING:
    from dagctl.text.document import Node, Spelling
    from dagctl.text.lines import TextRange

_PROPERTIES = lazy_pattern(r"(?:[&!]\S*+\s++)*+")
_DOUBLE = lazy_pattern(r"\\(?:x..|u....|U........|.)|.", re.DOTALL)
_SINGLE = lazy_pattern(r"''|.", re.DOTALL)
_PLAIN = lazy_pattern(r".", re.DOTALL)


def read_spelling(lines: Lines, node: Node) -> Spelling:
    """Return how the document writes a text value.

    Exact for literal blocks and for texts on one line; folded texts have no places inside.
    """
    text, end = lines.text, node.span.end
    properties = _PROPERTIES.match(text, node.span.start)
    start = properties.end() if properties else node.span.start
    if text.startswith("|", start):
        return _LiteralBlock(lines, start, node.value)
    if text.startswith(">", start) or text.find("\n", start, end) >= 0:
        return _Unknown()
    if node.kind == "quoted":
        quote = _DOUBLE if text[start] == '"' else _SINGLE
        return CharacterPlaces(text, Span(start + 1, end - 1), quote, node.value)
    return CharacterPlaces(text, Span(start, end), _PLAIN, node.value)


class _Unknown:
    """A text whose places are not known."""

    def span(self, place: TextRange) -> Span | None:
        """Return None."""
        del place
        return None


class _LiteralBlock:
    """A literal block: each of its lines is a line of the document, behind an indent."""

    def __init__(self, lines: Lines, header: int, value: str) -> None:
        """Find the first line and the indent of the block, whose `|` stands at `header`."""
        self._lines = lines
        self._before = lines.position(header)[0]
        written = value.split("\n")
        first = next((number for number, line in enumerate(written, 1) if line.strip()), None)
        self._indent: int | None = None
        if first is not None and self._before + first <= len(lines):
            number = self._before + first
            self._indent = self._end(number) - lines.start(number) - len(written[first - 1])

    def span(self, place: TextRange) -> Span | None:
        """Return the stretch of the document for a place in the block."""
        line = self._before + place.line
        if self._indent is None or line > len(self._lines):
            return None
        start = self._offset(line, place.column)
        end = start + 1
        if (
            place.end_line
            and place.end_column
            and self._before + place.end_line <= len(self._lines)
        ):
            end = self._offset(self._before + place.end_line, place.end_column)
        return Span(start, max(end, start + 1))

    def _offset(self, number: int, column: int) -> int:
        inside = self._lines.start(number) + (self._indent or 0) + column - 1
        return min(inside, self._end(number))

    def _end(self, number: int) -> int:
        """Return where a line of the document ends, before its line end."""
        end = self._lines.end(number)
        ends_early = end > self._lines.start(number) and self._lines.text[end - 1] == "\r"
        return end - 1 if ends_early else end


class CharacterPlaces:
    """Where each character of a text value is written."""

    def __init__(self, text: str, written: Span, token: re.Pattern[str], value: str) -> None:
        """Cut a stretch of the text into tokens, once for all places."""
        self._lines = Lines(value)
        self._starts = array("L", (each.start() for each in token.finditer(text, *written)))
        self._end = written.end

    def span(self, place: TextRange) -> Span | None:
        """Return the stretch that a place in the value stands for."""
        first = self._lines.offset(place.line, place.column)
        last = first + 1
        if place.end_line and place.end_column:
            last = max(self._lines.offset(place.end_line, place.end_column), last)
        if first >= len(self._starts):
            return Span(self._end, self._end + 1)
        return Span(self._starts[first], self._start(last))

    def _start(self, number: int) -> int:
        return self._starts[number] if number < len(self._starts) else self._end
