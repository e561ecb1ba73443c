"""Every kind of value of a Python file at every place that takes one: a spec or a gap, no error."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from dagctl.convert import Outcome, convert_python
from dagctl.spec.load import check_data

HEAD = """
import os
from datetime import datetime, timedelta
from pathlib import Path
from airflow import DAG
from airflow.decorators import task
from airflow.hooks.base import BaseHook
from airflow.sdk import Asset, Param, Variable, literal
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.providers.docker.operators.docker import DockerOperator
from airflow.timetables.assets import AssetOrTimeSchedule
from airflow.timetables.interval import CronDataIntervalTimetable
from airflow.utils.task_group import TaskGroup
from shop import Thing
class Local: pass
def f(**given): return given
def other(x): return x
base = BashOperator(task_id="base", bash_command="x")
value = {value}
"""
OFTEN = ("Variable.get('x')", "{1: base}", "lambda: 1", "Path(__file__).parent / 'x'")
VALUES = (
    *("Variable.get('x', deserialize_json=True)", "os.getenv('X', 'y')", "BaseHook.get_connection"),
    *("os.environ['X']", "datetime.now()", "other", "Local", "Local()", "Thing(1)", "Thing(a=1)"),
    *(
        "BaseHook.get_connection('x')",
        "base",
        "base.output",
        "{1, 2}",
        "b'x'",
        "1j",
        "float('nan')",
        "...",
        "Asset('a')",
    ),
    *("timedelta(microseconds=1)", "Param(1)", "unknown", "10 ** 400", "'\\x00'", "'\\ud800'"),
)
PLACES = (
    *("schedule=value", "schedule=[value]", "schedule=Asset(value)", "schedule=Asset('a') | value"),
    *("schedule=CronDataIntervalTimetable(value, timezone=value)", "schedule=Thing(at=value)"),
    "schedule=AssetOrTimeSchedule(timetable=CronDataIntervalTimetable(value), assets=[value])",
    *("start_date=value", "end_date=value", "tags=[value]", "tags=value", "params={'a': value}"),
    *("params={'a': Param(value, enum=[value])}", "default_args={'retry_delay': value}"),
    *("default_args={'owner': value, 'email': value}", "default_args=value", "catchup=value"),
    *(
        "template_searchpath=[value]",
        "template_searchpath=value",
        "user_defined_macros={'a': value}",
    ),
    *("on_failure_callback=value", "dagrun_timeout=value", "doc_md=value", "access_control=value"),
)
CALLS = (
    *(
        "BashOperator(task_id=value, bash_command='x')",
        "BashOperator(task_id='a', bash_command=value)",
    ),
    *(
        "BashOperator(task_id='a', bash_command=literal(value))",
        "DockerOperator(task_id='a', image=value)",
    ),
    *(
        "BashOperator(task_id='a', bash_command='x', env={'A': value}, pool=value)",
        "BashOperator(task_id='a', bash_command='x', priority_weight=value, queue=value)",
    ),
    *(
        "PythonOperator(task_id='a', python_callable=value)",
        "task(other)(value)",
        "task(other)(x=[value])",
    ),
    *("PythonOperator(task_id='a', python_callable=f, op_kwargs={'a': value}, op_args=[value])",),
    *(
        "task(other).expand(x=value)",
        "task(other).expand(x=[value])",
        "task(other).override(task_id=value)(1)",
    ),
    *("BashOperator.partial(task_id='a').expand(bash_command=value)", "TaskGroup(group_id=value)"),
    *(
        "BashOperator.partial(task_id='a').expand_kwargs(value)",
        "BashOperator(task_id='a', bash_command='x') >> value",
    ),
    *("BashOperator(task_id='a', bash_command='x', outlets=value, retry_delay=value)",),
    *("BashOperator(task_id='a', bash_command='x', on_failure_callback=value, start_date=value)",),
    *("BashOperator(task_id='a', bash_command=f'{value}' + 'x' + str(value))",),
)


def text_of(value: str) -> str:
    dags = [
        f"with DAG('p{number}', {place}):\n    BashOperator(task_id='a', bash_command='x')\n"
        for number, place in enumerate(PLACES)
    ]
    calls = [
        f"with DAG('t{number}', start_date=datetime(2024, 1, 1)):\n    {call}\n"
        for number, call in enumerate(CALLS)
    ]
    return HEAD.format(value=value) + "".join([*dags, *calls])


@pytest.mark.parametrize(
    "value", [*OFTEN, *(pytest.param(value, marks=pytest.mark.sweep) for value in VALUES)]
)
def test_each_value_at_each_place(value: str) -> None:
    made = convert_python(text_of(value), "d.py", airflow="3", today=date(2026, 3, 10))
    assert len(made.dags) == len(PLACES) + len(CALLS)
    for dag in made.dags:
        assert yaml.safe_load(dag.text) is not None
        assert "object at 0x" not in dag.text
        assert "(template=" not in dag.text
        gaps = [remark for remark in dag.remarks if remark.outcome is Outcome.GAP]
        assert gaps or check_data(dag.data, airflow="3").spec is not None
