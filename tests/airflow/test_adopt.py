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
