"""Words that an operator's code takes, and numbers: text that is none of them is refused."""

from __future__ import annotations

import pytest

from dagctl.findings.codes import Code
from dagctl.spec.load import check_spec

WRONG = [
    ("KubernetesPodOperator", "on_finish_action: delete", "did you mean `delete_pod`?"),
    ("KubernetesPodOperator", "on_kill_action: keep", "did you mean `keep_pod`?"),
    ("S3ToRedshiftOperator", "method: upsert", "did you mean `UPSERT`?"),
    ("EC2InstanceStateSensor", "target_state: runing", "did you mean `running`?"),
    ("SSHOperator", "cmd_timeout: fast", "write a whole number"),
    ("SSHOperator", "conn_timeout: '5'", "write 5, without quotes"),
    ("BigQueryGetDataOperator", "max_results: many", "write a whole number"),
    ("EmrServerlessCreateApplicationOperator", "waiter_delay: often", "write a whole number"),
    ("FileSensor", "poke_interval: soon", None),
    ("ExternalTaskSensor", "allowed_states: [sucess]", "did you mean `success`?"),
    ("ExternalTaskSensor", "failed_states: [done]", "write `success` or `failed`"),
    ("ExternalTaskSensor", "execution_delta: 3600", "write `3600s`, or another unit"),
    ("TriggerDagRunOperator", "allowed_states: [succes]", "did you mean `success`?"),
    ("TriggerDagRunOperator", "failed_states: [skipped]", "write `success` or `failed`"),
    ("BranchDayOfWeekOperator", "week_day: Monda", "did you mean `Monday`?"),
    ("DayOfWeekSensor", "week_day: [Monday, Tomorrow]", "write it out: `Monday`"),
    (
        "SQLColumnCheckOperator",
        "column_mapping: {id: {null_checks: {equal_to: 0}}}",
        "did you mean `null_check`?",
    ),
    (
        "SQLColumnCheckOperator",
        "column_mapping: {id: {min: {equals: 0}}}",
        "write one of equal_to, greater_than, geq_to, less_than, leq_to",
    ),
    (
        "SQLColumnCheckOperator",
        "column_mapping: {id: {min: {equal_to: 0, leq_to: 3}}}",
        "remove one of them",
    ),
    (
        "SQLTableCheckOperator",
        "checks: {rows: {statement: COUNT(*) > 0}}",
        "write `check_statement: COUNT(*) > 0`",
    ),
]
RIGHT = [
    ("KubernetesPodOperator", "on_finish_action: delete_succeeded_pod"),
    ("KubernetesPodOperator", "on_finish_action: {$ref: jobs.pods.ACTION}"),
    ("SSHOperator", "cmd_timeout: 30"),
    ("ExternalTaskSensor", "skipped_states: [skipped, upstream_failed]"),
    ("SSHOperator", "cmd_timeout: null"),
    ("TriggerDagRunOperator", "allowed_states: [success, failed, running, queued]"),
    ("DayOfWeekSensor", "week_day: [monday, FRIDAY]"),
    (
        "DayOfWeekSensor",
        "week_day: {$ref: airflow.providers.standard.utils.weekday.WeekDay.MONDAY}",
    ),
    ("SQLColumnCheckOperator", "column_mapping: {id: {max: {less_than: 9, geq_to: 1}}}"),
    ("SQLColumnCheckOperator", "column_mapping: {$ref: jobs.checks.COLUMNS}"),
    ("SQLTableCheckOperator", "checks: {rows: {check_statement: COUNT(*) > 0}}"),
    ("SQLIntervalCheckOperator", "metrics_thresholds: {COUNT(*): 1.5}"),
    ("BigQueryGetDataOperator", "max_results: '{{ ds_nodash }}'"),
    ("BigQueryGetDataOperator", "max_results: '100'"),
]


def found(operator: str, given: str) -> list[tuple[str, int | None, str | None]]:
    text = f"dag_name: D\ntasks:\n- task_id: a\n  operator: {operator}\n  with:\n    {given}\n"
    about = check_spec(text).diagnostics
    return [(each.code, each.line, each.hint) for each in about if each.line == 6]


@pytest.mark.parametrize(("operator", "given", "hint"), WRONG)
def test_text_that_the_operator_certainly_refuses_is_an_error(
    operator: str, given: str, hint: str | None
) -> None:
    ((code, _, said),) = found(operator, given)

    assert code == (Code.WRONG_KIND if hint else Code.BAD_DURATION)
    assert hint in {None, said}


@pytest.mark.parametrize(("operator", "given"), RIGHT)
def test_what_may_be_right_is_let_through(operator: str, given: str) -> None:
    assert found(operator, given) == []
