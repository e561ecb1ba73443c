"""What a branch returns: tasks that follow it."""

from __future__ import annotations

import pytest

from dagctl.spec.codes import Code
from dagctl.spec.load import check_spec

HEAD = """\
dag_name: B
tasks:
  - task_id: choose
    task_type: branch
    provide_context: true
    python_code: |
"""
TAIL = """\
  - {task_id: left, bash_command: x, dependencies: [choose]}
  - {task_id: right, bash_command: x, dependencies: [choose]}
  - {task_id: later, bash_command: x, dependencies: [left]}
  - group_id: load
    dependencies: [choose]
    tasks:
      - {task_id: orders, bash_command: x}
"""


def said(*lines: str) -> list[tuple[str, str | None]]:
    code = "".join(f"      {line}\n" for line in lines)
    checked = check_spec(HEAD + code + TAIL, format="yaml")
    return [
        (each.message, each.hint) for each in checked.diagnostics if each.code == Code.BAD_BRANCH
    ]


@pytest.mark.parametrize(
    "line",
    [
        "return 'left'",
        "return ['left', 'right']",
        "return 'left' if context['ds'] else 'right'",
        "return 'load.orders'",
        "return 'load'",
        "return None",
        "return context['ds']",
    ],
)
def test_what_follows_may_be_returned(line: str) -> None:
    assert said(line) == []


def test_a_task_that_is_not_there() -> None:
    [(message, hint)] = said("return 'lefd'")
    assert message == "there is no task `lefd`: the branch fails when it returns it"
    assert hint == "did you mean `left`?"


def test_a_task_in_a_group_by_its_short_name() -> None:
    [(_, hint)] = said("return 'orders'")
    assert hint == "did you mean `load.orders`?"


def test_a_task_that_does_not_follow() -> None:
    [(message, hint)] = said("return ['left', 'later']")
    assert "`later` does not depend on `choose`" in message
    assert hint == "add `choose` to its `dependencies`"


def test_each_of_several_returns_is_looked_at_but_not_that_of_an_inner_function() -> None:
    lines = ["def other():", "    return 'nothing'", "if context['ds']:", "    return 'x'"]
    assert [message[:24] for message, _ in said(*lines, "return 'y'")] == [
        "there is no task `x`: th",
        "there is no task `y`: th",
    ]


def test_what_a_plain_function_returns_is_its_own_affair() -> None:
    text = "dag_name: B\ntasks:\n  - {task_id: a, python_code: return 'left'}\n"
    assert check_spec(text).diagnostics == ()


def test_a_certain_failure_is_one_on_both_airflows() -> None:
    checked = check_spec(HEAD + "      return 'lefd'\n" + TAIL, format="yaml")
    [finding] = [each for each in checked.diagnostics if each.code == Code.BAD_BRANCH]
    assert finding.fails_in == ("2", "3")
