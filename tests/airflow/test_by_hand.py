"""The page of DAGs written by hand has, to real Airflow, the DAGs of the specs beside them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.spec.load import load_spec

if TYPE_CHECKING:
    from .conftest import Airflow

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "by-hand.md"
PAIR = re.compile(r"^```text\n(.*?)^```\n\n```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IMPORTS = """
from datetime import datetime, timedelta, timezone

from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import BranchPythonOperator
from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.sdk import DAG, Asset, Param, TaskGroup
from airflow.timetables.trigger import CronTriggerTimetable

"""
GUIDE = {"owner", "retries", "retry_delay", "depends_on_past", "email_on_failure", "email_on_retry"}
"""What dagctl gives each DAG as `default_args` where the spec says nothing of it."""


def said(task: dict[str, Any]) -> dict[str, Any]:
    """Return what a file says of a task: without defaults, and without the name of a function."""
    hidden = GUIDE | {"python_callable"}
    kept = {name: value for name, value in task.items() if name not in hidden}
    if "partial" in kept:
        kept["partial"] = {name: it for name, it in kept["partial"].items() if name not in hidden}
    return kept


@pytest.mark.airflow
@pytest.mark.xdist_group("3")
@pytest.mark.parametrize("airflow", ["3"], indirect=True)
def test_each_dag_by_hand_is_the_one_of_the_spec_beside_it(
    airflow: Airflow, tmp_path: Path
) -> None:
    pairs = PAIR.findall(PAGE.read_text("utf-8"))
    assert len(pairs) == PAGE.read_text("utf-8").count("\n## ")
    files = []
    for number, (code, text) in enumerate(pairs):
        by_hand = tmp_path / f"by_hand_{number}.py"
        by_hand.write_text(IMPORTS + code, "utf-8")
        spec = load_spec(text, format="yaml")
        files.append((spec.dag_id, by_hand, airflow.write(spec, tmp_path / "specs")))
    facts = airflow.load([path for _, *both in files for path in both], "arguments.py")
    for dag_id, by_hand, made in files:
        assert facts[by_hand]["errors"] == facts[made]["errors"] == [], dag_id
        ours, theirs = facts[made], facts[by_hand]
        for part in ("groups", "dag"):
            assert ours[part] == theirs[part], (dag_id, part)
        if dag_id == "nightly":  # it has these arguments by hand too
            assert ours["tasks"] == theirs["tasks"]
        for name, task in theirs["tasks"].items():
            assert said(ours["tasks"][name]) == said(task), (dag_id, name)
        assert ours["tasks"].keys() == theirs["tasks"].keys()
