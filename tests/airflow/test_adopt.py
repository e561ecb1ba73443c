"""Real Airflow says whether a hand-written DAG and the one that takes its place are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.airflow.process import serialised

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
