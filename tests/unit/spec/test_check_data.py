"""Data of a program, which no reader has bounded."""

from __future__ import annotations

from typing import Any

import pytest

from dagctl.spec.load import check_data


def nested(levels: int) -> Any:  # noqa: ANN401 - a list of lists
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def in_itself() -> Any:  # noqa: ANN401 - a list that holds itself
    value: list[Any] = []
    value += [value, value]
    return value


@pytest.mark.parametrize(
    ("value", "code"),
    [(nested(3_000), "DAG106"), (in_itself(), "DAG106"), ([[0] * 400] * 400, "DAG107")],
    ids=["deep", "in itself", "many"],
)
def test_data_that_no_text_could_hold_are_refused(value: object, code: str) -> None:
    task = {"task_id": "a", "operator": "my.Op", "with": {"value": value}}
    checked = check_data({"dag_name": "A", "tasks": [task]})
    assert checked.spec is None
    assert [str(item.code) for item in checked.diagnostics] == [code]


def test_data_as_deep_as_a_text_may_be_are_taken() -> None:
    task = {"task_id": "a", "operator": "my.Op", "with": {"value": nested(20)}}
    assert check_data({"dag_name": "A", "tasks": [task]}).spec is not None
