"""Real dag-factory builds, of what a spec became, the DAG that the file of the spec makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.commands.convert_specs import convert_specs
from dagctl.spec.load import load_spec

from .conftest import ROOT, Airflow

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("commands", "fan_out_fan_in", "language_params", "language_tasks", "unscheduled")
"""Golden specs that go over whole, and whose functions have no names of their own."""
LOADER = """\
from airflow import DAG
from dagfactory import load_yaml_dags

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
        path = ROOT / "tests" / "golden" / name / "spec.yaml"
        spec = load_spec(path.read_text("utf-8"), origin=str(path))
        (exported,) = convert_specs([spec], "dag-factory", airflow="3")
        assert exported.whole, exported.remarks
        file, loader = tmp_path / f"{name}.yml", tmp_path / f"{name}_loader.py"
        file.write_text(exported.text, "utf-8")
        loader.write_text(LOADER.format(path=str(file)), "utf-8")
        pairs[airflow.write(spec, tmp_path / name)] = loader
    facts = airflow.load([*pairs, *pairs.values()], "arguments.py")
    for ours, theirs in pairs.items():
        assert facts[ours]["errors"] == facts[theirs]["errors"] == []
        for part in ("tasks", "groups", "dag"):
            assert facts[ours][part] == facts[theirs][part], (ours.name, part)
