"""What `create_dag` is called with in the Python files near a folder of gusty."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from dagctl.convert import ConvertedDag, GustyFolder, Outcome, convert_gusty

BASH = "operator: airflow.operators.bash.BashOperator\nbash_command: echo 1\n"
IMPORTS = """
import os
from datetime import datetime, timedelta
from pathlib import Path
from gusty import create_dag, create_dags
import gusty
HERE = Path(__file__).parent
"""


def convert(
    code: str, files: dict[str, str] | None = None, folder: str = "dags/etl"
) -> ConvertedDag:
    texts = {f"{folder}/{name}": text for name, text in ({"a.yml": BASH} | (files or {})).items()}
    callers = {"dags/make.py": IMPORTS + dedent(code)}
    source = GustyFolder(folder, texts, callers)
    (dag,) = convert_gusty(source, airflow="3", today=date(2026, 3, 10)).dags
    return dag


def gaps(dag: ConvertedDag) -> list[tuple[str, int]]:
    return [(r.subject, r.place.line) for r in dag.remarks if r.outcome is Outcome.GAP]


def test_the_arguments_of_the_call_are_those_of_the_dag() -> None:
    dag = convert(
        """
        ARGS = {"owner": "data", "retries": 2, "start_date": datetime(2024, 1, 1)}
        create_dag(
            str(HERE / "etl"),
            schedule="@daily",
            default_args=ARGS | {"retry_delay": timedelta(minutes=5)},
            dagrun_timeout=timedelta(hours=2),
            tags=["b"],
            extra_tags=["a"],
            latest_only=False,
        )
        """
    )
    assert dag.whole
    assert dag.data["schedule"] == "@daily"
    assert dag.data["start_date"] == "2024-01-01"
    assert (dag.data["owner"], dag.data["retries"]) == ("data", 2)
    assert dag.data["default_args"] == {"retry_delay": "5m"}
    assert dag.data["dagrun_timeout"] == "2h"
    assert set(dag.data["tags"]) == {"a", "b"}
    assert [task["task_id"] for task in dag.data["tasks"]] == ["a"]


def test_metadata_counts_before_the_call_and_default_args_are_joined() -> None:
    metadata = "schedule: '@hourly'\ndefault_args: {owner: own, email: x@y.z}\n"
    dag = convert(
        """
        create_dag("dags/etl", schedule="@daily", description="Kept",
                   default_args={"owner": "shared", "retries": 4})
        """,
        {"METADATA.yml": metadata},
    )
    assert (dag.data["schedule"], dag.data["description"]) == ("@hourly", "Kept")
    assert (dag.data["owner"], dag.data["retries"], dag.data["email"]) == ("own", 4, "x@y.z")


def test_groups_sensors_and_leaves_have_what_the_call_says() -> None:
    dag = convert(
        """
        create_dag("etl", {"tooltip": "T", "prefix_group_id": True}, {"mode": "reschedule", "x": 1},
                   False, leaf_tasks_from_dict={"last": {"operator": "EmptyOperator"}})
        """,
        {"b/c.yml": BASH + "external_dependencies: [{up: all}]\n", "b/METADATA.yml": "tooltip: B"},
    )
    entries: dict[str, Any] = {e.get("task_id", e.get("group_id")): e for e in dag.data["tasks"]}
    assert entries["b"]["tooltip"] == "B"
    assert entries["b"]["tasks"][0]["task_id"] == "b_c"
    assert entries["wait_for_DAG_up"]["with"]["mode"] == "reschedule"
    assert "x" not in entries["wait_for_DAG_up"]["with"]
    assert sorted(entries["last"]["dependencies"]) == ["a", "b"]
    assert "latest_only" not in entries


@pytest.mark.parametrize(
    "code",
    [
        'create_dag("/opt/dags/etl", description="D")\ncreate_dag("/opt/dags/x", description="X")',
        'gusty.create_dag(HERE / "etl", description="D")\ncreate_dag(HERE / "x", description="X")',
        'D = {"x": "X", "etl": "D"}\nfor n in D:\n    create_dag(HERE / n, description=D[n])',
        'create_dags("dags", globals(), description="D")\ncreate_dags("x", globals())',
        'create_dags(str(HERE), globals(), description="D")\ncreate_dag("x", description="X")',
        'for n in HERE.iterdir():\n    globals()[n.name] = create_dag(str(n), description="D")',
        'def make(folder):\n    return create_dag(folder, description="D")\nmake("etl")',
        'SAID = {"description": "D"}\ncreate_dag("etl", **SAID)\nSAID["description"] = "later"',
        'create_dags("other", globals(), current_dag_id="etl", description="D")',
    ],
)
def test_the_call_for_the_folder_is_taken_however_it_is_written(code: str) -> None:
    dag = convert(code)
    assert (dag.data.get("description"), gaps(dag)) == ("D", [])


@pytest.mark.parametrize(
    ("argument", "subject"),
    [
        ("description=os.environ['D']", "description"),
        ("default_args={'on_failure_callback': lambda context: None}", "on_failure_callback"),
        ("parse_hooks={'.txt': print}", "parse_hooks"),
        ("dag_constructors={'!x': print}", "dag_constructors"),
        ("render_on_create=True", "render_on_create"),
        ("**read_it()", "**"),
    ],
)
def test_what_only_python_knows_is_a_gap_at_its_line(argument: str, subject: str) -> None:
    dag = convert(f'create_dag(\n    "etl",\n    {argument},\n)\n')
    assert subject in {name for name, _ in gaps(dag)}
    assert not dag.whole


def test_a_name_of_a_loop_that_only_python_knows_is_a_gap() -> None:
    dag = convert(
        "for n in HERE.iterdir():\n    globals()[n.name] = create_dag(str(n), description=n.name)"
    )
    assert [subject for subject, _ in gaps(dag)] == ["description"]


def test_two_calls_that_fit_as_well_are_a_gap() -> None:
    dag = convert('create_dag("etl", description="A")\ncreate_dag("etl", description="B")')
    assert [subject for subject, _ in gaps(dag)] == ["create_dag"]


def test_a_file_that_is_no_python_is_named_and_stops_nothing() -> None:
    dag = convert("def (:")
    assert [subject for subject, _ in gaps(dag)] == ["create_dag"]
    assert dag.data["tasks"]


def test_a_callback_and_an_asset_of_a_module_are_kept() -> None:
    dag = convert(
        """
        from airflow.sdk import Asset
        from alerts import notify
        create_dag("etl", schedule=[Asset("orders")], on_failure_callback=notify, latest_only=False)
        """
    )
    assert dag.whole
    assert dag.data["on_failure_callback"] == {"callable": "alerts.notify"}
    assert dag.data["schedule"] == {"assets": ["orders"]}


def test_a_date_with_a_zone_keeps_it() -> None:
    dag = convert(
        """
        import pendulum
        create_dag("etl", latest_only=False,
                   start_date=pendulum.datetime(2024, 1, 1, tz="Europe/Berlin"))
        """
    )
    assert dag.whole
    assert str(dag.data["start_date"]).startswith("2024-01-01")
    assert "Berlin" in str(dag.data.get("timezone")) or "+01:00" in str(dag.data["start_date"])


def test_each_of_many_calls_is_that_of_its_folder() -> None:
    lines = [f'create_dag("dags/f{n}", description="D{n}")' for n in range(300)]
    assert convert("\n".join(lines), folder="dags/f299").data["description"] == "D299"
