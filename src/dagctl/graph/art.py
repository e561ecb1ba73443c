"""A small DAG drawn with characters: ids and lines, from left to right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.graph.wiring import bundles, columns, place, tracks

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.graph.layout import Parents
    from dagctl.graph.wiring import Bundle, Rows

    Segment = Callable[[int], str]
    """A vertical slice of the drawing: its text on a row, equally wide on all."""

# A glyph is found by the sum of the directions in which lines leave its cell. Where a line crosses
# another that it has nothing to do with, only the vertical one is drawn: `─│─`.
_LEFT, _RIGHT, _UP, _DOWN = 1, 2, 4, 8
_UNICODE = " ───│┘└┴│┐┌┬│┤├┼"
_ASCII = " ---|'''|...|+++"  # a dot turns down, a quote turns up, a plus does both


def art(graph: Parents, *, ascii: bool) -> list[str]:  # noqa: A002 - the standard word
    """Return the lines of the drawing, without spaces at their ends.

    Raises:
        graphlib.CycleError: The lines cannot be laid without running over each other.
    """
    glyphs = _ASCII if ascii else _UNICODE
    stops = columns(graph)
    rows = place(stops)
    segments: list[Segment] = []
    for left, feeds, right in zip(rows, [*stops[1:], {}], [*rows[1:], {}], strict=True):
        lines = bundles(feeds, left, right)
        segments += [_names(left, lines, glyphs), _wires(lines, glyphs), _heads(right, glyphs)]
    height = 1 + max(row for column in rows for row in column.values())
    return ["".join(segment(row) for segment in segments).rstrip() for row in range(height)]


def _names(column: Rows, lines: list[Bundle], glyphs: str) -> Segment:
    """Draw the tasks of a column, and lines from them or past them to its right edge."""
    names = {row: f"{stop.task} " for stop, row in column.items() if not stop.passing}
    width = 1 + max((len(name) for name in names.values()), default=-1)
    leaving = {row for line in lines for row in line.sources}
    dash = glyphs[_LEFT + _RIGHT]
    return lambda row: names.get(row, "").ljust(width, dash if row in leaving else " ")


def _wires(lines: list[Bundle], glyphs: str) -> Segment:
    """Draw the bundles between two columns, each on its track; tracks are two cells apart."""
    track = {line: 2 * number for line, number in tracks(lines).items()}
    width = 2 + max(track.values(), default=-2)
    ends = {row: track.get(line, width) for line in lines for row in line.sources}
    begins = {row: track.get(line, -1) for line in lines for row in line.targets}

    def cell(row: int, x: int) -> int:
        for line, position in track.items():
            if position == x and line.top <= row <= line.bottom:
                return _junction(line, row)
        passes = x < ends.get(row, 0) or x > begins.get(row, width)
        return _LEFT + _RIGHT if passes else 0

    return lambda row: "".join(glyphs[cell(row, x)] for x in range(width))


def _junction(line: Bundle, row: int) -> int:
    """Return the directions in which a bundle leaves the cell where its track meets a row."""
    sides = _LEFT * (row in line.sources) + _RIGHT * (row in line.targets)
    return sides + _UP * (row > line.top) + _DOWN * (row < line.bottom)


def _heads(column: Rows, glyphs: str) -> Segment:
    """Draw the arrow heads before the tasks of a column, and dashes for the lines that pass it."""
    if all(stop.passing for stop in column):
        return lambda _row: ""
    dash = glyphs[_LEFT + _RIGHT]
    heads = {row: dash * 2 if stop.passing else "> " for stop, row in column.items()}
    return lambda row: heads.get(row, "  ")
