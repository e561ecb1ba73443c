"""How strictly warnings are taken: settings, comments on the line, and what is certain to fail."""

from __future__ import annotations

from typing import Any

import pytest

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.spec.load import check_spec
from dagctl.spec.strictness import MOST_COMMENTS, MOST_UNUSED, Checks, _headers, judged

SPEC = """\
dag_name: T
start_date: 2024-01-01T06:00{first}
tasks:
  - task_id: a
    task_type: bash
    bash_command: {command}{second}
"""


def _judged(
    command: str = "echo",
    first: str = "",
    second: str = "",
    **checks: Any,  # noqa: ANN401 - passed on
) -> list[tuple[int | None, str, str]]:
    text = SPEC.format(command=command, first=first, second=second)
    found = judged(check_spec(text).diagnostics, text, Checks(**checks))
    return [(item.line, item.code, item.severity.value) for item in found]


def test_a_warning_is_an_error_where_checks_are_strict() -> None:
    assert _judged() == [(2, "DAG215", "warning")]
    assert _judged(strict=True) == [(2, "DAG215", "error")]


def test_an_ignored_code_is_left_out_and_not_strict() -> None:
    assert _judged(ignored=frozenset({"DAG215"}), strict=True) == []


def test_a_comment_on_the_line_silences_one_warning() -> None:
    assert _judged(first="  # dagctl: ignore DAG215", strict=True) == []
    assert _judged(first="  # dagctl: ignore DAG454, dag215 ") == [(2, "DAG111", "warning")]


def places(text: str) -> list[tuple[str, int | None]]:
    found = judged(check_spec(text).diagnostics, text, Checks())
    return sorted((item.code, item.line) for item in found)


BLOCK = """dag_name: x
tasks:
  - task_id: a
    bash_command: |  # dagctl: ignore DAG461
      cp a b

      echo c
  - task_id: b
    bash_command: |
      cp a b
      echo c
"""


def test_a_comment_where_a_block_of_text_begins_silences_a_warning_in_it() -> None:
    assert places(BLOCK) == [("DAG461", 10)]
    assert places(BLOCK.replace("cp a b\n\n", "set -e\n")) == [("DAG111", 4), ("DAG461", 9)]


def test_another_comment_may_stand_before_it() -> None:
    assert places(BLOCK.replace("|  #", "|  # why this is #1  #")) == [("DAG461", 10)]
    beside = BLOCK.replace("|  #", "echo a  # a | b |  #").replace(
        "      cp a b\n\n      echo c\n", ""
    )
    assert places(beside) == [("DAG111", 4), ("DAG461", 7)]


@pytest.mark.parametrize("item", ["- ", "-   ", "- &text ", "-  !!str "])
@pytest.mark.parametrize("deeper", [1, 3, 6])
def test_a_text_that_is_an_item_of_a_list_begins_right_of_its_dash(item: str, deeper: int) -> None:
    texts = f"    on:\n    {item}|  # dagctl: ignore DAG461\n{' ' * (4 + deeper)}cp a\n    - b\n"
    header = _headers(texts.split("\n"), {2})
    assert header == {3: 2}
    assert _headers(texts.replace("    -", "  - -").split("\n"), {2}) == {3: 2}


def test_a_comment_does_not_reach_the_keys_beside_the_block() -> None:
    first = """dag_name: x
tasks:
  - bash_command: |  # dagctl: ignore DAG461, DAG459
      cp a b
      echo {{ ti.xcom_pull(task_ids='b') }}
    task_id: a
    env: {A: "{{ ti.xcom_pull(task_ids='c') }}"}
"""
    assert places(first) == [("DAG459", 7)]


def test_a_comment_that_silences_nothing_is_reported() -> None:
    found = _judged(second="  # dagctl: ignore DAG215")
    assert found == [(2, "DAG215", "warning"), (6, "DAG111", "warning")]


def test_an_error_cannot_be_silenced() -> None:
    text = SPEC.format(command="echo", first="", second="").replace("dag_name", "dag_nam")
    text = text.replace("T\n", "T  # dagctl: ignore DAG201\n", 1)
    found = judged(check_spec(text).diagnostics, text, Checks())
    assert [item.code for item in found if item.severity is Severity.ERROR] == ["DAG201"]
    assert "is an error, which no comment can silence" in found[-1].message


@pytest.mark.parametrize(
    ("command", "airflow", "severity"),
    [
        ("echo {{ execution_date }}", "3", "error"),
        ("echo {{ execution_date }}", "2", "warning"),
        ("echo {{ nonsense }}", "2", "error"),
        ("'{% if ds == 1 %}{{ nonsense }}{% endif %}'", "3", "warning"),
        ("'{{ execution_date if ds else 1 }}'", "3", "warning"),
    ],
)
def test_what_is_certain_to_fail_in_the_target_is_an_error(
    command: str, airflow: str, severity: str
) -> None:
    found = _judged(command, airflow=airflow, ignored=frozenset({"DAG215"}))
    assert [item[2] for item in found] == [severity]


def test_a_parameter_that_airflow_does_not_pass_is_an_error() -> None:
    text = "dag_name: T\ntasks:\n- task_id: a\n  task_type: python\n  python_code: |\n"
    text += "    def go(x, y=2):\n        return x\n"
    (found,) = judged(check_spec(text).diagnostics, text, Checks())
    assert (found.code, found.severity) == ("DAG421", Severity.ERROR)


@pytest.mark.parametrize(
    "text", ["# dagctl: ignore DAG454\n" * 50_000, "# dagctl: ignore " + "DAG454, " * 100_000]
)
def test_promise_12_comments_that_silence_nothing_are_reported_up_to_a_number(text: str) -> None:
    findings = judged((), text, Checks())
    assert [finding.code for finding in findings] == ["DAG111"] * MOST_UNUSED + ["DAG112"]
    assert findings[-1].message.startswith(f"{MOST_COMMENTS - MOST_UNUSED} more codes")


def test_a_comment_without_a_code_silences_nothing_and_says_so() -> None:
    text = "dag_name: D\ntasks: [{task_id: a, bash_command: ls}]  # dagctl: ignore\n"

    [found] = judged(check_spec(text).diagnostics, text, Checks())

    assert (found.code, found.line, found.column) == (Code.UNUSED_IGNORE, 2, 42)
    assert found.message == "the comment names no code, so it silences nothing"
