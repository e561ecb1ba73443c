"""Rows of text: a fitted table for a terminal, tab-separated values for everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dagctl.cli.terminal.text import cells, clip, pad, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dagctl.cli.terminal.console import Console

GAP = "  "
NARROWEST = 8
"""Cells that a column keeps when it is shortened."""


class Table(NamedTuple):
    """Which columns of its rows a table shows, the cells of each, and which are never cut."""

    columns: Sequence[int]
    widths: Sequence[int]
    whole: frozenset[int]


def fit(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int,
    *,
    cut: Collection[str] = (),
    spare: Sequence[str] = (),
) -> Table:
    """Return the columns that fit into a width, with their cells.

    Columns under the headings `cut` are shortened first, the widest one first. Where that is not
    enough, those under `spare` are left out, in that order. What is left is never cut: rows with a
    longer value are then wider than the terminal, and no others.
    """
    widest = [
        max(cells(shown(value)) for value in column) for column in zip(headings, *rows, strict=True)
    ]
    flexible = {headings.index(heading) for heading in cut}
    columns = list(range(len(headings)))
    for heading in spare:
        least = (min(widest[i], NARROWEST) if i in flexible else widest[i] for i in columns)
        if sum(least) <= _room(columns, width):
            break
        columns.remove(headings.index(heading))
    while (excess := sum(widest[i] for i in columns) - _room(columns, width)) > 0:
        longest = max((i for i in columns if i in flexible), key=widest.__getitem__, default=None)
        if longest is None or widest[longest] <= NARROWEST:
            break
        widest[longest] = max(NARROWEST, widest[longest] - max(1, excess // len(flexible)))
    if excess > 0 and columns:  # a value that does not fit takes a line more; all others fit
        longest = max(columns, key=widest.__getitem__)
        widest[longest] = max(NARROWEST, widest[longest] - excess)
    whole = frozenset(columns) - flexible
    return Table(columns, [widest[i] for i in columns], whole)


def begun_table(
    console: Console,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    cut: Collection[str] = (),
    spare: Sequence[str] = (),
) -> Table:
    """Write the headings of a table that fits rows into the terminal, as `fit` does it."""
    table = fit(headings, rows, console.width, cut=cut, spare=spare)
    heading = next(draw(table, [headings], ascii_only=True))
    console.data(console.paint(heading, "bold", on=console.out))
    return table


def draw(table: Table, rows: Sequence[Sequence[str]], *, ascii_only: bool) -> Iterator[str]:
    """Yield a line for each row, every value cut to its column unless that is to be whole."""
    for row in rows:
        parts = (
            _cell(shown(row[i]), width, whole=i in table.whole, ascii_only=ascii_only)
            for i, width in zip(table.columns, table.widths, strict=True)
        )
        yield GAP.join(parts).rstrip()


def _cell(value: str, width: int, *, whole: bool, ascii_only: bool) -> str:
    return pad(value if whole else clip(value, width, ascii_only=ascii_only), width)


def tsv(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield each row as tab-separated values, none of them cut; tabs inside are escaped."""
    for row in rows:
        yield "\t".join(map(shown, row))


def _room(columns: Sequence[int], width: int) -> int:
    """Return how many cells the gaps leave."""
    return width - len(GAP) * (len(columns) - 1)
