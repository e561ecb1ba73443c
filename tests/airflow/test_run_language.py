"""What the language adds does what it says when real Airflow runs it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.commands.load import load_spec
from dagctl.dag_file.names import file_name
from dagctl.spec.model import DagSpec

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Airflow

SPEC = """
dag_name: Language
params:
  days: {{type: integer, minimum: 1, default: 7}}
  region: {{enum: [emea, amer], default: emea}}
user_defined_filters: {{quoted: {{$ref: shlex.quote}}}}
user_defined_macros: {{limit: 5}}
default_args:
  retries: 0
  on_success_callback:
    - {{callable: tests_notifier.note, with: {{path: {folder}/called}}}}
    - python_code: |
        with open("{folder}/run", "a") as file:
            file.write(context["ti"].task_id + " ")
tasks:
  - task_id: asked
    bash_command: echo "{{{{ params.days }}}} $REGION $HOME"
    env: {{REGION: "{{{{ params.region }}}}", HOME: /nowhere}}
    on_execute_callback:
      notifier: tests_notifier.FileNotifier
      with: {{path: {folder}/notified, text: "{{{{ ti.task_id }}}} of {{{{ dag.dag_id }}}}"}}
  - task_id: rows
    python_code: |
      def rows(ti):
          ti.xcom_push(key="count", value=42)
          return [1, 2]
  - task_id: counted
    python_code: |
      def counted(count, rows):
          return count + len(rows)
    with: {{count: {{$xcom: rows, key: count}}, rows: {{$xcom: rows}}}}
  - task_id: from_file
    bash_command: {{$file: scripts/report.txt}}
  - task_id: filtered
    bash_command: echo {{{{ "a b" | quoted }}}} {{{{ limit }}}}
"""
NOTIFIER = """
try:
    from airflow.sdk import BaseNotifier
except ImportError:
    from airflow.notifications.basenotifier import BaseNotifier


def note(context, path):
    with open(path, "a") as file:
        file.write(context["ti"].task_id + " ")


class FileNotifier(BaseNotifier):
    template_fields = ("text",)

    def __init__(self, path, text):
        super().__init__()
        self.path, self.text = path, text

    def notify(self, context):
        with open(self.path, "a") as file:
            file.write(self.text + "; ")
"""
TASKS = {"asked", "rows", "counted", "from_file", "filtered"}


@pytest.fixture(scope="session")
def folder(airflow: Airflow, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp(f"language{airflow.version}")


@pytest.fixture(scope="session")
def run(airflow: Airflow, folder: Path) -> dict[str, Any]:
    """Run the DAG of the spec to its end, in a workspace with a script beside it."""
    dags, workspace = folder / "dags", folder / "work"
    (workspace / "scripts").mkdir(parents=True)
    (workspace / "dagctl.toml").touch()
    (workspace / "scripts" / "report.txt").write_text("# a report\necho report of {{ ds }}\n")
    (workspace / "spec.yaml").write_text(SPEC.format(folder=folder))
    spec = load_spec(workspace / "spec.yaml")
    airflow.write(spec, dags)
    (dags / "tests_notifier.py").write_text(NOTIFIER)
    assert file_name(spec.dag_id) in {path.name for path in dags.iterdir()}
    runs: dict[str, dict[str, Any]] = airflow.run(dags)
    return runs["language"]


def test_every_task_succeeds(run: dict[str, Any]) -> None:
    states = {name: each["state"] for name, each in run["tasks"].items()}
    assert states == dict.fromkeys(TASKS, "success")


@pytest.mark.parametrize(
    ("task", "value"),
    [
        ("asked", "7 emea /nowhere"),
        ("counted", 44),
        ("from_file", "report of 2024-06-01"),
        ("filtered", "a b 5"),
    ],
)
def test_params_outputs_files_and_filters_reach_the_task(
    run: dict[str, Any], task: str, value: object
) -> None:
    assert run["tasks"][task]["xcom"] == value


@pytest.mark.parametrize("name", ["called", "run"])
def test_functions_and_code_are_called(run: dict[str, Any], folder: Path, name: str) -> None:
    assert run["state"] == "success"
    assert sorted((folder / name).read_text().split()) == sorted(TASKS)


def test_a_notifier_is_called_with_its_templates_rendered(
    run: dict[str, Any], folder: Path
) -> None:
    assert run["state"] == "success"
    assert (folder / "notified").read_text() == "asked of language; "


@pytest.mark.sweep  # it makes an environment
def test_a_function_runs_in_an_environment_of_its_own(airflow: Airflow, tmp_path: Path) -> None:
    if airflow.version == "2":
        pytest.skip("it needs the package virtualenv: `dagctl requirements` names it")
    task = {
        "task_id": "away",
        "decorator": "task.virtualenv",
        # the `python` of the tests' surroundings is a stand-in
        "with": {"requirements": [], "python_version": f"3.{sys.version_info.minor}"},
        "python_code": "import sys\nreturn sys.prefix",
    }
    airflow.write(DagSpec.from_data({"dag_name": "Venv", "retries": 0, "tasks": [task]}), tmp_path)
    ran = airflow.run(tmp_path)["venv"]

    assert ran["tasks"]["away"]["state"] == "success"
    assert ran["tasks"]["away"]["xcom"] != str(airflow.environment.resolve())
