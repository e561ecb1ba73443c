"""A converted Python file is, to real Airflow, the DAG that the file makes itself."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dagctl.convert import Module, Modules, convert_python
from dagctl.spec.model import DagSpec

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Airflow

IMPORTS = {
    "2": """
from airflow import DAG
from airflow.decorators import task, task_group
from airflow.models.baseoperator import chain
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import BranchPythonOperator, PythonOperator
from airflow.sensors.external_task import ExternalTaskSensor
from airflow.utils.task_group import TaskGroup
""",
    "3": """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import BranchPythonOperator, PythonOperator
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.sdk import DAG, TaskGroup, chain, task, task_group
""",
}
FILE = """
from datetime import timedelta
from pprint import pprint

import pendulum

TABLES = {"orders": 2, "prices": 0}
DAY = "{{ ds }}"


def check(table, least=1):
    return [table] * least


def choose(**context):
    return "last"


with DAG(
    "Sales.etl",
    description="Copies",
    schedule="0 3 * * 1-5",
    catchup=True,
    max_active_runs=2,
    dagrun_timeout=timedelta(hours=2),
    params={"region": "emea"},
    default_args={
        "owner": "data",
        "start_date": pendulum.datetime(2024, 11, 11, tz="Europe/Berlin"),
        "retries": 3,
        "retry_delay": timedelta(seconds=90),
        "on_failure_callback": pprint,
    },
) as dag:
    start = EmptyOperator(task_id="start")
    branch = BranchPythonOperator(task_id="branch", python_callable=choose)
    last = EmptyOperator(task_id="last", trigger_rule="none_failed")
    for name, least in TABLES.items():
        with TaskGroup(f"copy_{name}", tooltip=name.title()) as copy:
            load = BashOperator(
                task_id="load",
                bash_command=f"load {name} {DAY}",
                env={"A": "b"},
                pool="warehouse",
                execution_timeout=timedelta(minutes=30),
            )
            with TaskGroup("tests"):
                load >> PythonOperator(
                    task_id="check",
                    python_callable=check,
                    op_kwargs={"table": name, "least": least},
                    retries=least,
                )
        start >> copy >> branch
    wait = ExternalTaskSensor(
        task_id="wait", external_dag_id="upstream", execution_delta=timedelta(hours=1)
    )
    chain(branch, [wait, last])
    BashOperator.partial(task_id="mapped", bash_command="echo $A", retries=1).expand(
        env=[{"A": "1"}, {"A": "2"}]
    )

    def command(pair):
        return " ".join(pair)

    BashOperator.partial(task_id="pairs").expand(
        bash_command=load.output.zip(wait.output, fillvalue="b").map(command)
    )
"""


def test_the_dag_is_the_one_that_the_file_makes(airflow: Airflow, tmp_path: Path) -> None:
    text = IMPORTS[airflow.version] + FILE
    done = convert_python(text, "etl.py", airflow=airflow.version, today=date(2026, 1, 1))
    (dag,) = done.dags
    assert dag.whole, dag.remarks
    ours = airflow.write(DagSpec.from_data(dag.data), tmp_path / "ours")
    theirs = tmp_path / "theirs.py"
    theirs.write_text(text, "utf-8")
    facts = airflow.load([ours, theirs], "arguments.py")
    assert facts[ours]["errors"] == facts[theirs]["errors"] == []
    for tasks in (facts[ours]["tasks"], facts[theirs]["tasks"]):
        for task in tasks.values():
            task.pop("python_callable", None)  # a function has another name in our file
            over = task.get("mapped")
            if over and "functions" in over.get("bash_command", ()):
                assert len(over["bash_command"].pop("functions")) == 1
    for part in ("tasks", "groups", "dag"):
        assert facts[ours][part] == facts[theirs][part], part


CALLS = """
from datetime import datetime, timezone
from jobs.makers import Steps, after, copies, counting, report, returned, saved

with DAG("calls", schedule=None, start_date=datetime(2024, 1, 1, tzinfo=timezone.utc)) as dag:
    start = EmptyOperator(task_id="start")
    end = EmptyOperator(task_id="end")
    made = report(dag=dag, name="report", retries=2)
    start >> made >> end
    with TaskGroup("all"):
        groups = copies(["orders", "prices"])
        last = EmptyOperator(task_id="last")
        groups >> last
        groups[0] >> EmptyOperator(task_id="first") >> groups[-1]
    start >> groups
    chain(start, Steps("emea").make(retries=1), end)
    @counting(retries=4)
    def counted(rows, least):
        return rows

    rows = BashOperator(task_id="rows", bash_command="echo 1")
    saved(counted(rows=rows.output, least=1), name="saved") >> end
    rows >> saved(rows.output, name="kept")
    saved(returned("rows"), name="again")
after(dag, [start, last], name="checked")
"""
METHODS = Module(
    "jobs/makers.py",
    "class Steps:\n"
    "    def __init__(self, client):\n        self.client = client\n"
    "    def make(self, retries=0):\n        return task_of(self.client, retries)\n",
)


def test_calls_of_functions_that_make_tasks_make_the_same_tasks(
    airflow: Airflow, tmp_path: Path
) -> None:
    text = IMPORTS[airflow.version] + CALLS
    modules = Modules(lambda name, _: METHODS if name == "jobs.makers" else None)
    done = convert_python(
        text, "calls.py", airflow=airflow.version, today=date(2026, 1, 1), project=modules
    )
    (dag,) = done.dags
    assert dag.whole, dag.remarks
    ours = airflow.write(DagSpec.from_data(dag.data), tmp_path / "ours")
    theirs = tmp_path / "theirs.py"
    theirs.write_text(text, "utf-8")
    facts = airflow.load([ours, theirs], "arguments.py")
    assert facts[ours]["errors"] == facts[theirs]["errors"] == []
    for tasks in (facts[ours]["tasks"], facts[theirs]["tasks"]):
        tasks["counted"].pop("python_callable")  # a function has another name in our file
    assert len(facts[ours]["tasks"]) == 16
    for part in ("tasks", "groups", "dag"):
        assert facts[ours][part] == facts[theirs][part], part
