"""Calls that nothing follows stay calls in the new file, and what is asked of them is a gap."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from dagctl.convert import ConvertedDag, Module, Modules, convert_python

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
        "made = make(name='x')\na >> made[0]",
        "made = make(name='x')\na >> made\nif made is not None:\n    made >> z",
        "made = make(name='x')\na >> made\nif made:\n    made >> z",
        "made = make(name='x')\na >> made\nfor each in made:\n    each >> z",
        "made = make(name='x')\nwith made:\n    BashOperator(task_id='b', bash_command='ls')",
        "made = make(name='x')\nBashOperator(task_id='b', bash_command='ls', task_group=made)",
        "made = make(name='x')\nchain(made, [a, z])",
        "made = make(name='x')\nother(made)\na >> made",
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
