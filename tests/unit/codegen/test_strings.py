"""Texts as source: exact, readable, and the same on every Python."""

from __future__ import annotations

import ast

import pytest

from dagctl.codegen.render import comment
from dagctl.codegen.strings import block, is_block, string


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
def test_text_is_readable_where_it_can_be_seen_and_escaped_elsewhere(
    value: str, source: str
) -> None:
    assert string(value) == source
    assert ast.literal_eval(source) == value


@pytest.mark.parametrize("end", ["", "\n", '"', "\\", " ", '"""', "\t"])
@pytest.mark.parametrize("start", ["", "\n", '"', '"""', " \n", "\\", "'''\n"])
def test_text_of_several_lines_stands_in_triple_quotes_and_comes_back_equal(
    start: str, end: str
) -> None:
    value = f"{start}one \n  two{end}"
    assert is_block(value)
    assert block(value).startswith('"""')
    assert block(value).count("\n") == value.count("\n")
    assert ast.literal_eval(block(value)) == value
    assert not any(line.endswith(" ") for line in block(value).split("\n"))


def test_a_line_break_at_the_end_alone_makes_no_block() -> None:
    assert not is_block("line\n")


def test_a_comment_is_one_line_of_ascii() -> None:
    assert comment("é\r\n# x\u2028\\ ") == "\\xe9\\r\\n# x\\u2028\\\\"
