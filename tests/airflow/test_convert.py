"""A converted file is, to real Airflow, the DAG that the other tool builds from it.

The DAG of the other tool is written out by hand here, as its builder calls Airflow.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from dagctl.convert import AirflowYaml, Factory, convert_airflow_yaml, convert_dag_factory
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
from airflow.utils.template import literal
""",
    "3": """
from airflow.sdk import DAG, TaskGroup
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk.definitions.template import literal
""",
}
AIRFLOW_YAML = """
$schema: https://airflow.apache.org/schemas/dag/2026-10-30.json
dag_id: night
description: Orders of the night
schedule: {uses: airflow.sdk.CronTriggerTimetable, with: {expression: 0 3 * * *, timezone: CET}}
start_date: 2024-11-11T00:00:00Z
catchup: false
max_active_runs: 2
dagrun_timeout: PT2H
params: {region: emea, limits: {low: 1}}
templates:
  patient: {retries: 3, retry_delay: 90s, with: {append_env: true}}
  shell: {extends: patient, uses: airflow.providers.standard.operators.bash.BashOperator}
tasks:
  - {id: done, needs: [wait], trigger_rule: none_failed}
  - {id: fetch, extends: shell, with: {bash_command: {$t: "fetch {{ ds }}"}, env: {A: b}}}
  - id: script
    extends: [shell]
    with: {bash_command: run.sh, env: {ROWS: {$x: fetch}, PLAIN: "{{ no }}"}}
    pool: slow
    execution_timeout: 30m
  - id: wait
    uses: airflow.providers.standard.sensors.external_task.ExternalTaskSensor
    with: {external_dag_id: {$t: "{{ params.region }}"}, execution_delta: 1h, mode: reschedule}
    needs: [script]
"""
NIGHT_BY_HAND = """
from datetime import datetime, timedelta, timezone

{imports}
from airflow.timetables.trigger import CronTriggerTimetable

with DAG(
    "night", description="Orders of the night", catchup=False, max_active_runs=2,
    schedule=CronTriggerTimetable("0 3 * * *", timezone="CET"),
    dagrun_timeout=timedelta(hours=2), params={{"region": "emea", "limits": {{"low": 1}}}},
    default_args={{"start_date": datetime(2024, 11, 11, tzinfo=timezone.utc), "retries": 0}},
):
    patient = {{"retries": 3, "retry_delay": timedelta(seconds=90)}}
    fetch = BashOperator(
        task_id="fetch", bash_command="fetch {{{{ ds }}}}", env={{"A": "b"}}, append_env=True,
        **patient,
    )
    script = BashOperator(
        task_id="script", bash_command="run.sh ", append_env=True, pool="slow",
        env={{"ROWS": fetch.output, "PLAIN": literal("{{{{ no }}}}")}},
        execution_timeout=timedelta(minutes=30), **patient,
    )
    wait = ExternalTaskSensor(
        task_id="wait", external_dag_id="{{{{ params.region }}}}", mode="reschedule",
        execution_delta=timedelta(hours=1),
    )
    script >> wait >> EmptyOperator(task_id="done", trigger_rule="none_failed")
"""
OF_THE_DAG = (
    *("dag_id", "description", "schedule", "first_logical_dates", "catchup", "start_date"),
    *("arguments", "timezone"),
)


def test_the_dag_is_the_one_that_the_other_tool_builds(airflow: Airflow, tmp_path: Path) -> None:
    factory = Factory(FACTORY, "orders.yml")
    (orders,) = convert_dag_factory(factory, airflow=airflow.version, today=date(2026, 1, 1)).dags
    own = AirflowYaml(AIRFLOW_YAML, "night.yaml")
    (night,) = convert_airflow_yaml(own, airflow=airflow.version).dags
    pairs: dict[Path, Path] = {}
    for dag, by_hand in ((orders, BY_HAND), (night, NIGHT_BY_HAND)):
        assert dag.whole, dag.remarks
        ours = airflow.write(DagSpec.from_data(dag.data), tmp_path / "ours")
        pairs[ours] = tmp_path / f"{dag.dag_id}_theirs.py"
        pairs[ours].write_text(by_hand.format(imports=IMPORTS[airflow.version]), "utf-8")
    files = [path for pair in pairs.items() for path in pair]
    facts, runs = airflow.load(files, "arguments.py"), airflow.load(files)
    for ours, theirs in pairs.items():
        assert facts[ours]["errors"] == facts[theirs]["errors"] == []
        for part in ("tasks", "groups", "dag"):
            assert facts[ours][part] == facts[theirs][part], part
        assert _schedule(runs[ours]) == _schedule(runs[theirs])


def _schedule(report: dict[str, Any]) -> dict[str, Any]:
    """Return what decides when runs start, and how many at once."""
    (dag,) = report["dags"]
    made = {key: dag[key] for key in OF_THE_DAG}
    return made | {"schedule": str(made["schedule"]).partition(" object at ")[0]}
