"""The layout of statements, and that they are read back equal."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta, timezone

import pytest

from dagctl.codegen.expressions import assign, attribute, call, duration, moment, name, plain
from dagctl.codegen.imports import Imports
from dagctl.codegen.printer import expression, source
from dagctl.user_code.python.syntax_tree import same

DEEP = {"a": [1, -2.5, {"b": None}], "c": "x", "d": [True, "é", [], {}]}


def flat(node: ast.expr) -> str:
    return expression(node, 4, 4)


@pytest.mark.parametrize("value", [DEEP, [], {}, "", "a\nb", 1e16, -0.0, 10**30, [["x\ny"]], -1])
def test_data_is_written_so_that_it_is_read_back_equal(value: object) -> None:
    text = flat(plain(value))
    assert repr(ast.literal_eval(text)) == repr(value)
    assert same(ast.parse(text, mode="eval").body, plain(value))


def test_what_is_no_data_is_refused() -> None:
    with pytest.raises(TypeError, match="set is no JSON data"):
        plain([{1}])


def test_a_list_that_may_be_too_long_has_one_item_a_line() -> None:
    assert expression(plain(["x" * 70]), 4, 9, 1) == f'["{"x" * 70}"]'
    assert expression(plain(["x" * 75]), 4, 9, 1) == f'[\n        "{"x" * 75}",\n    ]'
    assert expression(plain(["日" * 40]), 4, 9, 1).startswith("[\n")


def test_a_mapping_that_is_too_long_has_one_entry_a_line() -> None:
    assert flat(plain({"a": "x" * 50, "b": "y" * 50})) == (
        f'{{\n        "a": "{"x" * 50}",\n        "b": "{"y" * 50}",\n    }}'
    )


def test_a_text_of_several_lines_stands_in_triple_quotes_wherever_it_is() -> None:
    assert flat(plain({"sql": "select 1\nfrom a"})) == (
        '{\n        "sql": """select 1\nfrom a""",\n    }'
    )


@pytest.mark.parametrize(
    ("value", "text"),
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
def test_a_moment_keeps_its_zone(value: datetime, text: str) -> None:
    assert flat(moment(Imports(), value)) == text


def test_a_length_of_time_keeps_its_number() -> None:
    assert flat(duration(Imports(), minutes=0.1)) == "timedelta(minutes=0.1)"
    assert flat(duration(Imports(), minutes=5)) == "timedelta(minutes=5)"


def test_an_operator_has_one_argument_a_line() -> None:
    operator = call(name("Operator"), [], {"task_id": plain("a"), "dag": name("dag")})
    assert source(assign("a_task", operator)) == (
        'a_task = Operator(\n    task_id="a",\n    dag=dag,\n)'
    )


def test_a_mapped_operator_has_two_calls() -> None:
    partial = call(attribute(name("Operator"), "partial"), [], {"task_id": plain("a")})
    mapped = call(attribute(partial, "expand"), [], {"x": plain([1])})
    assert source(assign("a_task", mapped)) == (
        'a_task = Operator.partial(\n    task_id="a",\n).expand(x=[1])'
    )
    long = call(attribute(partial, "expand"), [], {"x": plain("a" * 80)})
    assert source(assign("a_task", long)).endswith(f').expand(\n    x="{"a" * 80}",\n)')


def test_two_methods_of_a_call_have_a_line_each() -> None:
    partial = call(attribute(name("Operator"), "partial"), [], {"task_id": plain("a")})
    mapped = call(attribute(partial, "expand"), [], {"x": plain([1])})
    assert source(assign("a_task", call(attribute(mapped, "as_setup"), [], {}))) == (
        'a_task = (\n    Operator.partial(\n        task_id="a",\n    )\n'
        "    .expand(x=[1])\n    .as_setup()\n)"
    )


def test_a_statement_of_another_kind_has_no_layout() -> None:
    with pytest.raises(TypeError, match="no layout for Pass"):
        source(ast.Pass())
