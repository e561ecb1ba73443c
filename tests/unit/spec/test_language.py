"""Operators, arguments of tasks and functions: what a spec may say of them, and where it errs."""

from __future__ import annotations

from typing import Any

import pytest

from dagctl.codegen.render import render
from dagctl.errors import Severity, SpecError
from dagctl.findings.codes import Code
from dagctl.spec.load import check_spec, load_spec
from dagctl.spec.model import DagSpec

HEAD = "dag_name: Report\ntasks:\n"


def task(*lines: str) -> str:
    return HEAD + "  - task_id: a\n" + "".join(f"    {line}\n" for line in lines)


def findings(text: str, airflow: str = "3") -> list[tuple[str, int | None]]:
    checked = check_spec(text, airflow=airflow)
    assert (checked.spec is None) == any(
        found.severity is Severity.ERROR for found in checked.diagnostics
    )
    return [(found.code, found.line) for found in checked.diagnostics]


BASH = "bash_command: echo a"
WITH = "with: {bash_command: x}"
CALL = ("operator: BashOperator", "with:", "  bash_command: x")
SENSOR = ("operator: FileSensor", "with:", "  filepath: x")


@pytest.mark.parametrize(
    ("lines", "code", "line"),
    [
        (["operator: BashOperatr", WITH], Code.UNKNOWN_OPERATOR, 4),
        (["operator: a b", WITH], Code.BAD_IMPORT_PATH, 4),
        (["operator: jobs.__import__"], Code.BAD_IMPORT_PATH, 4),
        (["operator: jobs.operators.Publish"], Code.FOREIGN_OPERATOR, 4),
        (["operator: BashOperator"], Code.MISSING_PARAMETER, 4),
        ([*CALL, "  envv: {}"], Code.UNKNOWN_PARAMETER, 7),
        ([*CALL, "  pool: x"], Code.MISPLACED_PARAMETER, 7),
        ([*CALL, "  task_id: x"], Code.MISPLACED_PARAMETER, 7),
        ([*CALL, "  env: [1]"], Code.WRONG_KIND, 7),
        ([*CALL, "  append_env: 3.5"], Code.WRONG_KIND, 7),
        ([*SENSOR, "  timeout: 2 hours"], Code.BAD_DURATION, 7),
        ([*CALL, "  output_encoding: '{{ ds }}'"], Code.NOT_RENDERED, 7),
        (["operator: FileSensor", "with:", "  filepath: {$xcm: a}"], Code.UNKNOWN_MARKER, 6),
        (["operator: FileSensor", "with:", "  filepath: {$xcom: b}"], Code.UNKNOWN_DEPENDENCY, 6),
        (["operator: FileSensor", "with:", "  filepath: {$xcom: a}"], Code.SELF_DEPENDENCY, 6),
        ([*SENSOR, "provide_context: true"], Code.CONTEXT_OF_COMMAND, 7),
        (["operator: FileSensor", "filepath: x", "with: {filepath: x}"], Code.UNKNOWN_KEY, 5),
        ([BASH, "trigger_rule: all_dne"], Code.UNKNOWN_WORD, 5),
        ([BASH, "trigger_rule: all_done_min_one_success"], Code.NOT_IN_TARGET, 5),
        ([BASH, "execution_timeout: 5"], Code.BAD_DURATION, 5),
        ([BASH, "retry_delay: 5m", "retry_delay_minutes: 5"], Code.GIVEN_TWICE, 6),
        ([BASH, "pool: null"], Code.NULL, 5),
        ([BASH, "pool_slots: 0"], Code.OUT_OF_RANGE, 5),
        ([BASH, "executor_config: {a: {$refs: x.y}}"], Code.UNKNOWN_MARKER, 5),
        ([BASH, "env: {A: 5}"], Code.WRONG_TYPE, 5),
        ([BASH, "env: {A-B: x}"], Code.BAD_ARGUMENT, 5),
        (["task_type: python", BASH], Code.OTHER_TASK_TYPE, 4),
        (["python_callable: load()"], Code.BAD_IMPORT_PATH, 4),
        (["python_callable: jobs.load", "python_code: return 1"], Code.GIVEN_TWICE, 4),
        (["python_code: return 1", "with: {x: 1}"], Code.BAD_ARGUMENT, 5),
        (["task_type: branch"], Code.MISSING_KEY, 3),
    ],
)  # fmt: skip
def test_a_slip_is_found_at_its_line_and_once(lines: list[str], code: Code, line: int) -> None:
    assert findings(task(*lines)) == [(code, line)]


def test_what_a_class_of_the_project_is_given_twice_is_found() -> None:
    text = task("operator: jobs.X", "with: {pool: x}", "pool: y")
    assert findings(text) == [(Code.FOREIGN_OPERATOR, 4), (Code.MISPLACED_PARAMETER, 5)]


@pytest.mark.parametrize("key", ["$env", "$template"])
def test_a_marker_that_is_not_there_yet_is_refused(key: str) -> None:
    text = task("operator: FileSensor", f"with: {{filepath: {{{key}: x}}}}")
    assert [code for code, _ in findings(text)] == [Code.UNKNOWN_MARKER]


@pytest.mark.parametrize("key", ["timetable", "slots"])
def test_a_key_that_is_not_there_yet_is_refused(key: str) -> None:
    assert findings(task(BASH, f"{key}: [x]")) == [(Code.UNKNOWN_KEY, 5)]


def test_a_task_needs_no_type_and_its_digest_is_that_with_one() -> None:
    short, long = load_spec(task(BASH)), load_spec(task("task_type: bash", BASH))
    assert short == long
    assert short.digest() == long.digest()
    assert render(short) == render(long)


def test_no_entry_of_tasks_is_accepted_that_is_no_mapping() -> None:
    entries: list[object] = [5, None, [], "a"]
    for entry in entries:
        with pytest.raises(SpecError) as caught:
            DagSpec.from_data({"dag_name": "x", "tasks": [entry]})
        assert caught.value.diagnostics


def test_a_circle_through_an_output_is_found() -> None:
    text = HEAD + (
        "  - {task_id: a, bash_command: echo, dependencies: [b]}\n"
        "  - {task_id: b, operator: FileSensor, with: {filepath: {$xcom: a}}}\n"
    )
    assert findings(text) == [(Code.CYCLE, 3)]


def test_a_task_stands_behind_the_tasks_whose_outputs_it_uses() -> None:
    text = HEAD + (
        "  - {task_id: a, operator: FileSensor, with: {filepath: {$xcom: b}}}\n"
        "  - {task_id: b, operator: jobs.Make, with: {source: {$xcom: c}}}\n"
        "  - {task_id: c, bash_command: echo}\n"
    )
    source = render(load_spec(text))
    assert source.index("c_task =") < source.index("b_task =") < source.index("a_task =")
    assert "filepath=b_task.output" in source
    assert "\nc_task >> b_task\n" in source  # what a class of the project renders is not known
    assert "b_task >> a_task" not in source  # Airflow makes this edge itself


def test_default_args_stand_for_all_tasks_and_none_is_given_twice() -> None:
    text = "default_args: {retry_delay: 90s, pool: x}\nemail: [a@example.com]\n" + task(BASH)
    source = render(load_spec(text))
    assert '"retry_delay": timedelta(seconds=90)' in source
    assert '"pool": "x"' in source
    assert '"email": ["a@example.com"]' in source
    twice = "retries: 2\ndefault_args: {retries: 2}\n" + task(BASH)
    assert findings(twice) == [(Code.GIVEN_TWICE, 2)]
    assert findings("default_args: {pol: x}\n" + task(BASH)) == [(Code.UNKNOWN_KEY, 1)]
    assert findings("pool: x\n" + task(BASH)) == [(Code.UNKNOWN_KEY, 1)]


def test_what_one_target_lacks_is_refused_for_it_alone() -> None:
    late = task(BASH, "trigger_rule: all_done_min_one_success")
    assert findings(late, "3.1") == []
    assert findings(late, "2") == [(Code.NOT_IN_TARGET, 5)]
    with pytest.raises(SpecError, match=r"needs Airflow 3\.1"):
        render(load_spec_for(late, "3.1"), airflow="2")
    assert findings(task(BASH, "executor: x"), "2.10") == []
    assert findings(task(BASH, "executor: x"), "2.9") == [(Code.NOT_IN_TARGET, 5)]


def load_spec_for(text: str, airflow: str) -> DagSpec:
    return check_spec(text, airflow=airflow).result()


def test_a_parameter_may_come_from_default_args() -> None:
    text = "default_args: {owner: x}\n" + task("operator: BashOperator", WITH)
    assert findings(text) == []


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 1 << 70, {1, 2}, b"x", object(), "\x00", "\ud800", [["\x00"]]],
)
def test_what_no_file_can_hold_is_refused_in_python_too(value: Any) -> None:  # noqa: ANN401
    entry = {"task_id": "a", "operator": "jobs.X", "with": {"x": value}}
    with pytest.raises(SpecError):
        DagSpec.from_data({"dag_name": "x", "tasks": [entry]})


def test_a_value_may_not_be_endlessly_deep() -> None:
    value: Any = 1
    for _ in range(5_000):
        value = [value]
    entry = {"task_id": "a", "operator": "jobs.X", "with": {"x": value}}
    with pytest.raises(SpecError):
        DagSpec.from_data({"dag_name": "x", "tasks": [entry]})
