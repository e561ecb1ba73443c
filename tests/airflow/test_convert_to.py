"""Real dag-factory builds, of what a spec became, the DAG that the file of the spec makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dagctl.commands.convert_specs import convert_specs
from dagctl.spec.load import load_spec

from .conftest import ROOT, Airflow

if TYPE_CHECKING:
    from pathlib import Path

NAMES = (
    *("bodies", "commands", "def_forms", "fan_out_fan_in", "guide_etl"),
    *("guide_report", "guide_training", "hostile_text", "language_assets", "language_objects"),
    *("language_params", "language_tasks", "odd_ids", "unscheduled"),
)
"""The golden specs that go over whole; but for the one whose next run is always now."""
DECORATED, PLAIN = "_PythonDecoratedOperator", "PythonOperator"
LOADER = """\
import sys

from airflow import DAG
from dagfactory import load_yaml_dags

sys.path.insert(0, {folder!r})
load_yaml_dags(globals(), config_filepath={path!r})
"""


@pytest.mark.sweep
def test_dag_factory_builds_the_same_dags(tmp_path: Path) -> None:
    airflow = Airflow("3", tmp_path / "home", ".venv-dagfactory")
    if not (airflow.environment / ".stamp").exists():
        pytest.skip("dag-factory is not set up: `make .venv-dagfactory/.stamp`")
    airflow.home.mkdir()
    pairs: dict[Path, Path] = {}
    for name in NAMES:
        (path,) = (ROOT / "tests" / "golden" / name).glob("spec.*")
        spec = load_spec(path.read_text("utf-8"), origin=str(path))
        (exported,) = convert_specs([spec], "dag-factory", airflow="3")
        assert exported.whole, exported.remarks
        file, loader = tmp_path / f"{name}.yml", tmp_path / f"{name}_loader.py"
        file.write_text(exported.text, "utf-8")
        for beside, text in exported.beside.items():
            (tmp_path / beside).write_text(text, "utf-8")
        loader.write_text(LOADER.format(path=str(file), folder=str(tmp_path)), "utf-8")
        pairs[airflow.write(spec, tmp_path / name)] = loader
    facts = airflow.load([*pairs, *pairs.values()], "arguments.py")
    for ours, theirs in pairs.items():
        assert facts[ours]["errors"] == facts[theirs]["errors"] == []
        assert facts[ours]["groups"] == facts[theirs]["groups"], ours.name
        # the file of a spec may name a function otherwise, or write it as an operator
        assert _same_for_all(facts[ours]["tasks"]) == _same_for_all(facts[theirs]["tasks"])
        assert facts[ours]["dag"] == facts[theirs]["dag"], ours.name


def _same_for_all(tasks: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the tasks, but for the name of a Python task's function, and its two operators."""
    return {
        task_id: task
        | {"python_callable": None, "operator": task["operator"].replace(DECORATED, PLAIN)}
        for task_id, task in tasks.items()
    }
