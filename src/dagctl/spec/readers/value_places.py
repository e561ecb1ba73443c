"""From a place in a text to its spelling: one token of the spelling for each character."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from dagctl.spec.readers.document import Span

if TYPE_CHECKING:
    import re

    from dagctl.spec.problem import Place


def offset_in(value: str, line: int, column: int) -> int:
    """Return the offset of a line and column, counted from 1, in a text value."""
    start = 0
    for _ in range(line - 1):
        found = value.find("\n", start)
        if found < 0:
            break
        start = found + 1
    return min(start + column - 1, len(value))


def span_of_tokens(
    text: str, spelling: Span, token: re.Pattern[str], value: str, place: Place
) -> Span:
    """Return the stretch of the spelling that a place in the value stands for."""
    first = offset_in(value, place.line, place.column)
    last = first + 1
    if place.end_line and place.end_column:
        last = max(offset_in(value, place.end_line, place.end_column), last)
    tokens = token.finditer(text, spelling.start, spelling.end)
    found = list(islice(tokens, first, last))
    if not found:
        return Span(spelling.end, spelling.end + 1)
    return Span(found[0].start(), found[-1].end())
