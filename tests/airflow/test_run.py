"""The examples run to success in real Airflow, and values flow from task to task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .running import SPECS

if TYPE_CHECKING:
    from .conftest import Airflow

INPUT = {"user": {"0": "ana", "1": "omar"}, "sessions": {"0": 3, "1": 5}}


@pytest.mark.parametrize("name", SPECS)
def test_an_example_runs_to_success(runs: dict[str, dict[str, Any]], name: str) -> None:
    run = runs[SPECS[name].dag_id]

    assert run["state"] == "success"
    assert {task: one["state"] for task, one in run["tasks"].items()} == {
        task.task_id: "success" for _, task in SPECS[name].walk()
    }


@pytest.mark.parametrize(
    ("dag_id", "task_id", "value"),
    [
        ("my_custom_etl_pipeline", "extract_data", INPUT),
        ("my_custom_etl_pipeline", "transform_data", INPUT),
        ("my_custom_etl_pipeline", "load_to_db", "loaded"),
        ("daily_report_generator", "fetch_analytics", {"users": 1000, "sessions": 5000}),
        ("daily_report_generator", "generate_report", "report written"),
        ("ml_model_training", "train_model", {"accuracy": 0.95}),
        ("regional_sales", "total", 500),
        ("regional_sales", "mail_summary", "2024-06-01 sales 500"),
        ("warehouse_cleanup", "report", "would drop backup_of_backup"),
    ],
)
def test_a_task_gives_the_next_one_its_value(
    runs: dict[str, dict[str, Any]], dag_id: str, task_id: str, value: object
) -> None:
    assert runs[dag_id]["tasks"][task_id]["xcom"] == value


@pytest.mark.parametrize(
    ("task_id", "state", "value"),
    [
        ("outer.inner.left", "success", "left"),
        ("outer.inner.right", "skipped", None),
        ("outer.joined", "success", "joined"),
        ("outer.strict", "skipped", None),
        ("ready", "success", None),
        ("stop", "success", None),
        ("behind", "skipped", None),
        ("work", "failed", None),
        ("after_work", "success", "all done"),
        ("clear", "success", "cleared"),
    ],
)
def test_a_branch_a_circuit_a_sensor_and_trigger_rules_go_their_way(
    runs: dict[str, dict[str, Any]], task_id: str, state: str, value: object
) -> None:
    task = runs["flow"]["tasks"][task_id]

    assert (task["state"], task["xcom"]) == (state, value if value is not None else task["xcom"])


def test_mapped_tasks_and_groups_run_once_for_each_value(runs: dict[str, dict[str, Any]]) -> None:
    run = runs["mapping"]

    assert run["state"] == "success"
    assert {task["state"] for task in run["tasks"].values()} == {"success"}
    assert run["tasks"]["report"]["xcom"] == [["AMER", "EMEA"], 14]
    assert run["instances"]["train"] == 4
    assert run["instances"]["region.load.store"] == 2


def test_functions_are_called_for_what_a_task_is_mapped_over(runs: dict[str, Any]) -> None:
    run = runs["mapped_outputs"]

    assert {task["state"] for task in run["tasks"].values()} == {"success"}
    loaded = ["a b.csv: 2 in 2023", "c.csv: 3 in 2024", "none: 0 in 2025"]
    assert run["tasks"]["report"]["xcom"] == [["a b.csv", "c.csv"], loaded, ["feb", "jan"]]


def test_functions_that_yield_metadata_or_are_asynchronous_run_to_their_end(
    runs: dict[str, dict[str, Any]], airflow: Airflow
) -> None:
    expected = {"given": 3, "nested": 4}
    expected |= {"awaited": 5, "awaited_within": 6} if airflow.version == "3" else {}
    tasks = runs["functions"]["tasks"]

    assert {task_id: task["xcom"] for task_id, task in tasks.items()} == expected
    assert {task["state"] for task in tasks.values()} == {"success"}


def test_setups_and_teardowns_run(runs: dict[str, dict[str, Any]]) -> None:
    assert {task["state"] for task in runs["setup_and_teardown"]["tasks"].values()} == {"success"}


@pytest.mark.parametrize(
    ("task_id", "state", "value"),
    [
        ("external", "success", "2024-06-01!"),
        ("file", "success", None),
        ("looked", "success", None),
        ("command", "success", "2024-06-01! world"),
        ("not_chosen", "skipped", None),
        ("models.prices_model", "success", "prices"),
        ("regions.load", "success", ["emea", "amer"]),
        ("own", "success", "limit 7"),
        ("sum", "success", 3),
    ],
)
def test_functions_elsewhere_and_groups_of_functions_run(
    runs: dict[str, dict[str, Any]], task_id: str, state: str, value: object
) -> None:
    task = runs["elsewhere"]["tasks"][task_id]

    assert (task["state"], task["xcom"]) == (state, value if value is not None else task["xcom"])


def test_a_dag_calls_its_callback(airflow: Airflow, runs: dict[str, dict[str, Any]]) -> None:
    assert runs["elsewhere"]["state"] == "success"
    assert (airflow.home / "called").read_text() == "success of elsewhere"


def test_a_dag_keeps_the_hour_of_its_zone_over_a_change_of_the_clock(runs: dict[str, Any]) -> None:
    shown = runs["over the change of the clock"]
    assert len(shown) == 3
    assert {"30 06:30 CET", "31 06:30 CEST"} < {*shown}


def test_an_asset_starts_the_dag_that_waits_for_it(runs: dict[str, Any]) -> None:
    assert runs["producer"]["state"] == runs["consumer"]["state"] == "success"
    assert runs["started by assets"] == ["consumer"]
