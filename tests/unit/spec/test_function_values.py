"""Functions that stand in a spec as values: where they may, and how Airflow calls them."""

from __future__ import annotations

from typing import Any

import pytest

from dagctl import SpecError, load_spec, render

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


@pytest.mark.parametrize("head", ["response", "response, ti", "*args", "response, *, ds, **more"])
def test_a_check_of_a_response_may_take_more_by_name(head: str) -> None:
    given = {"endpoint": "a", "response_check": {"$python_code": f"def f({head}): return 1"}}
    assert slips(operator="HttpOperator", **{"with": given}) == []


@pytest.mark.parametrize(
    ("operator", "key", "code", "number", "hint"),
    [
        ("HttpOperator", "response_check", "def f(): return 1", "DAG421", "def f(response):"),
        ("HttpSensor", "response_check", "def f(**more): return 1", "DAG421", "def f(response):"),
        ("HttpOperator", "response_filter", "async def f(a): pass", "DAG406", "def f(response):"),
        ("SqlSensor", "selector", "def f(*, row): return row", "DAG421", "def f(row):"),
    ],
)
def test_a_function_that_its_operator_cannot_call_is_refused(
    operator: str, key: str, code: str, number: str, hint: str
) -> None:
    own = {"endpoint": "a"} if operator.startswith("Http") else {"conn_id": "a", "sql": "b"}
    found = slips(operator=operator, **{"with": {**own, key: {"$python_code": code}}})
    assert found == [(number, ("with", key, "$python_code"), f"write `{hint}`")]


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


_ARG = ("python", "args", 0, "$arg")
_XCOM = ("python", "with", "x", "$xcom")
EARLY = {"$ref": "jobs.conf.PLACE"}
CALL = {"$new": "os.path.join", "args": ["/opt", "venvs"]}


@pytest.mark.parametrize(
    "task",
    [
        {"task_type": "external_python", "python": EARLY, "env_vars": {"A": EARLY}},
        {"task_type": "virtualenv", "requirements": [EARLY, "numpy"], "python_version": EARLY},
        {"task_type": "virtualenv", "requirements": EARLY, "venv_cache_path": CALL},
        {"task_type": "virtualenv", "index_urls": EARLY, "pip_install_options": EARLY},
    ],
)
def test_a_text_may_be_worked_out_when_airflow_reads_the_file(task: dict[str, Any]) -> None:
    data = {"dag_name": "n", "tasks": [{"task_id": "t", "python_code": "return 1", **task}]}
    spec = load_spec(data)

    (written,) = spec.to_data()["tasks"]
    assert {key: written[key] for key in task} == task
    assert load_spec(spec.to_data()) == spec
    assert ("from os.path import join" if CALL in task.values() else "PLACE") in render(spec)


@pytest.mark.parametrize(
    ("task", "number", "path"),
    [
        ({"python": {"$xcom": "a"}}, "DAG203", ("python",)),
        ({"python": {"$ref": "a b"}}, "DAG231", ("python", "$ref")),
        ({"python": {"$new": "a.B", "args": [{"$arg": "x"}]}}, "DAG233", _ARG),
        ({"python": {"$new": "a.B", "with": {"x": {"$xcom": "t"}}}}, "DAG233", _XCOM),
        ({"python": EARLY, "env_vars": {"A=B": "a"}}, "DAG239", ("env_vars", "A=B")),
        ({"python": EARLY, "env_vars": {"A": 5}}, "DAG203", ("env_vars", "A")),
        ({"python": EARLY, "string_args": ["a", 5]}, "DAG203", ("string_args", 1)),
    ],
)
def test_what_is_worked_out_has_no_output_of_a_task(
    task: dict[str, Any], number: str, path: tuple[str | int, ...]
) -> None:
    found = slips(task_type="external_python", python_code="return 1", **task)

    assert [(code, place) for code, place, _ in found] == [(number, path)]


def test_a_folder_of_a_command_may_be_worked_out() -> None:
    task = {"task_id": "t", "bash_command": "ls", "cwd": EARLY}

    assert "cwd=PLACE" in render(load_spec({"dag_name": "n", "tasks": [task]}))
    assert slips(bash_command="ls", cwd=5) == [("DAG203", ("cwd",), "write text in quotes")]
