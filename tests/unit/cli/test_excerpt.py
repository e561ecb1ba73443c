"""The line under a finding, and where its carets stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagctl.cli.diagnostics.excerpt import caret_columns, excerpt
from dagctl.cli.terminal.text import cells
from dagctl.errors import Diagnostic, Source


def drawn(line: str, start: int, end: int, width: int = 80, *, ascii_only: bool = False) -> str:
    part = excerpt(line, start, end, width, ascii_only=ascii_only)
    return f"{part.line}\n{' ' * part.start}{'^' * part.length}"


@pytest.mark.parametrize(
    ("line", "start", "end", "expected"),
    [
        ("retires: 3", 1, 8, "retires: 3\n^^^^^^^"),
        ("a: b", 4, 5, "a: b\n   ^"),
        ("\tkey: x", 2, 5, "    key: x\n    ^^^"),
        ("名: 値段", 4, 6, "名: 値段\n    ^^^^"),
        ("e\u0301x: 1", 3, 4, "e\u0301x: 1\n ^"),
        ("a\x1bb", 2, 3, "a\\x1bb\n ^^^^"),
        ("short", 6, 7, "short\n     ^"),
        ("short", 60, 70, "short\n     ^"),
        ("", 1, 1, "\n^"),
    ],
)
def test_carets_stand_below_the_place(line: str, start: int, end: int, expected: str) -> None:
    assert drawn(line, start, end) == expected


def test_a_long_line_is_cut_around_the_place() -> None:
    line = "x" * 500 + "HERE" + "y" * 500
    assert drawn(line, 501, 505, 30) == "…xxxxxxxxxxHEREyyyyyyyyyyyyyy…\n           ^^^^"


def test_a_long_line_is_cut_with_dots_where_there_is_no_ellipsis() -> None:
    part = drawn("x" * 500 + "HERE" + "y" * 500, 501, 505, 30, ascii_only=True).split("\n")[0]
    assert part.startswith("...")
    assert part.endswith("...")


@given(st.text(max_size=200), st.integers(1, 250), st.integers(1, 300), st.integers(40, 120))
def test_an_excerpt_fits_and_its_carets_stand_inside(
    line: str, start: int, end: int, width: int
) -> None:
    part = excerpt(line, start, end, width, ascii_only=False)
    assert cells(part.line) <= width
    assert part.length >= 1
    assert part.start + part.length <= cells(part.line) + 1


@pytest.mark.parametrize(
    ("place", "columns"),
    [
        ((1, 3, 1, 5), (3, 5)),
        ((1, 3, 1, 3), (3, 4)),
        ((1, 3, None, None), (3, 4)),
        ((1, 3, 4, 2), (3, 10)),
    ],
)
def test_a_range_of_lines_is_marked_to_the_end_of_its_first(
    place: tuple[int, int, int | None, int | None], columns: tuple[int, int]
) -> None:
    line, column, end_line, end_column = place
    found = Diagnostic(
        code="DAG201",
        message="m",
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
    )
    assert caret_columns(found, "nine char  ") == columns


def test_lines_are_those_that_the_readers_count() -> None:
    source = Source(None, "a\r\nb\rc\x85d\u2028e\nf")
    assert [source.line(number) for number in (1, 2, 3)] == ["a", "b\rc\x85d\u2028e", "f"]
    assert source.line(4) is None
    assert source.line(0) is None
