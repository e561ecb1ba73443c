"""DAGs whose arguments stand in a configuration of airflow-config."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

import pytest

from dagctl.convert import (
    ConvertedDag,
    Deployment,
    FilesBeside,
    Modules,
    Outcome,
    convert_python,
)

FILES = {
    "config/nightly.yaml": """
        # @package _global_
        _target_: airflow_config.Configuration
        defaults: [owners]
        default_args:
          _target_: airflow_config.TaskArgs
          retry_delay: 300
          retries: 1
        default_dag_args:
          _target_: airflow_config.DagArgs
          start_date: ["2024-01-01", "America/New_York"]
          schedule: "02:30"
          catchup: false
        dags:
          alpha:
            tags: [x]
            description: In ${oc.env:REGION}
            default_args: {retries: 2, pool: p}
          made:
            tasks: {a: {_target_: airflow_config.BashTask, bash_command: date}}
          idle: {enabled: false}
    """,
    "config/owners.yaml": "# @package _global_\ndefault_args: {owner: team}\n",
    "../conf/above.yaml": "default_dag_args: {start_date: '2024-01-01', schedule: '@daily'}\n",
    "config/bad.yaml": "a: [\n",
}
TASK = """
from airflow.operators.bash import BashOperator
from airflow_config import DAG, load_config
with {}:
    BashOperator(task_id="a", bash_command="date")
"""


def converted(call: str, **environment: str) -> ConvertedDag:
    files = FilesBeside(lambda name: dedent(FILES[name]) if name in FILES else None)
    project = Modules(files=files, deployment=Deployment(environment=environment))
    text = TASK.format(call)
    today = date(2026, 3, 10)
    (dag,) = convert_python(text, "dags/a.py", airflow="3", today=today, project=project).dags
    return dag


def test_a_file_goes_before_its_configuration_and_that_before_what_holds_for_all() -> None:
    call = """DAG(dag_id="alpha", config=load_config("config", "nightly"), tags=["own"],
        default_args={"retries": 3, "queue": "q"})"""
    dag = converted(call, REGION="eu")
    assert dag.is_certain, dag.remarks
    assert {key: value for key, value in dag.data.items() if key != "tasks"} == {
        "dag_name": "alpha",
        "description": "In eu",
        "schedule": {"every": "2h30m"},
        "start_date": "2024-01-01",
        "timezone": "America/New_York",
        "owner": "team",
        "tags": ["own"],
        "retries": 3,
        "catchup": False,
        "default_args": {"retry_delay": "5m", "pool": "p", "queue": "q"},
    }


def test_a_dag_that_is_not_named_has_what_holds_for_all() -> None:
    dag = converted("DAG(dag_id='other', config=load_config(config_name='nightly.yaml'))")
    assert dag.is_certain, dag.remarks
    keys = ("schedule", "owner", "retries")
    assert [dag.data[key] for key in keys] == [{"every": "2h30m"}, "team", 1]
    assert "tags" not in dag.data


def test_a_configuration_is_looked_for_in_the_folders_above() -> None:
    dag = converted("DAG(dag_id='other', config=load_config('conf', 'above'))")
    assert dag.is_certain, dag.remarks
    assert dag.data["schedule"] == "@daily"


@pytest.mark.parametrize(
    ("call", "subject"),
    [
        ("DAG(dag_id='a', config=load_config('config', 'none'))", "config"),
        ("DAG(dag_id='a', config=load_config('config', 'bad'))", "config"),
        ("DAG(dag_id='a', config=load_config('/etc', 'passwd'))", "config"),
        ("DAG(dag_id='a', config=load_config('config', 'nightly', overrides=['env=x']))", "config"),
        ("DAG('a', config=load_config('config', 'nightly'))", "DAG"),
        ("DAG(dag_id='alpha', config=load_config('config', 'nightly'))", "description"),
        ("DAG(dag_id='made', config=load_config('config', 'nightly'))", "tasks"),
        ("DAG(dag_id='idle', config=load_config('config', 'nightly'))", "enabled"),
    ],
)
def test_what_is_not_followed_is_a_gap(call: str, subject: str) -> None:
    gaps = [each.subject for each in converted(call).remarks if each.outcome is Outcome.GAP]
    assert subject in gaps


def test_without_a_configuration_it_is_a_dag_like_any_other() -> None:
    dag = converted("DAG(dag_id='a', schedule=None, start_date=None)")
    assert dag.data["schedule"] is None
