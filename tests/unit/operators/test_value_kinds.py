"""Types as text: what is certainly wrong, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagctl.operators.value_kinds import kind, wrong

VALUES: list[Any] = ["x", 1, 1.5, True, None, ["x"], {"a": 1}]


def refused(text: str, *, rendered: bool = False) -> list[Any]:
    return [value for value in VALUES if wrong(kind(text), value, rendered=rendered)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("str", [1, 1.5, True, ["x"], {"a": 1}]),
        ("int", ["x", 1.5, ["x"], {"a": 1}]),
        ("float", ["x", ["x"], {"a": 1}]),
        ("bool", ["x", 1, 1.5, ["x"], {"a": 1}]),
        ("list[str]", ["x", 1, 1.5, True, {"a": 1}]),
        ("Sequence[str]", [1, 1.5, True, {"a": 1}]),
        ("dict[str, Any]", ["x", 1, 1.5, True, ["x"]]),
        ("str | list[str] | None", [1, 1.5, True, {"a": 1}]),
        ("timedelta | float", [["x"], {"a": 1}]),
        ("timedelta", [True, ["x"], {"a": 1}]),
        ("Callable", ["x", 1, 1.5, True, ["x"], {"a": 1}]),
        ("Literal['x', 'y']", [1, 1.5, True, ["x"], {"a": 1}]),
    ],
)
def test_a_value_of_another_shape_is_refused(text: str, expected: list[Any]) -> None:
    assert refused(text) == expected


@pytest.mark.parametrize(
    "text", ["Any", "V1Pod", "str | Any", "Retry | None", "", "][", "'", "list[", "a b", "|"]
)
def test_nothing_is_certain_of_a_class_or_of_what_cannot_be_read(text: str) -> None:
    assert refused(text) == []


def test_text_in_a_template_field_may_become_anything() -> None:
    assert "x" not in refused("str | int", rendered=True)
    assert wrong(kind("dict[str, str]"), "{{ x }}", rendered=True) is None
    assert wrong(kind("dict[str, str]"), "jobs/load.json", rendered=True) is None
    assert "x" in refused("dict[str, str]", rendered=True)
    assert {"a": 1} in refused("int", rendered=True)


def test_text_that_spells_no_number_stays_text_where_only_numbers_are_taken() -> None:
    number = kind("int | None")

    assert wrong(number, "fast", rendered=True)
    assert not wrong(number, "{{ params.rows }}", rendered=True)
    assert not wrong(number, " 10 ", rendered=True)
    assert wrong(kind("int | ArgNotSet | None"), "fast", rendered=False)


def test_a_literal_is_checked_in_a_template_field_but_for_jinja() -> None:
    literal = kind("Literal['append', 'replace']")
    assert wrong(literal, "apend", rendered=True)
    assert not wrong(literal, "{{ params.mode }}", rendered=True)
    assert wrong(literal, "{{ params.mode }}", rendered=False)
    assert not wrong(literal, "append", rendered=False)


def test_items_are_checked_one_level_deep() -> None:
    problem = wrong(kind("list[str]"), ["a", 3, {}], rendered=False)
    assert problem is not None
    assert problem.path == (1,)
    problem = wrong(kind("dict[str, int]"), {"a": 1, "b": "many"}, rendered=False)
    assert problem is not None
    assert problem.path == ("b",)


@pytest.mark.parametrize("text", ["str", "int", "list[str]", "Callable", "Literal['x']"])
def test_what_is_made_later_is_let_through(text: str) -> None:
    assert not wrong(kind(text), {"$xcom": "extract"}, rendered=False)
    assert not wrong(kind(text), object(), rendered=False)
    assert not wrong(kind(text), None, rendered=False)


def test_text_stands_for_a_duration_only_where_the_type_says_so() -> None:
    assert kind("timedelta | float").reads_text_as == "duration"
    assert kind("timedelta | None").reads_text_as == "duration"
    assert kind("datetime | None").reads_text_as == "time"
    assert kind("str | timedelta").reads_text_as is None
    assert kind("float").reads_text_as is None
    assert kind("timedelta | Any").reads_text_as is None


@given(st.text(max_size=40))
def test_any_text_is_read_as_a_kind_or_says_nothing(text: str) -> None:
    result = kind(text)
    assert result.silent or result.shapes or result.values
