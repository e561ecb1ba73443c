"""Which targets and kinds of tasks run a function that yields or is asynchronous."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.codegen.render import render
from dagctl.spec.load import check_data

if TYPE_CHECKING:
    from collections.abc import Mapping

ASYNC = "async def f(x=1):\n    await x\n    return x"
WITHIN = "async def f(x: Rows = 1):\n    return x"
YIELDS = "def f():\n    yield Metadata(1)\n    return 2"


def codes(task: Mapping[str, object], airflow: str) -> list[str]:
    data = {"dag_name": "d", "schedule": None, "tasks": [{"task_id": "a", **task}]}
    found = check_data(data, airflow=airflow).diagnostics
    return [str(each.code) for each in found if each.severity == "error"]


@pytest.mark.parametrize(
    ("code", "airflow", "expected"),
    [
        (ASYNC, "3.2", []),
        (WITHIN, "3.3", []),
        (ASYNC, "3", ["DAG406"]),
        (ASYNC, "3.1", ["DAG406"]),
        (ASYNC, "2.11", ["DAG406"]),
        (YIELDS, "3", []),
        (YIELDS, "2.11", []),
        (YIELDS, "2.10", []),
        (YIELDS, "2.9", ["DAG405"]),
        (YIELDS, "2", ["DAG405"]),
        ("yield Metadata(1)", "3", []),
        ("yield from rows()", "3", ["DAG405"]),
        ("yield 1", "3.3", ["DAG405"]),
        ("async def f():\n    yield Metadata(1)", "3.3", ["DAG405"]),
        ("await x", "3.3", ["DAG406"]),
    ],
)
def test_a_target_that_does_not_run_a_function_is_named(
    code: str, airflow: str, expected: list[str]
) -> None:
    assert codes({"python_code": code}, airflow) == expected


@pytest.mark.parametrize("kind", ["sensor", "virtualenv"])
@pytest.mark.parametrize(("code", "expected"), [(ASYNC, "DAG406"), (YIELDS, "DAG405")])
def test_a_kind_of_task_that_does_not_run_it_is_named(kind: str, code: str, expected: str) -> None:
    assert expected in codes({"task_type": kind, "python_code": code}, "3.3")
    assert codes({"task_type": "branch", "python_code": code}, "3.3") == []
    assert codes({"decorator": "task.bash", "python_code": code}, "3.3") == [expected]


def test_a_callback_is_never_asynchronous() -> None:
    task: dict[str, object] = {
        "bash_command": "x",
        "on_failure_callback": {"python_code": ASYNC},
    }
    assert codes(task, "3.3") == ["DAG406"]


def test_the_file_awaits_and_yields_through_a_function_around_another() -> None:
    tasks = [{"task_id": "a", "python_code": WITHIN}]
    tasks.append({"task_id": "b", "python_code": YIELDS.replace("f()", "f(x: Rows = 1)")})
    spec = check_data({"dag_name": "d", "schedule": None, "tasks": tasks}, airflow="3.3").spec
    assert spec is not None
    file = render(spec, airflow="3.3")
    assert "async def a_function(x=1):" in file or "async def a(x=1):" in file
    assert "return await f(x)" in file
    assert "return (yield from f(x))" in file
