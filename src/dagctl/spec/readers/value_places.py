"""From a place in a text to its spelling: one token of the spelling for each character."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from dagctl.spec.lines import Lines, Span

if TYPE_CHECKING:
    import re

    from dagctl.spec.lines import TextRange


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
