"""What dagctl tells people to write in a command does in real Airflow what the hint says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.spec.jinja.names import REPLACEMENTS
from dagctl.spec.model import DagSpec
from dagctl.spec.python_code.gone_imports import GONE_IN_3, ONLY_IN_3

CONF = {"hostile": "it's '; echo \"broken\" $(echo broken) `echo broken` \\\\"}
"""As in `runners/run.py`."""

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Airflow


@pytest.mark.parametrize("airflow", ["2"], indirect=True)
def test_a_replacement_gives_the_text_of_the_variable_that_is_gone(airflow: Airflow) -> None:
    pairs = {f"{{{{ {old} }}}}": f"{{{{ {new} }}}}" for old, new in REPLACEMENTS.items()}

    text = airflow.render([*pairs, *pairs.values()])

    assert {old: text[new] for old, new in pairs.items()} == {old: text[old] for old in pairs}
    assert all(text[old].startswith("20") for old in pairs)


def test_both_airflows_know_every_replacement(airflow: Airflow, tmp_path: Path) -> None:
    tasks = [
        {"task_id": old, "task_type": "bash", "bash_command": f"echo {{{{ {new} }}}}"}
        for old, new in REPLACEMENTS.items()
    ]
    spec = DagSpec.from_data({"dag_name": "Hints", "retries": 0, "tasks": tasks})
    airflow.write(spec, tmp_path)

    run = airflow.run(tmp_path)["hints"]

    assert {task: one["state"] for task, one in run["tasks"].items()} == dict.fromkeys(
        REPLACEMENTS, "success"
    )


def test_bash_takes_an_escaped_parameter_as_text(airflow: Airflow, tmp_path: Path) -> None:
    command = """printf %s '{{ dag_run.conf.hostile | replace("'", "'\\\\''") }}'"""
    task = {"task_id": "show", "task_type": "bash", "bash_command": command}
    spec = DagSpec.from_data({"dag_name": "Escaped", "retries": 0, "tasks": [task]})
    airflow.write(spec, tmp_path)

    run = airflow.run(tmp_path)["escaped"]

    assert run["tasks"]["show"]["xcom"] == CONF["hostile"]


def test_only_airflow_2_has_what_is_said_to_be_gone(airflow: Airflow) -> None:
    instead = {new for new in GONE_IN_3.values() if new}
    there = airflow.ask("imports.py", *GONE_IN_3, *ONLY_IN_3, *instead)

    if airflow.version == "2":
        assert GONE_IN_3.keys() - {*there} == set()
        assert {*ONLY_IN_3} & {*there} == set()
    else:
        assert {*there} == {*ONLY_IN_3, *instead}
