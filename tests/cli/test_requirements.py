"""`dagctl requirements`, and `dagctl schema --providers`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft7Validator

from dagctl.commands.schema import schema_text
from dagctl.errors import ExitCode

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

SPEC = """\
dag_name: Needs
default_args: {pool: everyday}
on_failure_callback: {notifier: SlackWebhookNotifier, with: {slack_webhook_conn_id: slack, text: x}}
tasks:
  - task_id: wait
    operator: S3KeySensor
    with: {bucket_key: "s3://{{ var.value.bucket }}/{{ conn.lake.host }}"}
  - group_id: load
    tasks:
      - task_id: into
        operator: SQLExecuteQueryOperator
        with: {conn_id: warehouse, sql: "select '{{ var.json.get('who') }}'"}
        pool: sql
  - task_id: read
    python_code: |
      from airflow.sdk import Variable
      from airflow.providers.http.hooks.http import HttpHook
      return Variable.get("day"), HttpHook(http_conn_id="api").run("/")
  - {task_id: own, operator: jobs.Run}
"""


def test_what_dags_need(shell: Shell) -> None:
    shell.write("needs.yaml", SPEC)

    assert shell.ok("requirements", "needs.yaml").out.splitlines() == [
        "apache-airflow-providers-amazon  # S3KeySensor",
        "apache-airflow-providers-common-sql  # SQLExecuteQueryOperator",
        "apache-airflow-providers-slack  # SlackWebhookNotifier",
        "apache-airflow-providers-standard  # PythonOperator",
        "# of other packages, or your own: jobs.Run",
        "# connections: api, aws_default, lake, slack, warehouse",
        "# variables: bucket, day, who",
        "# pools: everyday, sql",
    ]
    result = shell.json("requirements", "needs.yaml")
    assert result["distributions"][0] == {
        "name": "apache-airflow-providers-amazon",
        "version": None,
        "for": ["S3KeySensor"],
    }
    assert result["connections"] == ["api", "aws_default", "lake", "slack", "warehouse"]


def test_the_versions_that_the_workspace_names_are_in_the_lines(shell: Shell) -> None:
    shell.write("needs.yaml", SPEC)
    shell.write("dagctl.toml", '[airflow.providers]\namazon = "9.4.0"\n')

    lines = shell.ok("requirements", "needs.yaml").out.splitlines()
    assert lines[0] == "apache-airflow-providers-amazon==9.4.0  # S3KeySensor"


def test_airflow_2_has_its_own_bash_operator(shell: Shell) -> None:
    shell.write("plain.yaml", "dag_name: P\ntasks: [{task_id: a, bash_command: x}]\n")

    assert shell.ok("requirements", "plain.yaml", "--airflow", "2.11").out == ""
    assert "providers-standard" in shell.ok("requirements", "plain.yaml").out


def test_a_name_cannot_end_the_comment_that_it_stands_in(shell: Shell) -> None:
    call = {"conn_id": "a\nevil-package", "sql": "select 1"}
    task = {"task_id": "a", "operator": "SQLExecuteQueryOperator", "with": call}
    shell.write("hostile.json", json.dumps({"dag_name": "H", "tasks": [task]}))

    lines = shell.run("requirements", "hostile.json").out.splitlines()
    assert [line for line in lines if not line.startswith(("#", "apache-airflow-"))] == []


def test_bad_specs_have_no_requirements(shell: Shell) -> None:
    shell.write("bad.yaml", "dag_name: B\ntasks: [{task_id: a, operator: S3KeySensr}]\n")

    assert shell.run("requirements", "bad.yaml").code == ExitCode.INVALID


@pytest.mark.parametrize(
    ("operator", "given", "valid"),
    [
        ("S3KeySensor", {"bucket_key": "s3://a/b", "timeout": "2h"}, True),
        ("amazon.S3KeySensor", {"bucket_key": {"$ref": "jobs.KEY"}}, True),
        ("S3KeySensor", {"bucket_kez": "s3://a/b"}, False),
        ("S3KeySensr", {}, False),
        ("BashOperator", {"bash_command": "x"}, True),
        ("jobs.Run", {"anything": 1}, True),
    ],
)
def test_a_schema_that_knows_operators(
    known: dict[str, Any], operator: str, given: dict[str, Any], *, valid: bool
) -> None:
    task = {"task_id": "a", "operator": operator, "with": given}
    spec = {"dag_name": "A", "tasks": [task]}

    assert Draft7Validator(known).is_valid(spec) is valid


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(schema_text(["amazon", "apache-airflow-providers-http"]))
    Draft7Validator.check_schema(schema)
    return schema


def test_the_size_of_a_schema_that_knows_operators(shell: Shell) -> None:
    text = shell.ok("schema", "--providers", "amazon,http").out

    assert len(text) < 1_000_000
    done = shell.run("schema", "--providers", "amazn")
    assert (done.code, "did you mean amazon?" in done.err) == (ExitCode.USAGE, True)


@pytest.mark.parametrize("flag", [["--optional"], ["--airflow", "2"]], ids=" ".join)
def test_a_flag_of_schema_that_is_about_operators_needs_providers(
    shell: Shell, flag: list[str]
) -> None:
    done = shell.run("schema", *flag)
    assert (done.code, flag[0] in done.err) == (2, True)
    assert "goes with --providers" in done.err
