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
    """Which columns of its rows a table shows, and the cells of each."""

    columns: Sequence[int]
    widths: Sequence[int]


def fit(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    *,
    spare: Sequence[str] = (),
) -> Table:
    """Return columns as wide as their longest value; the widest ones give until all fit.

    Where that is not enough, those under the headings `spare` are left out, the first one first.
    """
    widest = [
        max(cells(shown(value)) for value in column) for column in zip(headings, *rows, strict=True)
    ]
    columns = list(range(len(headings)))
    for heading in spare:
        if sum(min(widest[one], NARROWEST) for one in columns) <= _room(columns, width):
            break
        columns.remove(headings.index(heading))
    widths = [widest[one] for one in columns]
    while sum(widths) > _room(columns, width) and max(widths) > NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return Table(columns, widths)


def draw(table: Table, rows: Sequence[Sequence[str]], *, ascii_only: bool) -> Iterator[str]:
    """Yield a line for each row, every value cut to its column."""
    for row in rows:
        parts = (
            pad(clip(shown(value), width, ascii_only=ascii_only), width)
            for value, width in zip((row[i] for i in table.columns), table.widths, strict=True)
        )
        yield GAP.join(parts).rstrip()


def tsv(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield each row as tab-separated values, none of them cut; tabs inside are escaped."""
    for row in rows:
        yield "\t".join(map(shown, row))


def _room(columns: Sequence[int], width: int) -> int:
    """Return how many cells the gaps leave."""
    return width - len(GAP) * (len(columns) - 1)
