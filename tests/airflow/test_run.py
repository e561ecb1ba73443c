"""The examples run to success in real Airflow, and values flow from task to task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.codegen.render import render
from dagctl.spec.load import check_spec, load_spec

if TYPE_CHECKING:
    from dagctl.spec.model import DagSpec

    from .conftest import Airflow

ROOT = Path(__file__).resolve().parents[2]
SPECS: dict[str, DagSpec] = {
    path.name: load_spec(path.read_text("utf-8"), origin=path.name)
    for path in sorted((ROOT / "examples").iterdir())
}
FLOWS = [
    load_spec(path.read_bytes(), format="yaml")
    for path in [
        *sorted((ROOT / "tests" / "airflow" / "flows").glob("*.yaml")),
        ROOT / "tests" / "golden" / "language_mapping" / "spec.yaml",
        ROOT / "tests" / "golden" / "language_stages" / "spec.yaml",
    ]
]
FUNCTIONS = """
dag_name: Functions
retries: 0
schedule: null
tasks:
  - task_id: given
    outlets: [{$asset: "s3://shop/orders"}]
    python_code: |
      from MODULE import Metadata, ASSET
      yield Metadata(ASSET("s3://shop/orders"), {"rows": 3})
      return 3
  - task_id: nested
    outlets: [{$asset: "s3://shop/orders"}]
    python_code: |
      def nested(rows: type(4) = 4):
          from MODULE import Metadata, ASSET
          yield Metadata(ASSET("s3://shop/orders"), {"rows": rows})
          return rows
"""
AWAITED = """
  - task_id: awaited
    python_code: |
      async def awaited(rows=5, **context):
          import asyncio
          await asyncio.sleep(0)
          return rows
  - task_id: awaited_within
    python_code: |
      async def awaited_within(rows: type(6) = 6):
          import asyncio
          await asyncio.sleep(0)
          return rows
"""
OF_2 = "from airflow.datasets import Dataset as ASSET, metadata; Metadata = metadata.Metadata"
INPUT = {"user": {"0": "ana", "1": "omar"}, "sessions": {"0": 3, "1": 5}}


def functions(version: str) -> str:
    """Return the file of a DAG whose functions yield, and are async where Airflow awaits them."""
    if version == "3":
        text = (FUNCTIONS + AWAITED).replace("MODULE", "airflow.sdk").replace("ASSET", "Asset")
    else:
        text = FUNCTIONS.replace("from MODULE import Metadata, ASSET", OF_2)
    target = {"2": "2.11", "3": "3.3"}[version]
    spec = check_spec(text, format="yaml", airflow=target).spec
    assert spec is not None
    return render(spec, airflow=target)


@pytest.fixture(scope="session")
def runs(airflow: Airflow, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Run every example, all in one process of Airflow's; return what became of each by its id."""
    folder = tmp_path_factory.mktemp("dags")
    for spec in (*SPECS.values(), *FLOWS):
        airflow.write(spec, folder)
    (folder / "functions.py").write_text(functions(airflow.version), "utf-8")
    return airflow.run(folder)


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


def test_an_asset_starts_the_dag_that_waits_for_it(runs: dict[str, Any]) -> None:
    assert runs["producer"]["state"] == runs["consumer"]["state"] == "success"
    assert runs["started by assets"] == ["consumer"]
