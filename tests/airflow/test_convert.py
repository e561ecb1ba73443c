"""A converted file is, to real Airflow, the DAG that dag-factory builds from it.

The DAG of dag-factory is written out by hand here, as its builder calls Airflow.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from dagctl.convert import Factory, convert_dag_factory
from dagctl.spec.model import DagSpec

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Airflow

FACTORY = """
default:
  default_args:
    owner: data
    start_date: 2024-11-11
    retries: 3
    retry_delay: {__type__: datetime.timedelta, seconds: 90}
    on_failure_callback: {callback: pprint.pprint, width: 60}
  schedule: "0 3 * * 1-5"
orders:
  description: Copies the orders
  concurrency: 4
  max_active_runs: 2
  catchup: true
  dagrun_timeout: {__type__: datetime.timedelta, hours: 2}
  params: {region: emea}
  task_groups:
    - {group_name: outer, tooltip: All of it, dependencies: [start]}
    - {group_name: inner, parent_group_name: outer}
  tasks:
    - {task_id: start, operator: airflow.operators.dummy_operator.DummyOperator}
    - task_id: load
      operator: airflow.operators.bash_operator.BashOperator
      bash_command: echo "{{ ds }} {{ params.region }}"
      env: {A: b}
      retries: 0
      pool: warehouse
      execution_timeout: {__type__: datetime.timedelta, minutes: 30}
      trigger_rule: none_failed
      task_group_name: inner
    - task_id: check
      operator: airflow.operators.python.PythonOperator
      python_callable: json.dumps
      op_kwargs: {obj: {a: [1, null]}}
      task_group_name: outer
      dependencies: [load]
    - task_id: wait
      operator: airflow.sensors.external_task_sensor.ExternalTaskSensor
      external_dag_id: upstream
      execution_delta: 1 hours
      dependencies: [outer]
"""
BY_HAND = """
from datetime import datetime, timedelta, timezone
from functools import partial
from json import dumps
from pprint import pprint

{imports}

with DAG(
    "orders", description="Copies the orders", schedule="0 3 * * 1-5", max_active_tasks=4,
    max_active_runs=2, catchup=True, dagrun_timeout=timedelta(hours=2), params={{"region": "emea"}},
    default_args={{
        "owner": "data", "start_date": datetime(2024, 11, 11, tzinfo=timezone.utc), "retries": 3,
        "retry_delay": timedelta(seconds=90),
        "on_failure_callback": partial(pprint, width=60),
    }},
):
    start = EmptyOperator(task_id="start")
    with TaskGroup("outer", tooltip="All of it") as outer:
        with TaskGroup("inner"):
            load = BashOperator(
                task_id="load", bash_command='echo "{{{{ ds }}}} {{{{ params.region }}}}"',
                env={{"A": "b"}}, retries=0, pool="warehouse", trigger_rule="none_failed",
                execution_timeout=timedelta(minutes=30),
            )
        check = PythonOperator(
            task_id="check", python_callable=dumps, op_kwargs={{"obj": {{"a": [1, None]}}}}
        )
        load >> check
    wait = ExternalTaskSensor(
        task_id="wait", external_dag_id="upstream", execution_delta=timedelta(hours=1)
    )
    start >> outer >> wait
"""
IMPORTS = {
    "2": """
from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import PythonOperator
from airflow.sensors.external_task import ExternalTaskSensor
from airflow.utils.task_group import TaskGroup
""",
    "3": """
from airflow.sdk import DAG, TaskGroup
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
""",
}
OF_THE_DAG = (
    *("dag_id", "description", "schedule", "first_logical_dates", "catchup", "start_date"),
    *("arguments", "timezone"),
)


def test_the_dag_is_the_one_that_dag_factory_builds(airflow: Airflow, tmp_path: Path) -> None:
    source = Factory(FACTORY, "orders.yml")
    (dag,) = convert_dag_factory(source, airflow=airflow.version, today=date(2026, 1, 1)).dags
    assert dag.whole, dag.remarks
    ours = airflow.write(DagSpec.from_data(dag.data), tmp_path / "ours")
    theirs = tmp_path / "theirs.py"
    theirs.write_text(BY_HAND.format(imports=IMPORTS[airflow.version]), "utf-8")
    facts = airflow.load([ours, theirs], "arguments.py")
    assert facts[ours]["errors"] == facts[theirs]["errors"] == []
    for part in ("tasks", "groups", "dag"):
        assert facts[ours][part] == facts[theirs][part], part
    runs = airflow.load([ours, theirs])
    assert _schedule(runs[ours]) == _schedule(runs[theirs])


def _schedule(report: dict[str, Any]) -> dict[str, Any]:
    """Return what decides when runs start, and how many at once."""
    (dag,) = report["dags"]
    return {key: dag[key] for key in OF_THE_DAG}
