"""No DAG, and no task, ends before it starts."""

from __future__ import annotations

import pytest

from dagctl.findings.codes import Code
from dagctl.spec.load import check_spec

DAG = "dag_name: D\nstart_date: 2024-02-01\nend_date: 2024-12-31\n"
GROUP = """\
tasks:
- group_id: g
  default_args: {{start_date: {}}}
  tasks:
  - {{task_id: a, bash_command: a}}
  - {{task_id: b, bash_command: a, end_date: 2024-06-01}}
"""
BERLIN = """\
timezone: Europe/Berlin
tasks: [{{task_id: a, bash_command: a, end_date: "{}"}}]
"""
CASES = [
    # of the task itself, and of the DAG around it
    ("tasks: [{task_id: a, bash_command: a, start_date: 2024-04-01, end_date: 2024-03-01}]", 4),
    ("tasks: [{task_id: a, bash_command: a, end_date: 2024-01-31}]", 4),
    ("tasks: [{task_id: a, bash_command: a, start_date: 2025-01-01}]", 4),
    # of a group, once
    (GROUP.format("2025-01-01"), 6),
    (GROUP.format("2024-07-01"), 9),
    # dates without an offset mean the DAG's zone
    (BERLIN.format("2024-01-31T22:59Z"), 5),
]


@pytest.mark.parametrize(("tasks", "line"), CASES)
def test_a_task_that_ends_before_it_starts_is_an_error_at_its_line(tasks: str, line: int) -> None:
    (found,) = check_spec(DAG + tasks).diagnostics

    assert (found.code, found.line) == (Code.END_BEFORE_START, line)


RIGHT = [
    "tasks: [{task_id: a, bash_command: a, start_date: 2024-03-01, end_date: 2024-03-01}]",
    "tasks: [{task_id: a, bash_command: a, start_date: 2023-03-01, end_date: 2026-03-01}]",
    BERLIN.format("2024-01-31T23:00Z"),
]


@pytest.mark.parametrize("tasks", RIGHT)
def test_dates_of_a_task_that_leave_it_a_time_are_right(tasks: str) -> None:
    assert check_spec(DAG + tasks).diagnostics == ()


def test_a_wrong_date_around_it_is_said_once() -> None:
    tasks = "tasks: [{task_id: a, bash_command: a, end_date: 2024-01-15}]"
    text = DAG.replace("2024-12-31", "2024-01-01") + tasks

    (found,) = check_spec(text).diagnostics

    assert found.line == 3
