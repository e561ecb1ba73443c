"""Branches: the ids that they name as literals must be those of what follows them."""

from __future__ import annotations

import pytest

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.spec.load import check_spec
from dagctl.spec.model import DagSpec

TASKS = """
  - {task_id: big, bash_command: x, dependencies: [choose]}
  - group_id: load
    dependencies: [choose]
    tasks:
      - {task_id: first, bash_command: x}
      - {task_id: second, bash_command: x, dependencies: [first]}
  - {task_id: end, bash_command: x, dependencies: [big, load], trigger_rule: none_failed}
  - {task_id: aside, bash_command: x}
"""
ERROR, WARNING = Severity.ERROR, Severity.WARNING


def spec(*lines: str, more: str = TASKS) -> str:
    head = "dag_name: Branch\ntasks:\n  - task_id: choose\n"
    return head + "".join(f"    {line}\n" for line in lines) + more.removeprefix("\n")


def code(*lines: str) -> str:
    return spec("task_type: branch", "python_code: |", *(f"  {line}" for line in lines))


def found(text: str) -> list[tuple[str, str, int | None, str | None]]:
    every = check_spec(text).diagnostics
    return [(each.code, each.severity, each.line, each.hint) for each in every]


@pytest.mark.parametrize(
    ("lines", "severity", "hint"),
    [
        (["return 'bg'"], ERROR, "did you mean `big`?"),
        (["return 'first'"], ERROR, "did you mean `load.first`?"),
        (["return ['big', 'aside']"], ERROR, "it can go on with: `big`, `load`, `load.first`"),
        (["return 'big' if True else 'nothing'"], ERROR, "it can go on"),
        (["return None or 'choose'"], ERROR, "it can go on"),
        (["if 1 > 2:", "    return 'aside'", "return 'big'"], ERROR, "it can go on"),
        (["return 'end'"], WARNING, "it can go on"),
        (["return 'load.second'"], WARNING, "it can go on"),
    ],
)
def test_what_does_not_follow_is_reported_at_its_line(
    lines: list[str], severity: Severity, hint: str
) -> None:
    [finding] = found(code(*lines))
    line = next(n for n, text in enumerate(lines, 6) if "return" in text)
    assert finding[:3] == (Code.BAD_BRANCH, severity, line)
    assert hint in (finding[3] or "")


@pytest.mark.parametrize(
    "lines",
    [
        ["return 'big'"],
        ["return ['load', 'big']"],
        ["return ('load.first',)"],
        ["return None"],
        ["name = 'b' + 'ig'", "return name"],
        ["def inner():", "    return 'aside'", "return 'big' if inner() else []"],
        ["return {'a': 'aside'}['a']"],
    ],
)
def test_what_follows_or_is_no_literal_is_taken(lines: list[str]) -> None:
    assert found(code(*lines)) == []


SQL = ("operator: BranchSQLOperator", "with:", "  conn_id: x", "  sql: select 1")
DAY = ("operator: BranchDayOfWeekOperator", "with:", "  week_day: Monday")


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ([*SQL, "  follow_task_ids_if_true: big", "  follow_task_ids_if_false: [load, sde]"], 9),
        ([*DAY, "  follow_task_ids_if_true: aside", "  follow_task_ids_if_false: big"], 7),
        (["decorator: task.branch", "python_code: return 'aside'"], 5),
    ],
)
def test_operators_and_decorators_that_branch_are_held_to_it_too(
    lines: list[str], line: int
) -> None:
    assert [each[:3] for each in found(spec(*lines))] == [(Code.BAD_BRANCH, ERROR, line)]


def test_a_branch_at_the_end_of_a_group_leads_to_what_waits_for_the_group() -> None:
    text = """dag_name: Branch
tasks:
  - group_id: g
    tasks:
      - {task_id: choose, task_type: branch, python_code: return 'after'}
  - {task_id: after, bash_command: x, dependencies: [g]}
"""
    assert found(text) == []


def test_the_library_and_a_template_are_taken_alike() -> None:
    tasks = [
        {"task_id": "choose", "task_type": "branch", "python_code": "return 'nowhere'"},
        {"task_id": "big", "bash_command": "x", "dependencies": ["choose"]},
    ]
    spec_or_none, problems = DagSpec.check({"dag_name": "B", "tasks": tasks})
    assert spec_or_none is None
    assert [item.code for item in problems] == [Code.BAD_BRANCH]
    no_ids = ("  follow_task_ids_if_true: '{{ a }}'", "  follow_task_ids_if_false: big")
    assert Code.BAD_BRANCH not in {each[0] for each in found(spec(*SQL, *no_ids))}


def test_ids_of_tasks_that_a_function_makes_are_not_known() -> None:
    more = "  - {group_id: g, group_callable: jobs.make, dependencies: [choose]}\n"
    text = spec("task_type: branch", "python_code: return 'g.first'", more=more)
    assert found(text) == []
