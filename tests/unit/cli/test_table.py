"""Rows on a terminal and in a pipe."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dagctl.cli.terminal.table import GAP, NARROWEST, draw, fit, tsv
from dagctl.cli.terminal.text import cells

HEADINGS = ("ID", "OWNER")
ROWS = [["daily", "data-team"], ["日本", "x"]]


def test_columns_are_as_wide_as_their_longest_value() -> None:
    table = fit(HEADINGS, ROWS, 80)
    assert list(draw(table, [HEADINGS, *ROWS], ascii_only=False)) == [
        "ID     OWNER",
        "daily  data-team",
        "日本   x",
    ]


def test_the_widest_column_gives_first() -> None:
    table = fit(HEADINGS, [["a" * 60, "short"]], 40, cut=("ID",))
    (line,) = draw(table, [["a" * 60, "short"]], ascii_only=False)
    assert line == "a" * 32 + "…  short"


LIST = ("DAG ID", "SCHEDULE", "OWNER", "STATE")
LISTED = [["daily_orders_of_all_shops", "0 2 * * *", "data-team", "synced"]]


def _drawn(width: int) -> str:
    table = fit(LIST, LISTED, width, cut=("SCHEDULE", "OWNER"), spare=("OWNER", "SCHEDULE"))
    return next(draw(table, LISTED, ascii_only=False))


def test_a_narrow_table_shortens_and_drops_other_columns_but_never_the_id() -> None:
    assert _drawn(60) == "daily_orders_of_all_shops  0 2 * * *  data-team  synced"
    assert _drawn(54) == "daily_orders_of_all_shops  0 2 * *…  data-team  synced"
    assert _drawn(53) == "daily_orders_of_all_shops  0 2 * *…  data-te…  synced"
    assert _drawn(52) == "daily_orders_of_all_shops  0 2 * * *  synced"
    assert _drawn(40) == "daily_orders_of_all_shops  synced"
    assert _drawn(20) == "daily_orders_of_all_shops  synced"


def test_only_a_row_whose_id_does_not_fit_is_wider_than_the_terminal() -> None:
    rows = [["x" * 50, "synced"], ["daily", "drift"]]
    table = fit(("DAG ID", "STATE"), rows, 40)
    assert list(draw(table, rows, ascii_only=False)) == [
        "x" * 50 + "  synced",
        "daily".ljust(32) + "  drift",
    ]


def test_an_id_that_is_longer_than_those_of_the_first_page_is_whole() -> None:
    table = fit(LIST, LISTED, 60, cut=("SCHEDULE",))
    longer = [["x" * 40, "0 2 * * *", "data-team", "synced"]]
    assert next(draw(table, longer, ascii_only=False)).startswith("x" * 40 + "  0 2")


@given(
    st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), max_size=5),
    st.integers(40, 120),
)
def test_a_table_fits_the_terminal(rows: list[tuple[str, str]], width: int) -> None:
    table = fit(HEADINGS, rows, width, cut=HEADINGS)
    lines = list(draw(table, [HEADINGS, *rows], ascii_only=True))
    assert len(lines) == len(rows) + 1
    assert all(cells(line) <= max(width, 2 * NARROWEST + len(GAP)) for line in lines)


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_tab_separated_rows_have_one_line_and_all_their_columns(
    rows: list[tuple[str, str]],
) -> None:
    lines = list(tsv(rows))
    assert len(lines) == len(rows)
    assert all(line.count("\t") == 1 and len(line.splitlines()) <= 1 for line in lines)


def test_tab_separated_values_are_never_cut() -> None:
    assert list(tsv([["a" * 500, "b\tc"]])) == ["a" * 500 + "\tb\\tc"]
