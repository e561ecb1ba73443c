"""Where a place inside a YAML text value stands in the document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dagctl.spec.readers.document import Span
from dagctl.spec.readers.value_places import span_of_tokens

if TYPE_CHECKING:
    from dagctl.spec.problem import Place
    from dagctl.spec.readers.document import Node

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")
_DOUBLE = re.compile(r"\\(?:x..|u....|U........|.)|.", re.DOTALL)
_SINGLE = re.compile(r"''|.", re.DOTALL)
_PLAIN = re.compile(r".", re.DOTALL)


def inside(text: str, node: Node, place: Place) -> Span | None:
    """Return the stretch of the document for a place in a text value.

    Exact for literal blocks and for texts on one line; None for folded texts.
    """
    properties = _PROPERTIES.match(text, node.span.start)
    start = properties.end() if properties else node.span.start
    if text.startswith("|", start):
        return _in_block(text, start, node.value, place)
    if "\n" in text[start : node.span.end] or text.startswith(">", start):
        return None
    if node.kind == "quoted":
        return span_of_tokens(
            text, Span(start + 1, node.span.end - 1), _quoted(text[start]), node.value, place
        )
    return span_of_tokens(text, Span(start, node.span.end), _PLAIN, node.value, place)


def _quoted(quote: str) -> re.Pattern[str]:
    return _DOUBLE if quote == '"' else _SINGLE


def _in_block(text: str, header: int, value: str, place: Place) -> Span | None:
    lines = value.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    body = text.find("\n", header) + 1
    if first is None or not body:
        return None
    starts = _line_starts(text, body, max(place.line, place.end_line or 0, first + 1))
    if max(place.line, first + 1) > len(starts):
        return None
    indent = _line_end(text, starts[first]) - starts[first] - len(lines[first])
    start = starts[place.line - 1] + indent + place.column - 1
    start = min(start, _line_end(text, starts[place.line - 1]))
    end = start + 1
    if place.end_line and place.end_column and place.end_line <= len(starts):
        last = starts[place.end_line - 1]
        end = min(last + indent + place.end_column - 1, _line_end(text, last))
    return Span(start, max(end, start + 1))


def _line_starts(text: str, offset: int, count: int) -> list[int]:
    starts = [offset]
    while len(starts) < count and (found := text.find("\n", starts[-1])) >= 0:
        starts.append(found + 1)
    return starts


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    return end - 1 if text[start:end].endswith("\r") else end
