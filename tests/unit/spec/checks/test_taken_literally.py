"""Text that Airflow takes as it is: Jinja in a pool, lengths without a type, template files."""

from __future__ import annotations

from typing import Any

import pytest

from dagctl.findings.codes import Code
from dagctl.spec.load import check_data, check_spec
from dagctl.spec.resolution.around import Around

OWN = "jobs.operators.Load"
SQL = "SQLExecuteQueryOperator"


def warnings(task: dict[str, Any], **fields: object) -> list[tuple[str, tuple[str | int, ...]]]:
    task = {"task_id": "a", **task}
    task = task if "operator" in task else {"bash_command": "x", **task}
    checked = check_data({"dag_name": "L", "tasks": [task], **fields})
    assert checked.spec is not None, checked.diagnostics
    return [
        (each.code, each.path)
        for each in checked.diagnostics
        if each.code not in {Code.FOREIGN_OPERATOR, Code.DEPRECATED} and each.severity == "warning"
    ]


@pytest.mark.parametrize("key", ["pool", "queue", "owner", "email", "run_as_user"])
def test_jinja_in_an_argument_of_a_task_stays_as_it_is(key: str) -> None:
    text = "{{ var.value.x }}"
    assert warnings({key: text}) == [(Code.NOT_RENDERED, ("tasks", 0, key))]
    assert warnings({}, default_args={key: text}) == [(Code.NOT_RENDERED, ("default_args", key))]
    assert warnings({key: "plain"}) == []


def test_jinja_in_the_owner_of_a_dag_and_in_a_list_of_addresses() -> None:
    assert warnings({}, owner="{{ x }}") == [(Code.NOT_RENDERED, ("owner",))]
    assert warnings({"email": ["a@b.c", "{{ x }}"]}) == [(Code.NOT_RENDERED, ("tasks", 0, "email"))]


@pytest.mark.parametrize("text", ["${POOL}", "${POOL:-small}", "team-${POOL}"])
def test_a_variable_of_the_shell_stays_as_it_is(text: str) -> None:
    assert warnings({"pool": text}) == [(Code.NOT_RENDERED, ("tasks", 0, "pool"))]
    assert warnings({"bash_command": f"echo {text}"}) == []


@pytest.mark.parametrize("text", ["$5", "${POOL", "US$", "${}", "#{POOL}"])
def test_other_text_with_a_dollar_is_no_variable(text: str) -> None:
    assert warnings({"queue": text}) == []


def test_jinja_in_the_arguments_of_groups() -> None:
    group = {
        "group_id": "g",
        "default_args": {"pool": "{{ x }}"},
        "tasks": [{"task_id": "a", "bash_command": "x"}],
    }
    [finding] = check_data({"dag_name": "L", "tasks": [group]}).diagnostics
    assert (finding.code, finding.path) == (
        Code.NOT_RENDERED,
        ("tasks", 0, "default_args", "pool"),
    )


def test_jinja_in_a_parameter_of_a_notifier_that_is_not_rendered() -> None:
    notifier = {"notifier": "SlackNotifier", "with": {"text": "{{ ds }}", "icon_url": "{{ ds }}"}}
    found = warnings({}, on_failure_callback=notifier)
    assert found == [(Code.NOT_RENDERED, ("on_failure_callback", "with", "icon_url"))]


@pytest.mark.parametrize(
    ("given", "warned"),
    [
        ({"timeout": "5m"}, True),
        ({"retry_wait": "PT5M"}, True),
        ({"timeout": {"$duration": "5m"}}, False),
        ({"name": "5m"}, False),
        ({"timeout": "five minutes"}, False),
        ({"timeout": 5}, False),
    ],
)
def test_a_length_of_time_of_a_class_that_is_not_known(given: dict[str, Any], warned: bool) -> None:  # noqa: FBT001 - a table
    expected = [(Code.UNTYPED_LENGTH, ("tasks", 0, "with", next(iter(given))))] if warned else []
    assert warnings({"operator": OWN, "with": given}) == expected


def test_a_length_of_time_in_an_object() -> None:
    given = {"policy": {"$new": "jobs.Policy", "with": {"delay": "5m"}}}
    path = ("tasks", 0, "with", "policy", "with", "delay")
    assert warnings({"operator": OWN, "with": given}) == [(Code.UNTYPED_LENGTH, path)]


def test_a_length_of_time_where_the_type_is_known_is_one() -> None:
    given = {"bucket_key": "s3://a/b", "poke_interval": "5m", "timeout": "2h"}
    assert warnings({"operator": "S3KeySensor", "with": given}) == []


def test_a_length_of_time_where_a_number_of_seconds_is_taken_has_the_number_in_its_hint() -> None:
    given = {"name": "a", "image": "b", "startup_timeout_seconds": "5m"}
    task = {"task_id": "a", "operator": "KubernetesPodOperator", "with": given}
    [finding] = check_data({"dag_name": "L", "tasks": [task]}).diagnostics
    assert (finding.code, finding.hint) == (
        Code.WRONG_KIND,
        "write a number: 300, if it counts seconds",
    )


@pytest.mark.parametrize(
    ("operator", "given", "path"),
    [
        (SQL, {"conn_id": "a", "sql": "sql/orders.sql"}, ("sql",)),
        (SQL, {"conn_id": "a", "sql": ["select 1", "orders.sql"]}, ("sql", 1)),
        (SQL, {"conn_id": "a", "sql": "select 1"}, None),
        (SQL, {"conn_id": "a", "sql": "select 1\n-- see orders.sql"}, None),
        ("BashOperator", {"bash_command": "./run.sh"}, ("bash_command",)),
        ("BashOperator", {"bash_command": "./run.sh "}, None),
    ],
)
def test_a_text_that_names_a_template_file(
    operator: str, given: dict[str, Any], path: tuple[str | int, ...] | None
) -> None:
    expected = [] if path is None else [(Code.TEMPLATE_FILE, ("tasks", 0, "with", *path))]
    task = {"operator": operator, "with": given}
    assert warnings(task) == expected
    assert warnings(task, template_searchpath="/opt/sql") == []


def test_an_empty_file_is_a_warning() -> None:
    text = "dag_name: L\ntasks:\n  - task_id: a\n    operator: SQLExecuteQueryOperator\n"
    text += "    with: {conn_id: a, sql: {$file: empty.sql}}\n"
    [finding] = check_spec(text, around=Around(files=lambda _: " \n")).diagnostics
    assert (finding.code, finding.severity, finding.message) == (
        Code.BAD_FILE,
        "warning",
        "the file `empty.sql` is empty",
    )


def test_jinja_in_the_name_of_an_asset() -> None:
    names = [
        {"$asset": "s3://a/{{ ds }}"},
        {"$new": "airflow.sdk.AssetAlias", "with": {"name": "b_{{ ds }}"}},
        {"$asset": "s3://a/ds"},
        {"$new": "airflow.lineage.entities.File", "args": ["/rendered/{{ ds }}"]},
    ]
    schedule = {"any": ["s3://c/{{ ds }}", {"all": ["d://e", "f://{{ ds }}"]}]}

    assert warnings({"outlets": names}, schedule=schedule) == [
        (Code.NOT_RENDERED, ("schedule", "any", 1, "all", 1)),
        (Code.NOT_RENDERED, ("schedule", "any", 0)),
        (Code.NOT_RENDERED, ("tasks", 0, "outlets", 1, "with", "name")),
        (Code.NOT_RENDERED, ("tasks", 0, "outlets", 0, "$asset")),
    ]
