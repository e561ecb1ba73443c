"""The layout of a file, the two targets and the header."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from dagctl import DagSpec, Provenance, render
from dagctl.dag_file.header import body_of

TASK = {"task_id": "t", "task_type": "bash", "bash_command": "true"}


def a_spec(**fields: object) -> DagSpec:
    return DagSpec.model_validate({"dag_name": "n", "tasks": [TASK], **fields})


def test_the_sections_are_those_of_the_guide_in_its_order() -> None:
    python = {
        "task_id": "p",
        "task_type": "python",
        "python_code": "return 1",
        "dependencies": ["t"],
    }
    source = render(a_spec(tasks=[TASK, python]))
    sections = ["# Python functions for tasks", "# DAG default arguments", "# DAG definition",
                "# Task definitions", "# Task dependencies"]  # fmt: skip
    assert [line for line in source.split("\n") if line in sections] == sections


def test_sections_without_content_are_left_out() -> None:
    source = render(a_spec())
    assert "# Python functions" not in source
    assert "# Task dependencies" not in source
    assert "PythonOperator" not in source


def test_target_2_needs_no_provider() -> None:
    source = render(a_spec(), airflow="2")
    assert "from airflow import DAG" in source
    assert "from airflow.operators.bash import BashOperator" in source
    assert "providers" not in source


def test_a_header_says_what_is_known() -> None:
    at = datetime(2024, 1, 15, 12, 30, 59, 999, tzinfo=timezone(timedelta(hours=2)))
    known = render(a_spec(), provenance=Provenance("ada", at)).split("\n")
    assert known[4:6] == ["# Created by: ada", "# Generated at: 2024-01-15T10:30:59Z"]
    assert render(a_spec()).split("\n")[4].startswith("# Digests: spec ")


def test_the_year_of_the_header_has_four_digits() -> None:
    source = render(a_spec(), provenance=Provenance(None, datetime(9, 1, 1, tzinfo=UTC)))
    assert "# Generated at: 0009-01-01T00:00:00Z" in source


def test_a_file_ends_in_one_line_end() -> None:
    for spec in (a_spec(), a_spec(tasks=[TASK, TASK | {"task_id": "u", "dependencies": ["t"]}])):
        assert render(spec).endswith("\n")
        assert not render(spec).endswith("\n\n")


def test_a_continuous_dag_has_one_run_at_a_time() -> None:
    spec = a_spec().model_copy(update={"schedule_interval": "@continuous"})
    assert "    max_active_runs=1,\n" in render(spec)
    assert "max_active_runs" not in render(a_spec(schedule_interval="@daily"))


@pytest.mark.parametrize("airflow", ["2", "3"])
def test_schedule_is_always_written_and_provide_context_never(airflow: str) -> None:
    source = render(a_spec(), airflow=airflow)
    assert "    schedule=None,\n" in source
    assert "provide_context" not in source
    assert "schedule_interval" not in source


def test_a_number_in_the_id_leaves_the_digest_of_the_spec_alone() -> None:
    source = render(a_spec(), provenance=Provenance(dag_id="other_2"))

    assert f"# Digests: spec {a_spec().digest()[:16]}, code " in source
    assert '\n    "other_2",\n' in source


def test_a_dag_that_got_a_number_keeps_the_digest_of_its_spec() -> None:
    source = render(a_spec(), provenance=Provenance(dag_id="n_2"))
    plain = render(a_spec()).replace('"n",', '"n_2",')
    assert body_of(source.encode()) == body_of(plain.encode())
    assert "# DAG id: n_2\n" in source
    assert "# DAG id" not in plain


def test_a_target_may_be_one_version() -> None:
    assert render(a_spec(), airflow="3.1") == render(a_spec(), airflow="3")
    assert render(a_spec(), airflow="2.11") == render(a_spec(), airflow="2")


@pytest.mark.parametrize("airflow", ["1", "2.8", "2.12", "3.", "03", "3.1.0", "4", "latest", ""])
def test_another_target_is_refused(airflow: str) -> None:
    with pytest.raises(ValueError, match="is not an Airflow that dagctl writes for"):
        render(a_spec(), airflow=airflow)


def test_a_function_that_is_a_value_stands_above_the_dag() -> None:
    check = {"$python_code": "def check(response):\n    return response.ok\n"}
    tasks = [
        {
            "task_id": "s",
            "operator": "HttpSensor",
            "with": {"endpoint": "x", "response_check": check},
        },
        {
            "task_id": "check",
            "python_code": "def f(g):\n    return g(1)\n",
            "with": {"g": {"$new": "functools.partial", "args": [check, 1]}},
            "pre_execute": check,
        },
    ]
    source = render(a_spec(tasks=tasks, user_defined_filters={"ok": check}))
    functions, _, dag = source.partition("# DAG default arguments")
    defined = re.findall(
        r"^def (\w+)\(response\):\n    return response.ok\n", functions, re.MULTILINE
    )
    assert len(set(defined)) == 4
    for use in ("response_check=", "pre_execute=", 'user_defined_filters={"ok": ', "partial("):
        (name,) = re.findall(rf"{re.escape(use)}(\w+)", dag)
        defined.remove(name)
    assert "def check_function(g):" in functions  # the task's own


def test_what_stands_in_a_class_of_the_standard_library_is_read_of_the_class() -> None:
    arguments = {
        "now": {"$new": "datetime.datetime.now", "args": [{"$ref": "datetime.timezone.utc"}]},
        "team": {"$new": "os.environ.get", "args": ["TEAM"]},
        "path": {"$ref": "os.path.join"},
    }
    task = {"task_id": "a", "python_callable": "jobs.run", "with": arguments}
    text = render(DagSpec.model_validate({"dag_name": "x", "tasks": [task]}))
    imports = [line for line in text.splitlines() if line.startswith("from ")]
    for line in imports:
        if line.startswith(("from datetime", "from os")):
            exec(line, {})
    assert {
        "from datetime import datetime, timedelta, timezone",
        "from os import environ",
        "from os.path import join",
    } <= {*imports}
    for call in ("datetime.now(timezone.utc)", 'environ.get("TEAM")'):
        assert call in text


@pytest.mark.parametrize("owner", ["jobs.Loader", "builtins.str"])
def test_a_function_of_a_class_is_named_by_its_class_wherever_a_path_stands(owner: str) -> None:
    module, _, name = owner.partition(".")
    path = f"{owner}.upper"
    tasks = [
        {"task_id": "a", "python_callable": path},
        {"task_id": "b", "task_type": "sensor", "python_callable": path},
        {"task_id": "c", "python_callable": path, "expand": {"x": [1]}},
        {"task_id": "d", "bash_command": "ls", "on_failure_callback": {"callable": path}},
        {"group_id": "g", "group_callable": path},
    ]
    text = render(a_spec(tasks=tasks, user_defined_filters={"up": {"$ref": path}}))
    assert f"from {owner} import" not in text
    assert f"from {module} import {name}" in text
    assert len(re.findall(rf"\b\w*{name}\.upper\b", text)) == 6
