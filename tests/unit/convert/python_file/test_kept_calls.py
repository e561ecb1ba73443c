"""Calls that nothing follows stay calls in the new file, and what is asked of them is a gap."""

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
from airflow.models.baseoperator import chain
from airflow.utils.task_group import TaskGroup
from acme.ops import make, other
from parts import NAMES, Steps, copies, lines, noted
with DAG("d", start_date=datetime(2024, 1, 1), schedule=None) as dag:
    a = BashOperator(task_id="a", bash_command="ls")
    z = BashOperator(task_id="z", bash_command="ls")
"""
MODULES = {
    "parts": """
        import os
        from airflow.operators.bash import BashOperator
        class Steps:
            def __init__(self, client):
                self.client = client
            def make(self, retries=0):
                return jobs_of(self.client, retries)
            @staticmethod
            def plain(name):
                return jobs_of(name, 0)
        def copies(folder):
            made = []
            for name in os.listdir(folder):
                made.append(BashOperator(task_id=name, bash_command=f"copy {name}"))
            return made
        NAMES = ["y"]
        def noted(name):
            NAMES.append(name)
            return BashOperator(task_id=name, bash_command=asked())
        def lines(names):
            return [BashOperator(task_id=name, bash_command=f"copy {name}") for name in names]
    """,
}
NAMED_DAG = {"$new": "operator.getitem", "args": [{"$new": "builtins.globals"}, "dag"]}
TASKS = {"$new": "builtins.getattr", "args": [NAMED_DAG, "task_dict"]}
A = {"$new": "operator.getitem", "args": [TASKS, "a"]}


def converted(text: str) -> ConvertedDag:
    def read(name: str, _importer: str) -> Module | None:
        found = MODULES.get(name)
        return None if found is None else Module(f"{name}.py", dedent(found))

    given = HEAD + "".join(f"    {line}\n" for line in dedent(text).strip().splitlines())
    project = Modules(read)
    made = convert_python(given, "d.py", airflow="3", today=date(2026, 1, 1), project=project)
    assert len(made.dags) == 1
    return made.dags[0]


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        (
            "make(dag=dag, name='x', day='{{ ds }}')",
            {
                "group_callable": "acme.ops.make",
                "with": {"dag": NAMED_DAG, "name": "x", "day": "{{ ds }}"},
            },
        ),
        ("make(dag, [a], 1)", {"group_callable": "acme.ops.make", "args": [NAMED_DAG, [A], 1]}),
        (
            "Steps('emea').make(retries=1)",
            {
                "group_callable": "parts.Steps.make",
                "args": [{"$new": "parts.Steps", "args": ["emea"]}],
                "with": {"retries": 1},
            },
        ),
        ("copies('/data')", {"group_callable": "parts.copies", "args": ["/data"]}),
    ],
)
def test_a_call_stays_one_and_arrows_lead_to_what_it_returns(
    line: str, entry: dict[str, Any]
) -> None:
    dag = converted(f"made = {line}\na >> made >> z")
    assert dag.whole, dag.remarks
    name = str(entry["group_callable"]).rpartition(".")[2] + "_made"
    tasks = dag.data["tasks"]
    assert tasks[2] == {"group_id": name, **entry, "without_group": True, "dependencies": ["a"]}
    assert tasks[1]["dependencies"] == [name]
    said = [remark.text for remark in dag.remarks if "as before" in remark.text]
    assert said == ["it is called at each parse, as before: what it makes is not followed"]


def test_each_turn_of_a_loop_calls_it_and_a_group_has_it_inside() -> None:
    dag = converted("""
        with TaskGroup("g"):
            for name in ["x", "y"]:
                make(name=name)
    """)
    assert dag.whole, dag.remarks
    (group,) = dag.data["tasks"][2:]
    assert [(each["group_id"], each["with"]) for each in group["tasks"]] == [
        ("make_made", {"name": "x"}),
        ("make_made__1", {"name": "y"}),
    ]


def test_a_function_that_is_followed_to_its_end_is_no_call() -> None:
    dag = converted("a >> lines(['x', 'y'])")
    assert dag.whole, dag.remarks
    assert [task["task_id"] for task in dag.data["tasks"]] == ["a", "z", "x", "y"]


@pytest.mark.parametrize(
    "text",
    [
        "made = make(name='x')\na >> made[0:2]",
        "a >> make(globals())",
        "a >> make(name='x').as_setup()",
        "made = make(name='x')\na >> made\nz.as_teardown(setups=made)",
        "made = make(name='x')\na >> made\nmade.doc_md = 'x'",
        "made = make(name='x')\na >> made\nBashOperator(task_id='b', bash_command=f'ls {made}')",
        "made = make(name='x')\na >> made\nBashOperator(task_id='b', retries=made)",
        "made = make(name='x')\na >> made\nif made is not None:\n    made >> z",
        "made = make(name='x')\na >> made\nif made:\n    made >> z",
        "made = make(name='x')\na >> made\nfor each in made:\n    each >> z",
        "made = make(name='x')\nwith made:\n    BashOperator(task_id='b', bash_command='ls')",
        "made = make(name='x')\nBashOperator(task_id='b', bash_command='ls', task_group=made)",
        "made = make(name='x')\nchain(made, [a, z])",
        "made = make(name='x')\nBashOperator(task_id=made.group_id, bash_command='ls')",
        "steps = Steps('x')\na >> steps.make()\na >> steps.make(1)",
        "a >> Steps('x').plain('y')",
        "found = [a]\nmade = make(found)\na >> made\nfor each in found:\n    each >> z",
        "a >> make(**options)",
    ],
)
def test_what_else_the_file_asks_of_it_is_a_gap(text: str) -> None:
    assert not converted(text).whole


def test_what_a_kept_call_may_change_in_its_module_is_not_known() -> None:
    """Else a function of it that is followed would not have what the call added."""
    dag = converted("a >> noted('x')\na >> lines(NAMES)")
    assert not dag.whole


def test_a_decorator_of_a_package_whose_function_gets_an_output_makes_a_task() -> None:
    dag = converted("""
        from airflow.decorators import task
        from acme.tasks import counting
        @task
        def rows():
            return 1
        @counting(unit="rows")
        def counted(found, least):
            return found
        made = counted(rows(), 2)
        a >> made
        make(made, name="x") >> z
    """)
    assert dag.whole, dag.remarks
    assert not dag.is_certain
    counted, kept = dag.data["tasks"][3:]
    assert (counted["task_id"], counted["decorator"]) == ("counted", "acme.tasks.counting")
    assert (counted["with"], counted["dependencies"]) == ({"unit": "rows"}, ["a"])
    assert counted["op_kwargs"] == {"found": {"$xcom": "rows"}, "least": 2}
    assert kept["args"] == [{"$xcom": "counted"}]


@pytest.mark.parametrize(
    "text",
    [
        "@counting\ndef counted(found):\n    return found\na >> counted(1)",
        "@counting('x')\ndef counted(found):\n    return found\na >> counted(a.output)",
        "@counting\n@other\ndef counted(found):\n    return found\na >> counted(a.output)",
    ],
)
def test_a_function_under_another_decorator_that_may_be_none_of_tasks_is_a_gap(text: str) -> None:
    assert not converted(f"from acme.tasks import counting, other\n{text}").whole


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("random.seed(42)", "random.seed(42)"),
        ("seaborn.set_theme(style='white')", "seaborn.set_theme(style='white')"),
        ("oracledb.version = '8.3.0'", "oracledb.version"),
        ("sys.modules['cx_Oracle'] = oracledb", "sys.modules['cx_Oracle']"),
    ],
)
def test_what_a_package_without_airflow_is_set_to_is_left_out_and_said(
    line: str, said: str
) -> None:
    dag = converted(f"import random, sys, seaborn, oracledb\n{line}")
    assert dag.whole
    assert [each.subject for each in dag.remarks if each.outcome is Outcome.DROPPED] == [said]


def test_an_item_set_in_what_the_file_imports_is_a_gap() -> None:
    assert not converted("from acme import settings\nsettings['x'] = 1").whole


def test_whether_something_is_in_what_is_read_at_each_parse_stays_a_call() -> None:
    dag = converted("""
        from airflow.models import Variable
        from airflow.operators.python import PythonOperator
        from acme import run
        conf = Variable.get("conf", deserialize_json=True)
        PythonOperator(task_id="b", python_callable=run, op_kwargs={
            "has": "x" in conf, "lacks": "x" not in conf["y"], "numbers": range(3)})
    """)
    assert dag.whole, dag.remarks
    given = dag.data["tasks"][2]["with"]
    read = {
        "$new": "airflow.models.Variable.get",
        "with": {"key": "conf", "deserialize_json": True},
    }
    inner = {"$new": "operator.getitem", "args": [read, "y"]}
    assert given["has"] == {"$new": "operator.contains", "args": [read, "x"]}
    contained = {"$new": "operator.contains", "args": [inner, "x"]}
    assert given["lacks"] == {"$new": "operator.not_", "args": [contained]}
    assert given["numbers"] == {"$new": "builtins.range", "args": [0, 3, 1]}


def test_what_a_kept_call_returns_and_its_items_are_values() -> None:
    dag = converted("""
        made = make(name="x")
        a >> made[0] >> made["rest"]
        made[-1] >> z
        other(made)
        BashOperator(task_id="b", bash_command="ls", env={"A": made})
    """)
    assert dag.whole, dag.remarks
    tasks = {each.get("group_id", each.get("task_id")): each for each in dag.data["tasks"]}
    item = {"group_callable": "operator.getitem", "without_group": True}
    made = {"$xcom": "make_made"}
    first = {"group_id": "make_made_0", "args": [made, 0], "dependencies": ["a"]}
    assert tasks["make_made_0"] == item | first
    rest = {"group_id": "make_made_rest", "args": [made, "rest"], "dependencies": ["make_made_0"]}
    assert tasks["make_made_rest"] == item | rest
    assert tasks["make_made_last"] == item | {"group_id": "make_made_last", "args": [made, -1]}
    assert tasks["z"]["dependencies"] == ["make_made_last"]
    assert tasks["other_made"]["args"] == [made]
    assert tasks["b"]["env"] == {"A": made}


def test_whether_a_mapping_has_a_key_does_not_depend_on_its_values() -> None:
    dag = converted("""
        conf = {"x": datetime(2024, 1, 1), "y": a}
        for name in ["x", "z"]:
            if name in conf:
                BashOperator(task_id=f"in_{name}", bash_command="ls")
            if name not in conf:
                BashOperator(task_id=f"not_in_{name}", bash_command="ls")
    """)
    assert dag.whole, dag.remarks
    assert [task["task_id"] for task in dag.data["tasks"]] == ["a", "z", "in_x", "not_in_z"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("postgres_conn_id='pg'", {"with": {"postgres_conn_id": "pg"}}), ("cwd='/tmp'", None)],
)
def test_a_task_that_only_a_function_knows_may_take_what_default_args_give(
    given: str, kept: dict[str, Any] | None
) -> None:
    """Else it would be gone, or stand in those tasks alone that the file shows."""
    text = HEAD.replace("schedule=None", f"schedule=None, default_args=dict({given})")
    made = convert_python(
        f"{text}    a >> make(name='x')\n", "d.py", airflow="3", today=date(2026, 1, 1)
    )
    (dag,) = made.dags
    assert dag.whole == (kept is not None)
    assert dag.data.get("default_args") == kept


def test_a_task_that_only_a_function_knows_may_have_an_address() -> None:
    dag = converted("a >> make(name='x')")
    assert (dag.data["email_on_failure"], dag.data["email_on_retry"]) == (True, True)
