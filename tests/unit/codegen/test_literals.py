"""Values as source: exact, readable, and the same on every Python."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta, timezone

import pytest

from dagctl.codegen.header import comment
from dagctl.codegen.literals import literal, text
from dagctl.codegen.values import Minutes, Reference


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ("plain", '"plain"'),
        ("it's", '"it\'s"'),
        ('say "x"', "'say \"x\"'"),
        ("both ' and \"", '"both \' and \\""'),
        ("a\\b\tc\r", '"a\\\\b\\tc\\r"'),
        ("日本語 é €", '"日本語 é €"'),
        ("क्षि", '"क्षि"'),
        ("\u0301a", '"\\u0301a"'),
        ("\u202ex\u200b\u2028\ufeff", '"\\u202ex\\u200b\\u2028\\ufeff"'),
        ("\U0001f642\u3164\u00a0", '"\\U0001f642\\u3164\\xa0"'),
        ("line\n", '"line\\n"'),
    ],
)
def test_text_is_readable_where_everyone_can_see_it_and_escaped_elsewhere(
    value: str, source: str
) -> None:
    assert literal(value) == source
    assert ast.literal_eval(source) == value


@pytest.mark.parametrize("end", ["", "\n", '"', "\\", " ", '"""', "\t"])
@pytest.mark.parametrize("start", ["", "\n", '"', '"""', " \n", "\\", "'''\n"])
def test_text_of_several_lines_stands_in_triple_quotes_and_comes_back_equal(
    start: str, end: str
) -> None:
    value = f"{start}one \n  two{end}"
    assert literal(value).startswith('"""')
    assert literal(value).count("\n") == value.count("\n")
    assert ast.literal_eval(literal(value)) == value
    assert not any(line.endswith(" ") for line in literal(value).split("\n"))


def test_text_in_a_list_stays_on_one_line() -> None:
    assert literal(("a\nb",)) == '["a\\nb"]'
    assert text("a\nb") == '"a\\nb"'


def test_a_list_that_may_be_too_long_has_one_item_a_line() -> None:
    assert literal(("x" * 70,), "    tags=") == f'["{"x" * 70}"]'
    assert literal(("x" * 75,), "    tags=") == f'[\n        "{"x" * 75}",\n    ]'
    assert literal(("日" * 40,), "    tags=").startswith("[\n")


@pytest.mark.parametrize(
    ("moment", "source"),
    [
        (datetime(2024, 1, 1, tzinfo=UTC), "datetime(2024, 1, 1, tzinfo=timezone.utc)"),
        (datetime(2024, 1, 1, 6, tzinfo=UTC), "datetime(2024, 1, 1, 6, tzinfo=timezone.utc)"),
        (
            datetime(2024, 1, 1, 0, 0, 1, tzinfo=timezone(timedelta(hours=2))),
            "datetime(2024, 1, 1, 0, 0, 1, tzinfo=timezone(timedelta(hours=2)))",
        ),
        (
            datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
            "datetime(2024, 1, 1, tzinfo=timezone(-timedelta(hours=3, minutes=30)))",
        ),
    ],
)
def test_a_moment_keeps_its_zone(moment: datetime, source: str) -> None:
    assert literal(moment) == source


def test_numbers_names_and_none_are_written_as_they_are() -> None:
    values = [True, None, 0, Minutes(5), Minutes(0.1), Reference("dag")]
    written = ["True", "None", "0", "timedelta(minutes=5)", "timedelta(minutes=0.1)", "dag"]
    assert [literal(value) for value in values] == written


def test_a_comment_is_one_line_of_ascii() -> None:
    assert comment("é\r\n# x\u2028\\ ") == "\\xe9\\r\\n# x\\u2028\\\\"
