"""Functions that stand in a spec as values: where they may, and how Airflow calls them."""

from __future__ import annotations

from typing import Any

import pytest

from dagctl import SpecError, load_spec

BEFORE = "def f(context): return 1"


def slips(**task: Any) -> list[tuple[str, tuple[str | int, ...], str]]:  # noqa: ANN401 - any value
    """Return the code, the path and the hint of each error in a spec of one task."""
    try:
        load_spec({"dag_name": "n", "tasks": [{"task_id": "t", **task}]})
    except SpecError as error:
        return [(each.code, each.path[2:], str(each.hint)) for each in error.diagnostics]
    return []


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("pre_execute", BEFORE),
        ("pre_execute", "def f(*args): pass"),
        ("pre_execute", "def f(context, extra=1): pass"),
        ("post_execute", "def f(context, result): pass"),
        ("post_execute", "def f(context, result=None, *, more=1): pass"),
    ],
)
def test_a_hook_that_airflow_can_call_is_taken(key: str, code: str) -> None:
    assert slips(operator="EmptyOperator", **{key: {"$python_code": code}}) == []


@pytest.mark.parametrize(
    ("key", "code", "number", "hint"),
    [
        ("pre_execute", "def f(): pass", "DAG421", "write `def f(context):`"),
        ("pre_execute", "def f(**context): pass", "DAG421", "write `def f(context):`"),
        ("pre_execute", "def f(context, other): pass", "DAG421", "write `def f(context):`"),
        ("pre_execute", "async def f(context): pass", "DAG406", "write `def f(context):`"),
        ("post_execute", "def f(context): pass", "DAG421", "write `def f(context, result):`"),
    ],
)
def test_a_hook_that_airflow_cannot_call_is_refused(
    key: str, code: str, number: str, hint: str
) -> None:
    slip = (number, (key, "$python_code"), hint)
    assert slips(operator="EmptyOperator", **{key: {"$python_code": code}}) == [slip]


def test_a_function_is_refused_where_its_kind_is_certainly_wrong() -> None:
    function = {"$python_code": "def f(x): return x"}
    given = {"filepath": "/x", "poke_interval": function, "mode": function}
    found = slips(operator="FileSensor", **{"with": given})
    assert [(number, path) for number, path, _ in found] == [
        ("DAG246", ("with", "poke_interval")),
        ("DAG246", ("with", "mode")),
    ]
    taken = {"endpoint": "x", "response_check": function, "response_filter": function}
    assert slips(operator="HttpOperator", **{"with": taken}) == []
    assert slips(bash_command="true", env={"X": function})[0][:2] == ("DAG203", ("env", "X"))


def test_a_callback_that_is_written_as_a_value_gets_the_right_key() -> None:
    found = slips(bash_command="true", on_failure_callback={"$python_code": BEFORE})
    assert [hint for *_, hint in found] == ["write `python_code` in place of `$python_code`"]
