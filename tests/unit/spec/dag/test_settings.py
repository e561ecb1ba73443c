"""Arguments of the DAG that few need: slips at their line, and what each Airflow lacks."""

from __future__ import annotations

import pytest

from dagctl.codegen.render import render
from dagctl.findings.codes import Code
from dagctl.operators.base_parameters import base_parameters
from dagctl.spec.load import check_spec, load_spec
from dagctl.spec.model import DagSpec
from dagctl.spec.validation.gone import GONE

HEAD = "dag_name: Report\ntasks:\n  - task_id: a\n    bash_command: echo a\n"
DEADLINE = "deadline:\n  reference: queued_at\n  interval: 2h\n  callback: {callable: a.b}\n"


def found(lines: str, airflow: str = "3.3") -> list[tuple[str, int | None]]:
    checked = check_spec(HEAD + lines, airflow=airflow)
    return [(each.code, each.line) for each in checked.diagnostics]


@pytest.mark.parametrize(
    ("lines", "code", "line"),
    [
        ("fail_fast: 1", Code.WRONG_TYPE, 5),
        ("fail_fast: true\ndefault_args: {trigger_rule: all_done}", Code.BAD_ARGUMENT, 6),
        ("access_control: [a]", Code.WRONG_TYPE, 5),
        ("template_searchpath: 5", Code.WRONG_TYPE, 5),
        ("template_searchpath: []", Code.BLANK, 5),
        ("template_searchpath: ''", Code.BLANK, 5),
        ("template_undefined: {$new: jinja2.Undefined}", Code.BAD_MARKER, 5),
        ("user_defined_macros:\n  a-b: 1", Code.BAD_ARGUMENT, 6),
        ("user_defined_macros:\n  a: {$xcom: a}", Code.BAD_MARKER, 6),
        ("user_defined_filters:\n  a: 5", Code.BAD_MARKER, 6),
        ("owner_links: {a: example.com}", Code.BAD_ARGUMENT, 5),
        ("owner_links: {a: 'http://['}", Code.BAD_ARGUMENT, 5),
        ("deadline: 2h", Code.WRONG_TYPE, 5),
        ("deadline: []", Code.OUT_OF_RANGE, 5),
        (DEADLINE + "  after: x", Code.UNKNOWN_KEY, 9),
        (DEADLINE.replace("2h", "2"), Code.BAD_DURATION, 7),
        (DEADLINE.replace("queued_at", "queued"), Code.UNKNOWN_WORD, 6),
        (DEADLINE.replace("callable: a.b", "python_code: x"), Code.UNKNOWN_KEY, 8),
        (DEADLINE.replace("a.b", "a"), Code.BAD_IMPORT_PATH, 8),
        (DEADLINE.replace("callable: a.b", "notifier: BashOperator"), Code.UNKNOWN_OPERATOR, 8),
        ("allowed_run_types: [hand]", Code.WRONG_TYPE, 5),
        ("jinja_environment_kwargs: 5", Code.WRONG_TYPE, 5),
        *((f"{key}: 1", Code.UNKNOWN_KEY, 5) for key in GONE if key != "dag"),
    ],
)  # fmt: skip
def test_a_slip_is_found_at_its_line(lines: str, code: Code, line: int) -> None:
    assert found(lines) == [(code, line)]


def test_a_dag_that_fails_fast_has_no_other_trigger_rule() -> None:
    text = HEAD + "    trigger_rule: one_success\nfail_fast: true\n"
    assert [(each.code, each.line) for each in check_spec(text).diagnostics] == [
        (Code.BAD_ARGUMENT, 5)
    ]


ONLY_2 = [
    "default_view: graph",
    "orientation: TB",
    "sla_miss_callback: [{callable: jobs.late}, {notifier: slack.SlackNotifier}]",
]


@pytest.mark.parametrize("lines", ONLY_2)
def test_what_only_airflow_2_has_is_an_error_on_3_with_what_to_do(lines: str) -> None:
    assert found(lines, "2") == found(lines, "2.9") == []
    (problem,) = check_spec(HEAD + lines, airflow="3").diagnostics
    assert (problem.code, problem.line) == (Code.NOT_IN_TARGET, 5)
    assert str(problem.hint).startswith(("remove it", "write `deadline`"))


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("default_view: tree", Code.WRONG_TYPE),
        ("orientation: lr", Code.WRONG_TYPE),
        ("sla_miss_callback: jobs.late", Code.WRONG_TYPE),
        ("sla_miss_callback: {python_code: print(context)}", Code.BAD_ARGUMENT),
        ("sla_miss_callback: [{callable: a.b}, {python_code: print(1)}]", Code.BAD_ARGUMENT),
    ],
)
def test_a_slip_in_what_only_airflow_2_has(lines: str, code: Code) -> None:
    assert found(lines, "2") == [(code, 5)]


@pytest.mark.parametrize(
    ("lines", "since"),
    [
        (DEADLINE, "3.1"),
        ("allowed_run_types: [manual]", "3.2"),
        ("rerun_with_latest_version: true", "3.3"),
    ],
)
def test_what_the_target_lacks_is_an_error_with_the_version_that_has_it(
    lines: str, since: str
) -> None:
    assert found(lines, since) == []
    for target in ("2", "2.11", "3", "3.0"):
        (problem,) = check_spec(HEAD + lines, airflow=target).diagnostics
        assert (problem.code, problem.line) == (Code.NOT_IN_TARGET, 5)
        assert f"needs Airflow {since}" in problem.message
        assert f'airflow = "{since}"' in str(problem.hint)


@pytest.mark.parametrize(
    ("call", "since"),
    [
        ("MultipleCronTriggerTimetable, args: ['@daily'], with: {timezone: UTC}", "3.0"),
        ("DeltaTriggerTimetable, with: {delta: {$duration: 1h}}", "2.11"),
        (
            "CronTriggerTimetable, with: {cron: '@daily', timezone: UTC, run_immediately: true}",
            "3.0",
        ),
    ],
)
def test_what_the_target_lacks_of_a_timetable_is_an_error(call: str, since: str) -> None:
    text = (
        "dag_name: a\ntasks: [{task_id: a, bash_command: ls}]\n"
        f"schedule: {{timetable: airflow.timetables.trigger.{call}}}\n"
    )
    assert check_spec(text, airflow=since).diagnostics == ()
    [problem] = check_spec(text, airflow="2.10").diagnostics
    assert (problem.code, problem.line) == (Code.NOT_IN_TARGET, 3)
    assert f"needs Airflow {since}" in problem.message


def test_rights_are_warned_of_where_airflow_warns() -> None:
    lines = "access_control:\n  Viewer: [can_read]"
    assert found(lines, "2") == found(lines, "3.0") == []
    assert found(lines, "3") == found(lines, "3.3") == [(Code.DEPRECATED, 6)]
    assert found("access_control:\n  Op: {DAGs: [can_read]}", "2") == [(Code.NOT_IN_TARGET, 6)]


def test_fail_fast_has_the_name_of_the_target() -> None:
    spec = load_spec(HEAD + "fail_fast: true\n")
    assert "fail_stop=True" in render(spec, airflow="2")
    assert "fail_fast=True" in render(spec, airflow="3")


@pytest.mark.parametrize("target", ["2.9", "2.11", "3.0", "3.3"])
def test_every_parameter_of_airflows_dag_is_written_or_refused_with_a_way_out(target: str) -> None:
    named = {*DagSpec.key_names(), "dag_id", *GONE}
    assert {*base_parameters("dag", target)} - named == set()
