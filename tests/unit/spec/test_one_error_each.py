"""A slip gives one error, at its line, with a way out that fits; and no other that follows it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from dagctl.errors import Severity
from dagctl.spec.load import check_spec

SLIPS = [
    ("bash_command: a, env: {A: {$ref: a.b, $xcom: c}}", "DAG233", "mapping of its own"),
    ("bash_command: a, env: {A: {$zip: [1]}}", "DAG233", "use `$xcom` here"),
    ("bash_command: a, skip_on_exit_code: 9", "DAG201", "`operator: BashOperator`"),
    ("operator: BashOperator, with: {bash_command: a}, expand: {bash_command: [b]}", "DAG236", "t"),
    ("operator: S3KeySensor, with: {1: a}", "DAG109", "quote it"),
    ("operator: S3KeySensor, with: {bucket_key: a}, expand: {1: [a]}", "DAG109", "quote it"),
    ("decorator: task.docker, with: {image: a}, bash_command: b", "DAG225", "not both"),
    ("bash_command: a, python_code: return 1", "DAG225", "not both"),
    ("operator: EmptyOperator, bash_command: a", "DAG225", "not both"),
    ('bash_command: a, env: {A: {$xcom: "b\\x07"}}', "DAG207", "remove it"),
    ('bash_command: a, env: {A: {"$x\\x07com": b}}', "DAG207", "remove it"),
    ('bash_command: a, env: {A: {$new: "a.b\\0c"}}', "DAG207", "remove it"),
    ("operator: S3KeySensor, with: {bucket_kye: a}", "DAG243", "did you mean `bucket_key`?"),
    ("decorator: task.docker, with: {imag: a}, python_code: return 1", "DAG243", "`image`?"),
    ("operator: SQLExecuteQueryOperator, sql: select 1", "DAG201", "`with: {sql: ...}`"),
    ("operator: FileSensor, filepath: a", "DAG201", "`with: {filepath: ...}`"),
    ("operator: BashOperator, with: [a]", "DAG203", "one line per key"),
    ("operator: EmptyOperator, needs: [b]", "DAG201", "`dependencies`?"),
    ("operator: EmptyOperator, upstream: [b]", "DAG201", "`dependencies`?"),
    (
        "decorator: task.docker, with: {image: a}, python_code: return 1, requires: [b]",
        "DAG201",
        "`dependencies`?",
    ),
    ("operator: bash", "DAG240", "did you mean `BashOperator` or `BashSensor`?"),
    ("operator: FileSensor, with: {filepath: a, mode: pook}", "DAG246", "`poke` or `reschedule`"),
    ("operator: FileSensor, with: {filepath: a, timeout: -1}", "DAG246", "0 or more"),
    ("operator: S3KeySensor, with: {bucket_key: 5}", "DAG246", "write text, or a list"),
    (
        'operator: S3KeySensor, with: {bucket_key: a, wildcard_match: "{{ x }}"}',
        "DAG246",
        "write true or false",
    ),
    (
        "operator: BashOperator, with: {bash_command: a}, expand: {task_id: [a, b]}",
        "DAG306",
        "outside of `expand`",
    ),
    ("decorator: docker, with: {image: a}, python_code: return 1", "DAG231", "`task.docker`?"),
    ('decorator: "@task.docker", with: {image: a}, python_code: return 1', "DAG231", "docker`?"),
    ("task_type: kubernetes, image: a, python_code: return 1", "DAG224", "KubernetesPodOperator"),
    ("group_id: a, tasks: [{task_id: c, bash_command: a}]", "DAG236", "`task_id` or `group_id`"),
    ("bash_command: a, env: {A: {$xcom: a}}", "DAG304", "under `$xcom`"),
    ("bash_command: a, trigger_rule: none_failed_or_skipped", "DAG238", "min_one_success`"),
    ("bash_command: a, trigger_rule: dummy", "DAG238", "write `always`"),
    (
        "bash_command: a, on_failure_callback: {notifier: SlackNotifer}",
        "DAG240",
        "did you mean `SlackNotifier`",
    ),
]
OF_DAG = [
    ("timezone: CEST", "DAG235", "write a name such as `Europe/Berlin`"),
    ("depends_on: [a]", "DAG201", "`dependencies: [...]` in the task"),
    ("default_args: {dependencies: [a]}", "DAG201", "write it at the task"),
    ("default_args: {upstream: [a]}", "DAG201", "`dependencies: [...]` at the task"),
    ("default_args: {bash_command: a}", "DAG201", "write it at the task"),
    ("default_args: {schedule: a}", "DAG201", "at the start of a line"),
    ("default_args: {sla_miss_callback: a}", "DAG201", "`deadline`"),
    ("schedule: [s3://a]", "DAG203", "{assets: [...]}"),
    ("schedule: [a, b]", "DAG203", "{assets: [...]}"),
    ('schedule: "@daily"\nparams: {a: {foo: 1}}', "DAG201", "{default: {...}}"),
    ("tz: Europe/Berlin", "DAG201", "`timezone`?"),
    ("notifications: a", "DAG201", "`on_failure_callback`?"),
    ("defaults: {retries: 2}", "DAG201", "`default_args`?"),
]
OTHER = "\n  - {task_id: b, bash_command: echo}\n"


def errors_of(text: str, airflow: str = "3") -> list[tuple[str, int | None, str | None]]:
    found = check_spec(text, airflow=airflow).diagnostics
    return [
        (each.code, each.line, each.hint) for each in found if each.severity is not Severity.INFO
    ]


@pytest.mark.parametrize(("task", "code", "hint"), SLIPS)
def test_a_slip_in_a_task_is_one_error(task: str, code: str, hint: str) -> None:
    [found] = errors_of(f"dag_name: Slips\ntasks:\n  - {{task_id: a, {task}}}{OTHER}")

    assert found[:2] == (code, 3)
    assert hint in (found[2] or "")


@pytest.mark.parametrize(("line", "code", "hint"), OF_DAG)
def test_a_slip_in_the_dag_is_one_error(line: str, code: str, hint: str) -> None:
    [found] = errors_of(f"dag_name: Slips\n{line}\ntasks:{OTHER}")

    assert found[0] == code
    assert hint in (found[2] or "")


def test_an_empty_group_is_no_empty_dag() -> None:
    spec = f"dag_name: Slips\ntasks:\n  - {{group_id: g, tasks: []}}{OTHER}"
    [found] = check_spec(spec).diagnostics

    assert (found.line, found.message) == (3, "a group needs at least one task")


def test_what_no_airflow_2_has_is_removed_there() -> None:
    newest = "dag_name: New\nallowed_run_types: [manual]\ntasks:" + OTHER

    [(_, _, of_2)] = errors_of(newest, "2")
    [(_, _, of_3)] = errors_of(newest, "3")
    assert (of_2 or "").startswith("remove it: no Airflow 2 has it; or set `version = ")
    assert (of_3 or "").startswith('set `version = "3.2"`')


def test_the_near_names_do_not_depend_on_the_seed_of_hashes() -> None:
    code = "from dagctl.operators.near import near_operators as n; print(n('BaseOperator'))"
    seeds = ("0", "1", "2")
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in seeds
    }

    assert len(said) == 1
