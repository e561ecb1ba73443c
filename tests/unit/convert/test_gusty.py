"""What becomes of a folder of gusty: the spec, and the report."""

from __future__ import annotations

import json
from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from dagctl.convert import ConvertedDag, GustyFolder, Outcome, convert_gusty
from dagctl.errors import SpecError

BASH = "operator: airflow.operators.bash.BashOperator\nbash_command: echo 1\n"
EMPTY = "operator: airflow.operators.empty.EmptyOperator\n"
NO_LATEST = "latest_only: false\n"


def convert(files: dict[str, str], *, airflow: str = "3") -> ConvertedDag:
    texts = {f"dags/etl/{name}": dedent(text).lstrip("\n") for name, text in files.items()}
    source = GustyFolder("dags/etl", texts)
    (dag,) = convert_gusty(source, airflow=airflow, today=date(2026, 3, 10)).dags
    return dag


def edges(entries: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return what each task and group depends on, by its id."""
    made: dict[str, list[str]] = {}
    for entry in entries:
        name = entry.get("task_id", entry.get("group_id"))
        made[str(name)] = sorted(entry.get("dependencies", []))
        made |= edges(entry.get("tasks", []))
    return made


def outcomes(dag: ConvertedDag) -> set[tuple[str, str, int, str]]:
    return {(r.outcome.value, r.place.file[9:], r.place.line, r.subject) for r in dag.remarks}


def test_a_folder_of_all_kinds_of_files_is_a_dag() -> None:
    notebook = {
        "cells": [
            {
                "cell_type": "markdown",
                "source": ["```yaml\n", EMPTY, "dependencies: [get]\n", "```"],
            }
        ]
    }
    dag = convert(
        {
            "METADATA.yml": f"""
                description: Orders
                schedule: "0 3 * * *"
                tags: [sales]
                {NO_LATEST}
                default_args:
                  owner: data
                  start_date: !days_ago 1
                  retries: 2
                  retry_delay: !timedelta 'minutes: 5'
            """,
            "get.yml": BASH,
            "Clean.sql": """
                ---
                operator: airflow.providers.common.sql.operators.sql.SQLExecuteQueryOperator
                conn_id: db
                dependencies: [get]
                ---

                delete from orders
            """,
            "count.py": """
                # ---
                # dependencies:
                #   - get
                # python_callable: count
                # op_kwargs: {table: orders}
                # ---
                import json
                TABLES = ["orders"]

                def count(table):
                    return json.dumps([table, TABLES])
            """,
            "whole.py": "print('all of it')\n",
            "page.ipynb": json.dumps(notebook),
            "note.txt": "is passed over",
        }
    )
    assert dag.whole, dag.remarks
    tasks = {task.pop("task_id"): task for task in dag.data["tasks"]}
    assert tasks["get"] == {"bash_command": "echo 1"}
    assert tasks["clean"]["with"] == {"conn_id": "db", "sql": "delete from orders"}
    assert tasks["count"]["with"] == {"table": "orders"}
    assert tasks["count"]["python_code"].startswith("def count(table):")
    assert "import json" in tasks["count"]["python_code"]
    assert tasks["whole"] == {"python_code": "print('all of it')\n"}
    assert tasks["page"] == {"operator": "EmptyOperator", "dependencies": ["get"]}
    settings = ("schedule", "start_date", "owner", "retries", "retry_delay_minutes")
    assert [dag.data[key] for key in settings] == ["0 3 * * *", "2026-03-09", "data", 2, 5]
    assert ("changed", "METADATA.yml", 8, "start_date") in outcomes(dag)


def test_folders_are_groups_and_names_follow_their_metadata() -> None:
    dag = convert(
        {
            "METADATA.yml": NO_LATEST,
            "first.yml": EMPTY,
            "last.yml": f"{EMPTY}dependencies: [out, in]\n",
            "in/METADATA.yml": "tooltip: In\nprefix_group_id: true\ndependencies: [first, gone]\n",
            "in/a.yml": EMPTY,
            "in/b.yml": f"{EMPTY}dependencies: [a, nothing]\n",
            "out/METADATA.yml": "suffix_group_id: true\n",
            "out/a.yml": EMPTY,
            "out/deep/c.yml": f"{EMPTY}dependencies: [first]\n",
            "_hidden/x.yml": EMPTY,
            "off/.gustyignore": "",
            "off/x.yml": EMPTY,
        }
    )
    assert dag.whole, dag.remarks
    assert edges(dag.data["tasks"]) == {
        "first": [],
        "last": ["in", "out"],
        "in": ["first"],
        "in_a": [],
        "in_b": ["in_a"],
        "out": [],
        "a_out": [],
        "deep": [],
        "c": ["first"],
    }
    groups = {entry["group_id"]: entry for entry in dag.data["tasks"] if "group_id" in entry}
    assert groups["in"].get("prefix_group_id", True) is True
    assert groups["out"]["prefix_group_id"] is False
    assert ("dropped", "in/METADATA.yml", 3, "dependencies") in outcomes(dag)
    assert ("dropped", "in/b.yml", 2, "dependencies") in outcomes(dag)


def test_what_waits_outside_is_a_sensor_each_once() -> None:
    dag = convert(
        {
            "METADATA.yml": "wait_for_defaults: {timeout: 60, mode: reschedule}\n",
            "a.yml": f"{EMPTY}external_dependencies:\n  - up: all\n  - up: load\n",
            "b.yml": f"""\
{EMPTY}external_dependencies:
  up:
    retries: 3
    execution_delta: !timedelta 'hours: 1'
    tasks: [load, more]
""",
            "c.yml": EMPTY,
        }
    )
    assert dag.whole, dag.remarks
    tasks = {task["task_id"]: task for task in dag.data["tasks"]}
    assert edges(dag.data["tasks"]) == {
        "a": ["wait_for_DAG_up", "wait_for_up_load"],
        "b": ["wait_for_up_load", "wait_for_up_more"],
        "c": ["latest_only"],
        "latest_only": [],
        **{
            key: ["latest_only"]
            for key in ("wait_for_DAG_up", "wait_for_up_load", "wait_for_up_more")
        },
    }
    assert tasks["wait_for_DAG_up"]["with"] == {
        "poke_interval": 10,
        "timeout": 60,
        "mode": "reschedule",
        "external_dag_id": "up",
    }
    assert (tasks["wait_for_DAG_up"]["retries"], tasks["wait_for_up_more"]["retries"]) == (60, 3)
    assert tasks["wait_for_up_more"]["with"]["execution_delta"] == "1h"


def test_roots_and_leaves() -> None:
    head = "latest_only: false\nroot_tasks: [start]\nleaf_tasks: [stop]\n"
    dag = convert(
        {
            "METADATA.yml": f"{head}external_dependencies:\n  - up: all\n",
            **dict.fromkeys(("start.yml", "stop.yml", "a.yml", "group/x.yml"), EMPTY),
            "b.yml": f"{EMPTY}dependencies: [a]\n",
        }
    )
    assert edges(dag.data["tasks"]) == {
        "start": ["wait_for_DAG_up"],
        "stop": ["b", "group"],
        "a": ["start"],
        "b": ["a"],
        "group": ["start"],
        "x": [],
        "wait_for_DAG_up": [],
    }


def test_one_file_may_be_several_tasks() -> None:
    several = f"{BASH}multi_task_spec:\n  x: {{bash_command: echo x}}\n  y: {{env: {{A: b}}}}\n"
    code = """
        # ---
        # python_callable: main
        # python_callable_partials: {p: {word: a}, q: {word: b}}
        # ---
        def main(word):
            return word
    """
    dag = convert(
        {"METADATA.yml": NO_LATEST, "bash.yml": several, "python.py": dedent(code).strip()}
    )
    assert dag.whole, dag.remarks
    tasks = {task["task_id"]: task for task in dag.data["tasks"]}
    assert tasks["x"]["bash_command"] == "echo x"
    assert (tasks["y"]["bash_command"], tasks["y"]["env"]) == ("echo 1", {"A": "b"})
    assert [tasks[name]["with"] for name in "pq"] == [{"word": "a"}, {"word": "b"}]


def test_what_a_spec_cannot_say_is_a_gap_and_what_gusty_drops_is_dropped() -> None:
    dag = convert(
        {
            "METADATA.yml": 'schedule_interval: "@daily"\ndescription: "{{ x() }}"\nbudget: 5\n',
            "a.yml": f"{BASH}depth: 5\nqueue: !env_var q\n",
            "b.yml": "operator: local.LoadOrders\nsize: 3\n",
            "c.py": "# ---\n# python_callable: missing\n# ---\n",
            "d.Rmd": "---\noperator: local.Knit\n---\ntext\n",
        }
    )
    assert outcomes(dag) >= {
        ("dropped", "b.yml", 1, "file_path"),
        ("gap", "d.Rmd", 2, "file_path"),
        ("takes effect now", "METADATA.yml", 1, "schedule_interval"),
        ("gap", "METADATA.yml", 2, "description"),
        ("dropped", "METADATA.yml", 3, "budget"),
        ("dropped", "a.yml", 3, "depth"),
        ("gap", "a.yml", 4, "queue"),
        ("changed", "b.yml", 1, "operator"),
        ("gap", "c.py", 2, "python_callable"),
    }
    tasks = {task["task_id"]: task for task in dag.data["tasks"]}
    assert (tasks["b"]["operator"], tasks["b"]["with"]) == ("load_orders.LoadOrders", {"size": 3})


def test_a_file_that_only_defines_a_function_calls_none() -> None:
    dag = convert({"a.py": "def main():\n    raise SystemExit\n"})
    (task, _) = dag.data["tasks"]
    assert task["python_code"] == "def main():\n    raise SystemExit\n\nreturn None\n"
    assert dag.whole


def test_subfolders_may_be_ignored_and_a_folder_without_tasks_is_no_dag() -> None:
    head = f"{NO_LATEST}ignore_subfolders: true\n"
    dag = convert({"METADATA.yml": head, "a.yml": EMPTY, "b/c.yml": EMPTY})
    assert edges(dag.data["tasks"]) == {"a": []}
    made = convert_gusty(GustyFolder("x", {"x/METADATA.yml": "a: 1"}), airflow="3", today=date.max)
    assert made.dags == ()
    assert [remark.outcome for remark in made.remarks] == [Outcome.DROPPED]


@pytest.mark.parametrize(
    "files",
    [
        {"a.yml": "a: ["},
        {"a.yml": "- 1"},
        {"a.yml": "x: " + "[" * 300},
        {"a.sql": "---\na: [\n---\nx"},
        {"a.ipynb": "{"},
        {"a.ipynb": '{"cells": []}'},
        {"a.ipynb": "[" * 100_000},
        {"a.py": "# ---\n# python_callable: f\n# ---\ndef f(:"},
        {"a.yml": f"{EMPTY}multi_task_spec: {{" + ",".join(f"t{n}: 1" for n in range(3_000)) + "}"},
    ],
    ids=range(9),
)
def test_hostile_files_are_refused_or_have_gaps(files: dict[str, str]) -> None:
    try:
        assert not convert({"b.yml": EMPTY, **files}).whole
    except SpecError:
        return


def test_every_argument_of_a_dag_is_kept_without_a_remark() -> None:
    dag = convert({"METADATA.yml": f"{NO_LATEST}fail_fast: true\n", "a.yml": BASH})
    assert (dag.data["fail_fast"], outcomes(dag)) == (True, set())


def test_two_tasks_of_one_id_are_a_gap() -> None:
    once = {"METADATA.yml": NO_LATEST, "a/t.yml": BASH}
    assert convert(once).whole
    twice = convert({**once, "b/t.yml": BASH})
    assert ("gap", "b/t.yml", 1, "t") in outcomes(twice)
