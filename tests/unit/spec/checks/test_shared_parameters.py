"""Parameters of operators in `default_args`: which tasks take them, and what is wrong with them."""

from __future__ import annotations

import pytest

from dagctl.codegen.render import render
from dagctl.errors import Severity
from dagctl.spec.load import check_spec, load_spec, resolved
from dagctl.spec.needs import needs_of
from dagctl.spec.resolution.around import NOTHING
from dagctl.spec.resolution.value_origins import find
from dagctl.target import target_of
from tests.unit.spec.resolution.specs import around_of, spec_of

SENSOR = "{task_id: wait, operator: S3KeySensor, with: {bucket_key: s3://a/b}}"
SQL = "{task_id: load, operator: SQLExecuteQueryOperator, with: {sql: select 1}}"
OWN = "{task_id: own, operator: jobs.Publish}"


def text_of(default_args: str, *tasks: str) -> str:
    lines = "\n".join(f"  - {task}" for task in tasks)
    return f"dag_name: Shared\ndefault_args: {{with: {{{default_args}}}}}\ntasks:\n{lines}"


def findings(text: str) -> list[tuple[str, int | None, str | None]]:
    said = check_spec(text).diagnostics
    return [(each.code, each.line, each.hint) for each in said if each.severity != Severity.INFO]


def test_text_means_what_all_operators_that_take_it_say() -> None:
    spec = load_spec(text_of("poke_interval: 5m, conn_id: 5m", SENSOR, SQL))
    source = render(spec, airflow="3")
    assert '"poke_interval": timedelta(minutes=5),' in source
    assert '"conn_id": "5m",' in source


@pytest.mark.parametrize(
    ("given", "tasks", "code", "hint"),
    [
        ("poke_interval: 5m", (SENSOR, OWN), "DAG246", "write `{$duration: 5m}`"),
        ("poke_interval: 5x", (SENSOR,), "DAG230", "with a unit"),
        ("poke_interval: [5]", (SENSOR, SQL), "DAG246", "write"),
        ("connn_id: a", (SQL,), "DAG273", "did you mean `conn_id`?"),
        (
            "retrie: 3",
            ("{task_id: w, operator: FileSensor, with: {filepath: a}}",),
            "DAG273",
            "`retries`?",
        ),
        ("op_kwargs_x: a", ("{task_id: p, python_code: return 1}",), "DAG273", "remove it"),
        ("poke_interval: 5 parsecs", (SENSOR, OWN), "DAG230", "a number with a unit"),
        ("conn_id: {$concat: [{$xcom: a}, {$xcom: b}]}", (SQL,), "DAG233", "use `$xcom` here"),
        ("sql: '{% if %}'", (SQL[:-22] + "}",), "DAG451", ""),
        ("aws_conn_id: '{{ params.nothing }}'", (SENSOR,), "DAG458", "params"),
    ],
)
def test_a_slip_is_one_finding_at_its_line(
    given: str, tasks: tuple[str, ...], code: str, hint: str
) -> None:
    [(found, line, said)] = findings(text_of(given, *tasks))
    assert (found, line) == (code, 2)
    assert hint in (said or "")


@pytest.mark.parametrize(
    "tasks",
    [
        (OWN,),
        (SENSOR, OWN),
        ("{task_id: load, operator: SQLExecuteQueryOperator, expand: {sql: [a, b]}}",),
        (SQL.replace("}}", ", conn_id: b}}"),),
    ],
)
def test_what_a_task_takes_or_may_take_is_no_finding(tasks: tuple[str, ...]) -> None:
    assert findings(text_of("conn_id: a", *tasks)) == []


def test_what_is_shared_is_missing_nowhere_and_its_default_is_needed_nowhere() -> None:
    text = text_of("bucket_key: s3://a/b, aws_conn_id: lake", "{task_id: w, operator: S3KeySensor}")
    assert findings(text) == []
    assert needs_of([load_spec(text)], target_of("3")).connections == ("lake",)


def test_what_a_file_with_defaults_says_for_other_dags_is_no_finding_of_this_one() -> None:
    for text in ("default_args: {with: {page: 1}}", "task_defaults: {all: {with: {page: 1}}}"):
        around = around_of(text)
        checked = check_spec(f"dag_name: Shared\ntasks: [{SQL}]", around=around)
        assert checked.diagnostics == ()


def test_a_file_with_defaults_adds_names_that_the_spec_does_not_say() -> None:
    far = (
        "default_args: {with: {conn_id: far, tags: [x]}}\n"
        "task_defaults: {all: {with: {page: 1}}, jobs.Publish: {with: {conn_id: op, size: 2}}}"
    )
    spec = spec_of(f"default_args: {{with: {{conn_id: near}}}}\ntasks: [{OWN}]", far).to_data()
    assert spec["default_args"] == {"with": {"conn_id": "near", "tags": ["x"], "page": 1}}
    assert spec["tasks"][0]["with"] == {"size": 2}


@pytest.mark.parametrize("key", ["with", "params"])
def test_a_name_that_a_dag_has_too_is_a_name_like_any_other_in_a_mapping(key: str) -> None:
    mine, more = ("task_defaults: {jobs.Publish: {with: {%s}}}", "with: {b: 1}")
    far = mine % "tags: [x], schedule: y" if key == "with" else "params: {tags: [x], schedule: y}"
    task = f"{{task_id: own, operator: jobs.Publish, {more}}}"
    spec = spec_of(f"params: {{schedule_interval: z}}\ntasks: [{task}]", far).to_data()
    made = spec["tasks"][0]["with"] if key == "with" else spec["params"]
    assert made["tags"] == ["x"]
    assert made["schedule"] == "y"


def test_it_is_said_where_a_parameter_of_a_task_comes_from() -> None:
    text = text_of("conn_id: a, mode: poke", SQL, SENSOR)
    meant = resolved(text, form=None, origin=None, around=NOTHING)
    assert meant is not None
    origin = find(meant.document, "tasks.load.with.conn_id")
    assert origin is not None
    assert (origin.path, origin.line) == (("default_args", "with", "conn_id"), 2)
    assert find(meant.document, "tasks.load.with.mode") is None


def test_it_is_said_where_a_key_of_a_task_comes_from_that_its_operator_takes() -> None:
    text = text_of("cwd: /tmp", "{task_id: run, bash_command: ls}", SQL)
    meant = resolved(text, form=None, origin=None, around=NOTHING)
    assert meant is not None
    origin = find(meant.document, "tasks.run.cwd")
    assert origin is not None
    assert (origin.path, origin.value) == (("default_args", "with", "cwd"), "/tmp")
    assert find(meant.document, "tasks.load.cwd") is None


def test_two_files_are_joined_name_by_name() -> None:
    around = around_of("default_args: {with: {a: 1}}", "default_args: {with: {a: 2, b: 3}}")
    text = f"dag_name: Shared\ntasks: [{OWN}]"
    spec = load_spec(text, around=around)
    assert spec.to_data()["default_args"] == {"with": {"b": 3, "a": 1}}
