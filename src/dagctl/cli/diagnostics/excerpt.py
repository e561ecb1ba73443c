"""The lines of a source under a finding: the line itself and carets below the place. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.cli.terminal.text import ELLIPSIS, cells, shown_character
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from dagctl.errors import Diagnostic

TAB = "    "


@frozen
class Excerpt:
    """One line made fit for the terminal, and where in it the finding stands, in cells."""

    line: str
    start: int
    length: int


def excerpt(line: str, start: int, end: int, width: int, *, ascii_only: bool) -> Excerpt:
    """Return the part of `line` around columns `start` to `end` (from 1, end exclusive).

    Tabs, wide and unsafe characters take the cells that they take on the terminal; a long line is
    cut to `width` cells around the place.
    """
    first = min(max(start - 1, 0), len(line))
    last = min(max(end - 1, first + 1), max(len(line), first + 1))
    cut_left = 0 if _fits(line, width) else max(0, first - width // 3)
    mark = ELLIPSIS[ascii_only]
    lead = mark if cut_left else ""
    before = lead + _cells(line[cut_left:first])
    body, cut_right = _within(line[first:], width - cells(before) - len(mark))
    marked = min(last - first, cut_right)
    length = cells(_cells(line[first : first + marked])) if line[first:last] else 1
    tail = mark if first + cut_right < len(line) else ""
    return Excerpt(before + body + tail, cells(before), max(length, 1))


def caret_columns(diagnostic: Diagnostic, line: str) -> tuple[int, int]:
    """Return the first and the end column of the carets; a range of lines ends with its first."""
    start = diagnostic.column or 1
    if diagnostic.end_line in {None, diagnostic.line} and diagnostic.end_column:
        return start, max(diagnostic.end_column, start + 1)
    if diagnostic.end_line is None:
        return start, start + 1
    return start, max(len(line.rstrip()) + 1, start + 1)


def _cells(text: str) -> str:
    return "".join(TAB if c == "\t" else shown_character(c) for c in text)


def _fits(line: str, width: int) -> bool:
    return len(line) <= width and cells(_cells(line)) <= width


def _within(text: str, width: int) -> tuple[str, int]:
    """Return the beginning of `text` as it is shown, and how many of its characters that is."""
    used = 0
    parts: list[str] = []
    for character in text:
        part = _cells(character)
        used += cells(part)
        if used > width and parts:
            break
        parts.append(part)
    return "".join(parts), len(parts)
