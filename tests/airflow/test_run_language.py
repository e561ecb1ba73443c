"""What the language adds does what it says when real Airflow runs it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.spec.model import DagSpec

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Airflow

TASKS = {
    *("asked", "rows", "counted", "filtered"),
    *("from_file", "code_from_file", "text_from_file"),
}


@pytest.fixture(scope="session")
def run(runs: dict[str, Any]) -> dict[str, Any]:
    """Return what became of the DAG."""
    ran: dict[str, Any] = runs["language"]
    return ran


def test_every_task_succeeds(run: dict[str, Any]) -> None:
    states = {name: each["state"] for name, each in run["tasks"].items()}
    assert states == dict.fromkeys(TASKS, "success")


@pytest.mark.parametrize(
    ("task", "value"),
    [
        ("asked", "7 emea /nowhere"),
        ("counted", 44),
        ("from_file", "report of 2024-06-01"),
        ("code_from_file", "2024-06-01'\\"),
        ("text_from_file", "# a report\necho report of 2024-06-01"),
        ("filtered", "a b 5"),
    ],
)
def test_params_outputs_files_and_filters_reach_the_task(
    run: dict[str, Any], task: str, value: object
) -> None:
    assert run["tasks"][task]["xcom"] == value


@pytest.mark.parametrize("name", ["called", "run"])
def test_functions_and_code_are_called(run: dict[str, Any], callbacks: Path, name: str) -> None:
    assert run["state"] == "success"
    assert sorted((callbacks / name).read_text().split()) == sorted(TASKS)


def test_a_notifier_is_called_with_its_templates_rendered(
    run: dict[str, Any], callbacks: Path
) -> None:
    assert run["state"] == "success"
    assert (callbacks / "notified").read_text() == "asked of language; "


@pytest.mark.sweep  # it makes an environment
def test_a_function_runs_in_an_environment_of_its_own(airflow: Airflow, tmp_path: Path) -> None:
    if airflow.version == "2":
        pytest.skip("it needs the package virtualenv: `dagctl requirements` names it")
    task = {
        "task_id": "away",
        "decorator": "task.virtualenv",
        # the `python` of the tests' surroundings is a stand-in
        "with": {"requirements": [], "python_version": f"3.{sys.version_info.minor}"},
        "python_code": "import sys\nreturn sys.prefix",
    }
    airflow.write(DagSpec.from_data({"dag_name": "Venv", "retries": 0, "tasks": [task]}), tmp_path)
    ran = airflow.run(tmp_path)["venv"]

    assert ran["tasks"]["away"]["state"] == "success"
    assert ran["tasks"]["away"]["xcom"] != str(airflow.environment.resolve())
