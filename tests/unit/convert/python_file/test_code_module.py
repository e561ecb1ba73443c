"""What stays code of a DAG file: a module beside the new one, with what it needs and no more."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

import pytest

from dagctl.convert import Conversion, Outcome, convert_python

HEAD = """
# the head of the file
import os, sys
import logging
from datetime import datetime, timedelta
from airflow import DAG
from airflow.models import BaseOperator
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
"""
OPERATOR = """
# how long
LIMIT = 3  # of days
UNUSED = {"a": 1}


def since(days):
    return timedelta(days=days)


class Load(BaseOperator):
    # what is rendered
    template_fields = ("table",)

    def __init__(self, table, **kwargs):
        super().__init__(**kwargs)
        self.table = table

    def execute(self, context):
        logging.info("%s %s", self.table, since(LIMIT))
"""
TASK = """
with DAG("etl", start_date=datetime(2024, 1, 1)) as dag:
    load = Load(task_id="load", table="{{ ds }}")
"""


def convert(text: str, airflow: str = "3") -> Conversion:
    today = date(2026, 3, 10)
    return convert_python(HEAD + dedent(text), "dags/etl.py", airflow=airflow, today=today)


def gaps(made: Conversion) -> list[str]:
    (dag,) = made.dags
    return [each.text for each in dag.remarks if each.outcome is Outcome.GAP]


def test_an_operator_class_of_the_file_stands_in_a_module_as_it_was() -> None:
    made = convert(OPERATOR + TASK)
    (dag,) = made.dags
    assert dag.whole
    assert dag.data["tasks"] == [
        {"task_id": "load", "operator": "etl_code.Load", "with": {"table": "{{ ds }}"}}
    ]
    expected = OPERATOR.replace('UNUSED = {"a": 1}\n', "")
    assert made.beside == {
        "etl_code.py": '"""Code of the DAG file etl.py, as it stood there."""\n\n'
        "import logging\nfrom datetime import timedelta\n"
        f"from airflow.models import BaseOperator\n{expected}"
    }
    text = "the class stands in the module etl_code, as it is"
    assert text in [each.text for each in dag.remarks]


def test_a_file_without_such_code_has_no_module() -> None:
    assert not convert("""
        def f(): pass
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            PythonOperator(task_id="a", python_callable=f)
    """).beside


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("LIMIT = dag.dag_id", "it needs `dag`: a DAG or a group is not there when the task runs"),
        ("LIMIT = load", "it needs `LIMIT`: give the output of a task as an argument"),
        ("LIMIT = [load]", "it needs `LIMIT`: give the output of a task as an argument"),
        ("from .x import LIMIT", "it needs `LIMIT`: a relative import gives it"),
        ("LIMIT = sys.modules[__name__].UNUSED", "takes names of the file as text"),
        (
            "if True:\n    BashOperator(task_id='b', bash_command='x', dag=dag)\n    LIMIT = 1",
            "makes",
        ),
        ("def put(n):\n    global LIMIT\n    LIMIT = n\nput(4)", "a call of a function gives it"),
        ("from airflow.contrib.x import LIMIT", "Airflow 3 has no `airflow.contrib`"),
    ],
)
def test_what_a_module_would_not_have_right_is_a_gap(line: str, why: str) -> None:
    text = OPERATOR.replace("LIMIT = 3  # of days\n", "")
    made = convert(f"{text}{TASK}{line}\n")
    assert [why in each for each in gaps(made)] == [True]
    assert "LIMIT = " not in "".join(made.beside.values())


def test_all_lines_that_give_a_name_its_value_are_taken_in_their_order() -> None:
    lines = "LIMIT = [1]\nLIMIT.append(2)\nfor n in (3, 4):\n    LIMIT += [n]\n"
    lines += "if os.name:\n    LIMIT = LIMIT[1:]\n"
    made = convert(OPERATOR.replace("LIMIT = 3  # of days\n", lines) + TASK)
    assert made.dags[0].whole
    names: dict[str, object] = {}
    text = "\n".join(
        line for line in made.beside["etl_code.py"].splitlines() if "airflow" not in line
    )
    exec(f"BaseOperator = object\n{text}", names)
    assert names["LIMIT"] == [2, 3, 4]


def test_the_path_of_modules_is_set_before_the_imports_of_the_module() -> None:
    text = OPERATOR.replace("LIMIT = 3", "LIMIT = own.x")
    made = convert(f"sys.path.append('/lib')\nimport own\n{text}{TASK}")
    assert "import sys\n" in made.beside["etl_code.py"]
    assert "sys.path.append('/lib')\n\nimport own\n" in made.beside["etl_code.py"]


def test_old_imports_and_idle_decorators_get_their_form_of_now() -> None:
    made = convert("""
        from airflow.hooks.postgres_hook import PostgresHook
        from airflow.utils.decorators import apply_defaults

        class Load(BaseOperator):
            @apply_defaults
            def __init__(self, **kwargs):
                super().__init__(**kwargs)

            def execute(self, context):
                PostgresHook("x").run(context["execution_date"])

        with DAG("etl", start_date=datetime(2024, 1, 1)):
            Load(task_id="load")
    """)
    assert made.dags[0].whole
    module = made.beside["etl_code.py"]
    assert "apply_defaults" not in module
    assert "from airflow.providers.postgres.hooks.postgres import PostgresHook" in module
    assert 'context["logical_date"]' in module


def test_what_is_certain_to_fail_in_the_target_is_a_gap() -> None:
    text = OPERATOR.replace("since(LIMIT)", "context['next_ds']") + TASK
    assert "`next_ds` in the context" in gaps(convert(text))[0]
    assert not gaps(convert(text, airflow="2.11"))


def test_a_function_under_a_decorator_stays_under_it() -> None:
    made = convert("""
        from lib import session

        @session
        def load(ds=None):
            print(ds)

        with DAG("etl", start_date=datetime(2024, 1, 1)):
            PythonOperator(task_id="a", python_callable=load)
    """)
    (dag,) = made.dags
    assert dag.whole
    assert dag.data["tasks"] == [{"task_id": "a", "python_callable": "etl_code.load"}]
    assert "@session\ndef load(ds=None):" in made.beside["etl_code.py"]


@pytest.mark.parametrize(
    ("file", "module"),
    [("dags/etl.py", "etl_code"), ("a/21 load-x.v2.py", "dag_21_load_x_v2_code")],
)
def test_the_module_is_named_after_the_file(file: str, module: str) -> None:
    text = HEAD + OPERATOR + TASK
    made = convert_python(text, file, airflow="3", today=date(2026, 3, 10))
    assert [*made.beside] == [f"{module}.py"]
    assert made.dags[0].data["tasks"][0]["operator"] == f"{module}.Load"


def test_an_operator_class_of_the_file_may_be_mapped() -> None:
    mapped = """
with DAG("etl", start_date=datetime(2024, 1, 1)) as dag:
    Load.partial(task_id="load", retries=2).expand(table=["a", "b"])
"""
    made = convert(OPERATOR + mapped)
    (dag,) = made.dags
    assert dag.whole, dag.remarks
    assert dag.data["tasks"] == [
        {
            "task_id": "load",
            "operator": "etl_code.Load",
            "retries": 2,
            "expand": {"table": ["a", "b"]},
        }
    ]
    assert "class Load(BaseOperator):" in made.beside["etl_code.py"]


def test_a_mapped_class_of_the_file_without_an_id_is_a_gap() -> None:
    made = convert(OPERATOR + TASK + "    Load.partial().expand(table=['a'])\n")
    assert any("Load.partial()" in text for text in gaps(made))
