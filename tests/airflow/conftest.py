"""Real Airflow, 2 and 3, each in the environment that `make airflow` sets up."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from dagctl.codegen.render import render
from dagctl.dag_file.file_name import file_name

from .running import write_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dagctl.spec.model import DagSpec

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OWN_PYTHON = HERE / "surroundings" / "python"
"""Modules of a project, which specs name by their import paths."""
Report = dict[str, Any]
SECONDS = 1200
"""How long a runner may take: one that tries every operator takes minutes on a busy machine."""


@dataclass(frozen=True)
class Airflow:
    """One Airflow, and a home for it."""

    version: Literal["2", "3"]
    home: Path
    folder: str = ""
    """The environment's folder, where it is not that of `make airflow`."""

    @property
    def environment(self) -> Path:
        return ROOT / (self.folder or f".venv-airflow{self.version}")

    def write(self, spec: DagSpec, folder: Path) -> Path:
        """Write the DAG file of a spec; return its path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / file_name(spec.dag_id)
        path.write_text(render(spec, airflow=self.version), "utf-8")
        return path

    def load(self, files: Iterable[Path], runner: str = "load.py") -> dict[Path, Report]:
        """Return what Airflow makes of each file, as a runner says it."""
        programs = f"{HERE / 'surroundings' / 'bin'}{os.pathsep}{os.environ['PATH']}"
        report: dict[str, Report] = self._report(runner, *map(str, files), PATH=programs)
        return {Path(path): facts for path, facts in report.items()}

    def run(
        self, folder: Path, *, path: Path | None = None, python: Path | None = None
    ) -> dict[str, Report]:
        """Run every DAG of the folder to its end; return what became of each.

        Args:
            folder: The DAG files.
            path: Programs that the tasks find, before all others.
            python: Modules that they find, likewise.
        """
        self._give_database()
        surroundings = str(HERE / "surroundings")
        modules = (*([python] if python else []), folder, OWN_PYTHON)
        programs = (*([str(path)] if path else []), os.environ["PATH"])
        folders = {
            "AIRFLOW__CORE__DAGS_FOLDER": str(folder),
            "PATH": os.pathsep.join(programs),
            "PYTHONPATH": os.pathsep.join(map(str, modules)),
            "AIRFLOW_CONN_FS_DEFAULT": "fs://",
        }
        runs: dict[str, Report] = self._report("run.py", surroundings, **folders)
        return runs

    def render(self, templates: Iterable[str]) -> dict[str, str]:
        """Return what Airflow 2 makes of each template in a weekly run after a successful one."""
        self._give_database()
        texts: dict[str, str] = self._report("macros.py", *templates)
        return texts

    def first_runs(
        self, cases: Sequence[tuple[str, str, str | None]], folder: Path
    ) -> list[list[str]]:
        """Return the first five times, in UTC, at which each (cron, start, zone) starts a run."""
        given = folder / "cases.json"
        given.write_text(json.dumps(cases), "utf-8")
        times: list[list[str]] = self._report("schedule.py", str(given))
        return times

    def _give_database(self) -> None:
        shutil.copy(self.environment / "home" / "airflow.db", self.home)

    def ask(self, runner: str, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        """Return what a runner reports."""
        return self._report(runner, *arguments)

    def _report(self, runner: str, *arguments: str, **variables: str) -> Any:  # noqa: ANN401 - JSON
        target = self.home / f"{runner}.json"
        done = subprocess.run(
            [self.environment / "bin" / "python", HERE / "runners" / runner, target, *arguments],
            env=self._variables() | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-4000:]
        return json.loads(target.read_text("utf-8"))

    def _variables(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
        return kept | {
            "AIRFLOW_HOME": str(self.home),
            "PYTHONPATH": str(OWN_PYTHON),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        }


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(version, marks=[pytest.mark.airflow, pytest.mark.xdist_group(version)])
        for version in ("2", "3")
    ],
    ids=["airflow2", "airflow3"],
)
def airflow(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Airflow:
    found = Airflow(request.param, tmp_path_factory.mktemp(f"airflow{request.param}"))
    if not (found.environment / ".stamp").exists():
        pytest.skip(f"{found.environment.name} is not set up: `make airflow`")
    return found


@pytest.fixture(scope="session")
def callbacks(airflow: Airflow, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder into which the callbacks of the DAG `language` write."""
    return tmp_path_factory.mktemp(f"language{airflow.version}")


@pytest.fixture(scope="session")
def runs(
    airflow: Airflow, callbacks: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """Run every DAG of `running.py` in one process of Airflow's; return what became of each."""
    folder = tmp_path_factory.mktemp("dags")
    write_all(airflow, folder, callbacks)
    return airflow.run(folder)
