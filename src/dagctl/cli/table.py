"""Rows of text: a fitted table for a terminal, tab-separated values for everything else. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dagctl.cli.text import cells, clip, pad, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GAP = "  "
NARROWEST = 8
"""Cells that a column keeps before the next wider one has to give."""


class Table(NamedTuple):
    """The headings of a table and the cells of each column."""

    headings: Sequence[str]
    widths: Sequence[int]


def fit(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Table:
    """Return columns as wide as their longest value; the widest ones give until all fit."""
    columns = zip(headings, *rows, strict=True)
    widths = [max(cells(shown(value)) for value in column) for column in columns]
    room = width - len(GAP) * (len(headings) - 1)
    while sum(widths) > room and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return Table(headings, widths)


def draw(table: Table, rows: Sequence[Sequence[str]], *, ascii_only: bool) -> Iterator[str]:
    """Yield a line for each row, every value cut to its column."""
    for row in rows:
        parts = (
            pad(clip(shown(value), width, ascii_only=ascii_only), width)
            for value, width in zip(row, table.widths, strict=True)
        )
        yield GAP.join(parts).rstrip()


def tsv(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield each row as tab-separated values, none of them cut; tabs inside are escaped."""
    for row in rows:
        yield "\t".join(map(shown, row))
