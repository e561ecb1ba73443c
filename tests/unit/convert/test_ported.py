"""Names that the target has for what a converted DAG says with those of another Airflow."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

import pytest

from dagctl.convert import ConvertedDag, Outcome, convert_python
from dagctl.convert.outcome.ported import ported
from dagctl.spec.load import check_data
from dagctl.target import target_of

HEAD = """
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
"""


def convert(code: str, *, airflow: str = "3", before: str = "") -> ConvertedDag:
    start = "datetime(2024, 1, 1)"
    text = f"{HEAD}{dedent(before)}\nwith DAG('d', start_date={start}, schedule='@daily'):\n{code}"
    (dag,) = convert_python(text, "d.py", airflow=airflow, today=date(2026, 3, 10)).dags
    return dag


def template(text: str, *, airflow: str = "3") -> tuple[str, bool]:
    """Return what becomes of a command, and whether the DAG came over whole."""
    dag = convert(f"    BashOperator(task_id='a', bash_command={text!r})\n", airflow=airflow)
    return dag.data["tasks"][0]["bash_command"], dag.whole


def function(code: str, *, airflow: str = "3") -> ConvertedDag:
    task = "    PythonOperator(task_id='a', python_callable=run)\n"
    return convert(task, airflow=airflow, before=code)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("load {{ execution_date }}", "load {{ logical_date }}"),
        ("load {{execution_date.strftime('%Y')}}\n", "load {{logical_date.strftime('%Y')}}\n"),
        ("{% if execution_date %}x{% endif %}", "{% if logical_date %}x{% endif %}"),
        ("{{ yesterday_ds }}", "{{ macros.ds_add(ds, -1) }}"),
        (
            "{{ tomorrow_ds_nodash ~ 'x' }}",
            "{{ (macros.ds_add(ds, 1) | replace('-', '')) ~ 'x' }}",
        ),
        ("{{ ti.execution_date }}", "{{ logical_date }}"),
        ("{{ dag_run . execution_date }}", "{{ logical_date }}"),
        ("{{ task_instance.dag_run.conf['a'] }}", "{{ dag_run.conf['a'] }}"),
        ("execution_date {{ execution_date }} ü", "execution_date {{ logical_date }} ü"),
    ],
)
def test_a_variable_of_airflow_2_gets_the_name_of_airflow_3(old: str, new: str) -> None:
    assert template(old) == (new, True)
    assert template(old, airflow="2") == (old, True)


def test_a_variable_without_an_equal_is_a_gap() -> None:
    assert template("{{ next_ds }}") == ("{{ next_ds }}", False)
    assert template("{{ execution_date }} {{ next_ds }}") == (
        "{{ logical_date }} {{ next_ds }}",
        False,
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "from airflow.hooks.postgres_hook import PostgresHook",
            "from airflow.providers.postgres.hooks.postgres import PostgresHook",
        ),
        (
            "from airflow.contrib.hooks.aws_hook import AwsHook as Hook",
            "from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook as Hook",
        ),
        (
            "from airflow.contrib.hooks.aws_sqs_hook import SQSHook",
            "from airflow.providers.amazon.aws.hooks.sqs import SqsHook as SQSHook",
        ),
        ("from airflow.hooks.base_hook import BaseHook", "from airflow.hooks.base import BaseHook"),
    ],
)
def test_an_import_that_moved_is_that_of_the_target(old: str, new: str) -> None:
    code = f"def run():\n    {old}  # why\n    return 1\n"
    dag = function(code)

    assert new in dag.data["tasks"][0]["python_code"]
    assert dag.whole
    changed = [each.text for each in dag.remarks if each.outcome is Outcome.CHANGED]
    assert any(" now" in text for text in changed)
    assert old in function(code, airflow="2").data["tasks"][0]["python_code"]


def test_an_import_at_the_top_of_the_file_is_ported_too() -> None:
    code = "from airflow.hooks.S3_hook import S3Hook\ndef run():\n    return S3Hook()\n"
    assert (
        "from airflow.providers.amazon.aws.hooks.s3 import S3Hook"
        in (function(code).data["tasks"][0]["python_code"])
    )


def test_names_of_one_import_may_go_to_several_places() -> None:
    code = """
        def run():
            from airflow.hooks.S3_hook import S3Hook, provide_bucket_name
            return S3Hook, provide_bucket_name
    """
    dag = function(code)
    assert dag.data["tasks"][0]["python_code"] == dedent("""\
        def run():
            from airflow.hooks.S3_hook import provide_bucket_name
            from airflow.providers.amazon.aws.hooks.s3 import S3Hook
            return S3Hook, provide_bucket_name
    """)
    assert not dag.whole  # `provide_bucket_name` is still looked for at the old place


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def run(**context):\n    return context['execution_date']\n", "context['logical_date']"),
        (
            'def run(**kwargs):\n    return kwargs["execution_date"], "execution_date"\n',
            'return kwargs["logical_date"], "execution_date"',
        ),
        (
            "def run(execution_date, **kwargs):\n    'Days.'\n    return f'{execution_date}'\n",
            "def run(logical_date, **kwargs):\n    'Days.'\n    execution_date = logical_date\n",
        ),
        (
            "def run(a=1, *, execution_date):\n    return execution_date\n",
            "def run(a=1, *, logical_date):\n    execution_date = logical_date\n",
        ),
    ],
)
def test_the_date_of_the_run_is_read_by_its_new_name(old: str, new: str) -> None:
    dag = function(old)
    assert new in dag.data["tasks"][0]["python_code"]
    assert dag.whole
    assert new not in function(old, airflow="2").data["tasks"][0]["python_code"]


def test_what_is_certain_to_fail_is_a_gap() -> None:
    dag = function("def run(region):\n    return region\n")
    assert not dag.whole
    assert any("DAG421" in each.text for each in dag.remarks if each.outcome is Outcome.GAP)


def test_lines_are_counted_as_python_counts_them() -> None:
    data = {
        "dag_name": "d",
        "tasks": [
            {
                "task_id": "a",
                "python_code": (
                    "def run(**context):\r    'x'\r\n    return context['execution_date']\r"
                ),
            }
        ],
    }
    target = target_of("3")
    made = ported(data, check_data(data).diagnostics, target)
    assert made.data["tasks"][0]["python_code"] == (
        "def run(**context):\n    'x'\n    return context['logical_date']\n"
    )


@pytest.mark.parametrize(
    ("parameter", "old", "new"),
    [
        ("ti", "ti.dag_run.conf", 'get_current_context()["dag_run"].conf'),
        ("task_instance", "task_instance.dag_run", 'get_current_context()["dag_run"]'),
        ("**context", "context['ti'].dag_run.conf", 'context["dag_run"].conf'),
        ("**kw", 'kw["task_instance"].dag_run, kw["ti"].dag_run', 'kw["dag_run"], kw["dag_run"]'),
    ],
)
def test_the_run_of_a_task_is_read_from_the_context(parameter: str, old: str, new: str) -> None:
    code = f'def run({parameter}):\n    """Print."""\n    print({old})\n'
    dag = function(code)
    assert dag.whole
    made = dag.data["tasks"][0]["python_code"]
    assert f"    print({new})\n" in made
    has_import = '"""Print."""\n    from airflow.sdk import get_current_context\n' in made
    assert has_import is ("get_current" in new)
    assert old in function(code, airflow="2").data["tasks"][0]["python_code"]


def test_another_object_of_that_name_keeps_its_run() -> None:
    dag = function("def run(ti):\n    ti = make()\n    print(ti.dag_run)\n")
    assert "ti.dag_run" in dag.data["tasks"][0]["python_code"]
