"""The gate lets nothing pass that the spec does not say."""

from __future__ import annotations

import pytest

from dagctl import DagSpec, render
from dagctl.codegen.dag_file import DagFile, dag_file
from dagctl.codegen.gate import check
from dagctl.errors import GeneratedCodeError

SPEC = DagSpec.model_validate(
    {
        "dag_name": "n",
        "description": "0.0",
        "start_date": "2024-01-01T06:00:00-03:30",
        "tags": ["a"],
        "tasks": [
            {"task_id": "p", "task_type": "python", "python_code": "x = 1\nreturn {'a': -0.0}"},
            {"task_id": "b", "task_type": "bash", "bash_command": "true", "dependencies": ["p"]},
        ],
    }
)


@pytest.fixture
def file() -> DagFile:
    return dag_file(SPEC, "3", SPEC.dag_id)


def test_the_rendered_file_passes(file: DagFile) -> None:
    check(render(SPEC), file)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x = 1", "x = True"),
        ("x = 1", "x = 1.0"),
        ("-0.0}", "0.0}"),
        ("def p_function()", "def p_function(x=1)"),
        ('"0.0"', "0.0"),
        ('tags=["a"]', 'tags=["a", "b"]'),
        ('tags=["a"]', "tags=[print()]"),
        ("retries", "retry"),
        ("-timedelta(hours=3", "timedelta(hours=3"),
        ("catchup=False,", "catchup=False, max_active_runs=2,"),
        ("p_task >> b_task", "b_task >> p_task"),
        ("p_task >> b_task", "p_task >> b_task\nprint()"),
        ("\np_task >> b_task", ""),
        ("from airflow.sdk import DAG", "import os\nfrom airflow.sdk import DAG"),
        ("from airflow.sdk import DAG", "from airflow.sdk import DAG as DAG2"),
        ("python_callable=p_function", "python_callable=print"),
        ("dag = DAG(", "dag = DAG(("),
    ],
)
def test_a_file_that_says_anything_else_is_stopped(file: DagFile, old: str, new: str) -> None:
    changed = render(SPEC).replace(old, new)
    assert changed != render(SPEC)
    with pytest.raises(GeneratedCodeError, match="of n "):
        check(changed, file)
