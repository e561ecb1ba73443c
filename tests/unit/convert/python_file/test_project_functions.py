"""Functions of other files of the project: what a DAG file makes with them comes over."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from dagctl.convert import ConvertedDag, Module, Modules, Outcome, convert_python

HEAD = """
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator
"""
MODULES = {
    "parts": """
        from airflow.decorators import task, task_group
        from airflow.operators.bash import BashOperator
        from airflow.operators.python import PythonOperator
        from shop.boxes import Box
        from .parts.more import note
        FOLDER = "/data"
        def _rows(day):
            return [day]
        class Wait:
            pass
        def load(dag, name, retries=1, *, queue="small"):
            done = BashOperator(task_id=f"load_{name}", bash_command=f"ls {FOLDER}/{name}",
                                retries=retries, queue=queue, dag=dag)
            check = PythonOperator(task_id=f"check_{name}", python_callable=_rows,
                                   op_kwargs={"day": "{{ ds }}"}, dag=dag)
            done >> check
            return check
        def arguments(owner):
            return {"start_date": DAY, "default_args": {"owner": owner}}
        @task(retries=3)
        def secrets(names):
            \"\"\"Read them.\"\"\"
            note(names)
            return {name: _rows(FOLDER) for name in names}
        @task_group
        def cleaning(day):
            BashOperator(task_id="clean", bash_command=f"rm {day}")
        def now_known(level):
            return Box(level).size()
        def unclear(level):
            if asked():
                return 1
            return 2
        from datetime import datetime
        DAY = datetime(2024, 1, 1)
    """,
    "parts.more": "def note(names):\n    print(names)\n",
    "again": "from parts import load as take",
    "settings": """
        import os
        ARGS = {"retries": 1}
        BUCKET = "dev"
        LIST = []
        if os.getenv("ENV") == "prod":
            ARGS["retries"] = 5
            BUCKET = "prod"
        for name in os.listdir("/x"):
            LIST.append(name)
        try:
            OWNER = os.environ["OWNER"]
        except KeyError:
            OWNER = "data"
    """,
}


def convert(text: str) -> ConvertedDag:
    def read(module: str, _importer: str) -> Module | None:
        name = module.removeprefix(".")
        return Module(f"{name}.py", dedent(MODULES[name])) if name in MODULES else None

    today = date(2026, 3, 10)
    made = convert_python(
        HEAD + dedent(text), "dags/etl.py", airflow="3", today=today, project=Modules(read)
    )
    (dag,) = made.dags
    return dag


def tasks(dag: ConvertedDag) -> dict[str, Any]:
    assert dag.whole, [remark for remark in dag.remarks if remark.outcome is Outcome.GAP]
    return {own.get("task_id", own.get("group_id")): own for own in dag.data["tasks"]}


def gaps(dag: ConvertedDag) -> list[str]:
    return [remark.text for remark in dag.remarks if remark.outcome is Outcome.GAP]


@pytest.mark.parametrize("way", ["from parts import load", "from again import take as load"])
def test_a_function_makes_tasks(way: str) -> None:
    dag = convert(f"""
        {way}
        dag = DAG("etl", start_date=datetime(2024, 1, 1))
        end = BashOperator(task_id="end", bash_command="true", dag=dag)
        for name in ("a", "b"):
            load(dag, name, 2) >> end
    """)
    own = tasks(dag)
    assert list(own) == ["end", "load_a", "check_a", "load_b", "check_b"]
    assert own["load_a"]["bash_command"] == "ls /data/a"
    assert (own["load_a"]["retries"], own["load_a"]["queue"]) == (2, "small")
    assert own["check_a"]["python_callable"] == "parts._rows"
    assert own["check_a"]["dependencies"] == ["load_a"]
    assert sorted(own["end"]["dependencies"]) == ["check_a", "check_b"]


def test_a_function_makes_the_arguments_of_the_dag() -> None:
    dag = convert("""
        from parts import arguments
        with DAG("etl", **(arguments("sales") | {"tags": ["a"]})):
            BashOperator(task_id="a", bash_command="true")
    """)
    assert dag.whole
    assert dag.data["start_date"] == "2024-01-01"
    assert dag.data["owner"] == "sales"


def test_a_decorated_function_imports_what_stands_beside_it() -> None:
    dag = convert("""
        import parts
        from parts import secrets, cleaning
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            first = secrets(["a"])
            cleaning("x")
            parts.secrets.override(task_id="more").expand(names=[["a"], ["b"]])
    """)
    own = tasks(dag)
    assert any("the function of the module" in remark.text for remark in dag.remarks)
    code = own["secrets"]["python_code"]
    assert "from parts.more import note" not in code  # the module is asked for its own name
    assert "from parts import _rows" in code
    assert "from parts import FOLDER" in code
    assert "from parts import note" in code
    assert own["secrets"]["retries"] == 3
    assert own["secrets"]["with"] == {"names": ["a"]}
    assert own["cleaning"]["tasks"][0]["bash_command"] == "rm x"
    assert own["more"]["expand"] == {"names": [["a"], ["b"]]}


def test_a_call_that_only_python_knows_stays_one_with_its_arguments_by_name() -> None:
    own = tasks(
        convert("""
            from parts import now_known, unclear
            with DAG("etl", start_date=datetime(2024, 1, 1)):
                BashOperator(task_id="a", bash_command="true", env={"A": unclear(3)})
                BashOperator(task_id="b", bash_command="true", env={"A": now_known(level=3)})
        """)
    )
    assert own["a"]["env"] == {"A": {"$new": "parts.unclear", "with": {"level": 3}}}
    assert own["b"]["env"] == {"A": {"$new": "parts.now_known", "with": {"level": 3}}}


@pytest.mark.parametrize("name", ["BUCKET", "ARGS", "LIST", "OWNER"])
def test_a_constant_that_may_have_two_values_is_not_taken(name: str) -> None:
    dag = convert(f"""
        from settings import {name}
        with DAG("etl", start_date=datetime(2024, 1, 1)):
            BashOperator(task_id="a", bash_command="true", env={{"A": {name}}})
    """)
    assert tasks(dag)["a"]["env"] == {"A": {"$ref": f"settings.{name}"}}


def test_what_a_dag_takes_by_stars_is_a_param_as_in_airflow() -> None:
    dag = convert("""
        from airflow.decorators import dag
        @dag(start_date=datetime(2024, 1, 1))
        def etl(day="x", *args, **kwargs):
            BashOperator(task_id="a", bash_command=f"ls {day}")
        etl()
    """)
    assert dag.whole, dag.remarks
    assert dag.data["params"] == {"day": "x", "args": [], "kwargs": {"default": {}}}
