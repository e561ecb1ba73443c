"""Promise 9: a folder that becomes a link while dagctl runs leads nothing out of the workspace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.attacks.victim import Attack, write

if TYPE_CHECKING:
    from tests.attacks.victim import Victim

COMMANDS = (
    "create specs",
    "create specs --dry-run",
    "list",
    "show demo --source",
    "doctor --fix",
    "diff demo --spec specs/demo.yaml",
    "render --write specs/demo.yaml",
    "export -o kept/out.zip",
    "import kept/out.zip",
    "rm demo",
    "restore demo",
    "mv demo moved",
    "pull",
    "new Fresh -f specs/team/fresh.yaml",
    "convert old --into specs/converted",
    "templates upgrade specs",
    "templates outdated specs",
    "requirements specs",
    "adopt dags/hand.py",
    "migrations export kept/sql",
    "create specs --prune specs",
)
HAND = """\
from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("hand", schedule=None) as dag:
    BashOperator(task_id="a", bash_command="echo")
"""


def test_promise_9_no_folder_of_a_workspace_is_passed_by_its_path(victim: Victim) -> None:
    def commit(origin: Path, _: Victim) -> None:
        write(origin / "specs/defaults.yaml", "default_args: {retries: 2}\n")
        write(origin / "templates/own.yaml", "template: {name: own, version: 1}\ntasks: []\n")
        write(origin / "dags/hand.py", HAND)
        write(origin / "old/dag.py", HAND.replace("hand", "old"))
        write(origin / "kept/.keep", "")

    victim.meets(Attack(commit=commit))
    commands = json.dumps([command.split() for command in COMMANDS])
    environ = {**victim.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-m", "tests.attacks.paths_used", commands],
        cwd=victim.clone,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads((victim.clone / "used.json").read_text())
    assert said["used"] == [], done.stderr
    codes = dict(zip(COMMANDS, said["codes"], strict=True))
    assert {command: code for command, code in codes.items() if code} == {}, done.stderr
