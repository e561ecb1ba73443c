"""Templates of the gallery run to their end in real Airflow: those that need no outside service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dagctl.spec.load import load_spec
from dagctl.template import filled, values_of
from tests.unit.template.gallery import GALLERY, template_of

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Airflow

PROGRAM = """
import json
import sys

with open({log!r}, "a") as log:
    log.write(f"{{sys.argv[0].rpartition('/')[2]}} {{sys.argv[1:]}}\\n")
print(json.dumps({{"auc": 0.9}}))
"""
"""A program of a team: notes that it ran, and prints a metric."""
LOOPS = """
dag_name: Loops
tasks:
  - task_id: "copy_${{ each.table }}"
    for_each: {table: [orders, users]}
    bash_command: echo ${{ each.table }}
"""
STATES = {
    "first_dag": {"hello": "success", "count": "success"},
    "cleanup": {"list": "success", "delete": "success"},
    "backfill": {"days": "success", "day": "success"},
    "mapped_batch": {"list_files": "success", "work": "success", "sum_up": "success"},
    "sensor_and_branch": {
        "wait": "success",
        "choose": "success",
        "small": "skipped",
        "large": "success",
        "done": "success",
    },
    "ml_train_deploy": dict.fromkeys(("train", "evaluate", "is_good", "deploy"), "success"),
    "asset_chain": {"build": "success"},
    "elt_dbt": dict.fromkeys(("load", "run", "test"), "success"),
    "loops": {"copy_orders": "success", "copy_users": "success"},
}
"""The tasks of each DAG, and how they end."""


def values(data: Path) -> dict[str, dict[str, Any]]:
    """Return the values of each template."""
    return {
        "first_dag": {},
        "cleanup": {"folder": str(data / "old")},
        "backfill": {"module": "team.job", "at_once": 1},
        "mapped_batch": {"folder": str(data / "batch")},
        "sensor_and_branch": {"path": str(data / "batch/a.txt"), "large_bytes": 3},
        "ml_train_deploy": {"package": "team"},
        "asset_chain": {"inputs": ["s3://a/b"], "output": "s3://a/c", "build_module": "team.job"},
        "elt_dbt": {"project_dir": str(data), "load_module": "team.job"},
    }


def prepare(folder: Path) -> None:
    """Make what the DAGs work on: files, the modules of a team, and a program `dbt`."""
    program = PROGRAM.format(log=str(folder / "log"))
    for name in ("job", "train", "evaluate", "deploy"):
        file = folder / f"python/team/{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(program)
    (folder / "bin").mkdir()
    (folder / "bin/dbt").write_text('#!/bin/sh\npython -m team.job dbt "$@"\n')
    (folder / "bin/dbt").chmod(0o755)
    for name in ("batch", "old"):
        (folder / name).mkdir()
        (folder / name / "a.txt").write_text("1\n2\n3\n")
    (folder / "batch/b.txt").write_text("4\n")


@pytest.fixture(scope="session")
def runs(airflow: Airflow, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp(f"gallery{airflow.version}")
    prepare(folder)
    for name, given in values(folder).items():
        template = template_of(next(path for path in GALLERY if path.stem == name))
        text = filled(template, values_of(template, {"name": name, **given}))
        airflow.write(load_spec(text), folder / "dags")
    airflow.write(load_spec(LOOPS), folder / "dags")
    done = airflow.run(folder / "dags", path=folder / "bin", python=folder / "python")
    return {**done, "log": (folder / "log").read_text()}


@pytest.mark.sweep  # it runs many tasks, each in a process
@pytest.mark.parametrize("name", STATES)
def test_a_template_runs_to_its_end(runs: dict[str, Any], name: str) -> None:
    states = {task: each["state"] for task, each in runs[name]["tasks"].items()}

    assert (runs[name]["state"], states) == ("success", STATES[name])


@pytest.mark.sweep
def test_what_they_work_on_is_what_their_parameters_say(runs: dict[str, Any]) -> None:
    log = runs["log"]

    assert runs["mapped_batch"]["instances"]["work"] == 2
    assert runs["mapped_batch"]["tasks"]["work"]["xcom"] == [3, 1]
    assert runs["backfill"]["instances"]["day"] == 2
    for part in ("['--day', '2024-01-02']", "deploy.py", "'dbt', 'run', '--target', 'prod'"):
        assert part in log
