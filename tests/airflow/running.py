"""The DAGs that real Airflow runs to their end, all in one process: it takes long to start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.codegen.render import render
from dagctl.commands.specs.load_spec import load_spec as load_file
from dagctl.spec.load import check_spec, load_spec
from dagctl.spec.model import DagSpec
from dagctl.user_code.jinja.context_variables import REPLACEMENTS

if TYPE_CHECKING:
    from .conftest import Airflow

ROOT = Path(__file__).resolve().parents[2]
SPECS: dict[str, DagSpec] = {
    path.name: load_spec(path.read_text("utf-8"), origin=path.name)
    for path in sorted((ROOT / "examples").iterdir())
}
FLOWS = [
    load_spec(path.read_bytes(), format="yaml")
    for path in [
        *sorted((ROOT / "tests" / "airflow" / "flows").glob("*.yaml")),
        ROOT / "tests" / "golden" / "language_mapping" / "spec.yaml",
        ROOT / "tests" / "golden" / "language_mapped_outputs" / "spec.yaml",
        ROOT / "tests" / "golden" / "language_stages" / "spec.yaml",
    ]
]
FUNCTIONS = """
dag_name: Functions
retries: 0
schedule: null
tasks:
  - task_id: given
    outlets: [{$asset: "s3://shop/orders"}]
    python_code: |
      from MODULE import Metadata, ASSET
      yield Metadata(ASSET("s3://shop/orders"), {"rows": 3})
      return 3
  - task_id: nested
    outlets: [{$asset: "s3://shop/orders"}]
    python_code: |
      def nested(rows: type(4) = 4):
          from MODULE import Metadata, ASSET
          yield Metadata(ASSET("s3://shop/orders"), {"rows": rows})
          return rows
"""
AWAITED = """
  - task_id: awaited
    python_code: |
      async def awaited(rows=5, **context):
          import asyncio
          await asyncio.sleep(0)
          return rows
  - task_id: awaited_within
    python_code: |
      async def awaited_within(rows: type(6) = 6):
          import asyncio
          await asyncio.sleep(0)
          return rows
"""
OF_2 = "from airflow.datasets import Dataset as ASSET, metadata; Metadata = metadata.Metadata"


def functions(version: str) -> str:
    """Return the file of a DAG whose functions yield, and are async where Airflow awaits them."""
    if version == "3":
        text = (FUNCTIONS + AWAITED).replace("MODULE", "airflow.sdk").replace("ASSET", "Asset")
    else:
        text = FUNCTIONS.replace("from MODULE import Metadata, ASSET", OF_2)
    target = {"2": "2.11", "3": "3.3"}[version]
    spec = check_spec(text, format="yaml", airflow=target).spec
    assert spec is not None
    return render(spec, airflow=target)


HINTS = DagSpec.from_data(
    {
        "dag_name": "Hints",
        "retries": 0,
        "tasks": [
            {"task_id": old, "task_type": "bash", "bash_command": f"echo {{{{ {new} }}}}"}
            for old, new in REPLACEMENTS.items()
        ],
    }
)
"""Each variable that Airflow 3 lacks, by what stands in its place."""
COMMAND = """printf %s '{{ dag_run.conf.hostile | replace("'", "'\\\\''") }}'"""
ESCAPED = DagSpec.from_data(
    {
        "dag_name": "Escaped",
        "retries": 0,
        "tasks": [{"task_id": "show", "task_type": "bash", "bash_command": COMMAND}],
    }
)
LANGUAGE = """
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
  - task_id: code_from_file
    python_code: {{$file: scripts/code.py}}
    doc_md: {{$file: scripts/report.txt}}
  - task_id: text_from_file
    python_code: |
      def text_from_file(text):
          return text
    with: {{text: {{$file: scripts/report.txt}}}}
  - task_id: filtered
    bash_command: echo {{{{ "a b" | quoted }}}} {{{{ limit }}}}
"""
CODE = """# a comment
def code_from_file(ds, *, sign="'\\\\"):
    return f"{ds}{sign}"
"""
"""Code with what needs care in a file: quotes, a backslash, a comment at its start."""
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


def write_language(airflow: Airflow, folder: Path, workspace: Path) -> None:
    """Write the DAG `language`, of a spec with a script beside it, and the notifier that it calls.

    Its callbacks write into the workspace's folder.
    """
    (workspace / "scripts").mkdir(parents=True)
    (workspace / "dagctl.toml").touch()
    (workspace / "scripts" / "report.txt").write_text("# a report\necho report of {{ ds }}\n")
    (workspace / "scripts" / "code.py").write_text(CODE)
    (workspace / "spec.yaml").write_text(LANGUAGE.format(folder=workspace))
    airflow.write(load_file(workspace / "spec.yaml"), folder)
    (folder / "tests_notifier.py").write_text(NOTIFIER)


def write_all(airflow: Airflow, folder: Path, workspace: Path) -> None:
    """Write every DAG into a folder; the workspace is that of the DAG `language`."""
    for spec in (*SPECS.values(), *FLOWS, HINTS, ESCAPED):
        airflow.write(spec, folder)
    (folder / "functions.py").write_text(functions(airflow.version), "utf-8")
    write_language(airflow, folder, workspace)
