"""Real Airflow says whether a hand-written DAG and the one that takes its place are the same."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.airflow.process import serialised
from dagctl.codegen.render import render
from dagctl.commands.serialised_dags import differences
from dagctl.convert import convert_python
from dagctl.spec.model import DagSpec

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Airflow

IMPORTS = {
    "2": "from airflow import DAG\nfrom airflow.operators.bash import BashOperator\n",
    "3": "from airflow.sdk import DAG\n"
    "from airflow.providers.standard.operators.bash import BashOperator\n",
}
DAG = """
from datetime import datetime, timezone

with DAG("etl", schedule="@daily", start_date=datetime(2024, 1, 1, tzinfo=timezone.utc)) as dag:
    load = BashOperator(task_id="load", bash_command="echo 1", retries=2)
    load >> BashOperator(task_id="send", bash_command="echo 2")
"""


@pytest.mark.sweep
def test_airflow_compares_two_files_field_by_field(airflow: Airflow, tmp_path: Path) -> None:
    text = IMPORTS[airflow.version] + DAG
    files = {
        "a.py": text.encode(),
        "b.py": text.replace("with DAG", "X = 1\nwith DAG").encode(),
        "c.py": text.replace("retries=2", "retries=3").encode(),
        "d.py": b"import no_such_module  # airflow dag\n",
    }
    program = str(airflow.environment / "bin" / "python")
    made = serialised(program, files, tmp_path)
    assert made["a.py"]["dags"] == made["b.py"]["dags"]
    assert made["a.py"]["dags"] != made["c.py"]["dags"]
    assert "no_such_module" in made["d.py"]["error"]


FUNCTIONS = {
    "2": "from airflow.decorators import dag, task\n",
    "3": "from airflow.sdk import dag, task\n",
}
FLOW = """
from datetime import datetime

@dag(schedule=None, start_date=datetime(2024, 1, 1), catchup=False)
def etl():
    @task(retries=2)
    def numbers(): return [1, 2]

    @task
    def double(x, by=2): return x * by

    @task
    def total(values, start=1): print(sum(values, start))

    @task.branch
    def choose(): return "numbers"

    given = numbers()
    total(double.expand(x=given), start=3)
    choose() >> given
etl()
"""


@pytest.mark.sweep
def test_what_airflow_gives_to_both_and_what_a_decorator_makes_are_no_differences(
    airflow: Airflow, tmp_path: Path
) -> None:
    program = str(airflow.environment / "bin" / "python")
    texts = [
        IMPORTS[airflow.version] + DAG.replace('"@daily"', '"@daily", catchup=False'),
        "from pathlib import Path\n"
        + IMPORTS[airflow.version]
        + DAG.replace('"etl", sch', "Path(__file__).stem, catchup=False, sch"),
        FUNCTIONS[airflow.version] + FLOW,
    ]
    files: dict[str, bytes] = {}
    text = ""
    for text in texts:
        made = convert_python(text, "etl.py", airflow=airflow.version, today=date(2026, 3, 10))
        (converted,) = made.dags
        assert converted.whole
        source = render(DagSpec.from_data(converted.data), airflow=airflow.version)
        files = {"original/etl.py": text.encode(), "generated/etl.py": source.encode()}
        assert [*differences(serialised(program, files, tmp_path), "etl")] == []
        other = files | {"original/etl.py": text.replace("retries=2", "retries=3").encode()}
        (only,) = differences(serialised(program, other, tmp_path), "etl")
        assert "retries" in only
    moved = files | {"original/etl.py": text.replace("start=3", "start=4").encode()}
    (only,) = differences(serialised(program, moved, tmp_path), "etl")
    assert "arguments" in only


OWN_CODE = """
import logging
from datetime import datetime, timedelta
from functools import wraps

from airflow import DAG
from airflow.models import BaseOperator
from airflow.operators.python import PythonOperator
from airflow.sensors.base import BaseSensorOperator

LIMIT = 3
SEEN = []


def traced(function):
    @wraps(function)
    def inner(*args, **kwargs):
        logging.info("%s", function)
        return function(*args, **kwargs)
    return inner


class Base(BaseOperator):
    template_fields = ("table",)

    def __init__(self, table, **kwargs):
        super().__init__(**kwargs)
        self.table = table


class Load(Base):
    ui_color = "#123456"

    def execute(self, context):
        print(self.table, timedelta(days=LIMIT))


class Wait(BaseSensorOperator):
    def __init__(self, n=1, **kwargs):
        super().__init__(**kwargs)
        self.n = n

    def poke(self, context):
        SEEN.append(self.n)
        return len(SEEN) > LIMIT


@traced
def count(ds=None):
    print(ds)


with DAG("etl", schedule="@daily", start_date=datetime(2024, 1, 1), default_args={"retries": 2}):
    wait = Wait(task_id="wait", n=2, poke_interval=30, mode="reschedule")
    load = Load(task_id="load", table="t_{{ ds }}")
    wait >> load >> PythonOperator(task_id="count", python_callable=count)
"""


@pytest.mark.sweep
def test_a_dag_with_operators_of_its_file_is_the_same_with_their_module(
    airflow: Airflow, tmp_path: Path
) -> None:
    target = "2.11" if airflow.version == "2" else "3"
    made = convert_python(OWN_CODE, "dags/etl.py", airflow=target, today=date(2026, 3, 10))
    (dag,) = made.dags
    assert dag.whole
    for name, text in made.beside.items():
        (tmp_path / name).write_text(text)
    generated = render(DagSpec.from_data(dag.data), airflow=target)
    files = {"original/etl.py": OWN_CODE.encode(), "generated/etl.py": generated.encode()}
    program = str(airflow.environment / "bin" / "python")
    assert [*differences(serialised(program, files, tmp_path), "etl")] == []
