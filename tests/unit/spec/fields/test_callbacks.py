"""Callbacks: what is refused, each at its line and once."""

from __future__ import annotations

import ast

import pytest

from dagctl.codegen.render import render
from dagctl.findings.codes import Code
from dagctl.spec.load import check_spec, load_spec

HEAD = "dag_name: Report\ntasks:\n  - task_id: a\n    bash_command: echo a\n"
LIST = "on_failure_callback:\n"
CODE = LIST + "  python_code: |\n"


def found(callback: str) -> list[tuple[str, int | None]]:
    text = HEAD + "".join(f"    {line}\n" for line in callback.splitlines())
    return [(each.code, each.line) for each in check_spec(text).diagnostics]


@pytest.mark.parametrize(
    ("callback", "code", "line"),
    [
        ("on_failure_callback: alerts.page", Code.WRONG_TYPE, 5),
        ("on_failure_callback:", Code.NULL, 5),
        ("on_failure_callback: []", Code.OUT_OF_RANGE, 5),
        ("on_failure_callback: {}", Code.MISSING_KEY, 5),
        ("on_failure_callback: [5]", Code.WRONG_TYPE, 5),
        (LIST + "  - callable: alerts.page()", Code.BAD_IMPORT_PATH, 6),
        (LIST + "  - callable: page", Code.BAD_IMPORT_PATH, 6),
        (LIST + "  - {callabel: alerts.page}", Code.UNKNOWN_KEY, 6),
        (LIST + "  callable: a.b\n  when: now", Code.UNKNOWN_KEY, 7),
        (LIST + "  callable: a.b\n  python_code: print()", Code.GIVEN_TWICE, 7),
        (LIST + "  python_code: print()\n  with: {a: 1}", Code.UNKNOWN_KEY, 7),
        (LIST + "  callable: a.b\n  with: [1]", Code.WRONG_TYPE, 7),
        (LIST + "  callable: a.b\n  with: {a-b: 1}", Code.BAD_ARGUMENT, 7),
        (LIST + "  callable: a.b\n  with: {a: {$xcom: b}}", Code.BAD_MARKER, 7),
        (LIST + "  callable: a.b\n  with: {a: {$rf: b}}", Code.UNKNOWN_MARKER, 7),
        (LIST + "  python_code: 'retrun 1'", Code.PYTHON_SYNTAX, 6),
        (CODE + "    def f(a, b):\n        return a", Code.PYTHON_PARAMETER, 7),
        (CODE + "    def f(**context):\n        return 1", Code.PYTHON_PARAMETER, 7),
        (CODE + "    def f(*, context):\n        return 1", Code.PYTHON_PARAMETER, 7),
        (LIST + "  python_code: [1]", Code.WRONG_TYPE, 6),
        (LIST + "  notifier: SlackWebhookNotifer", Code.UNKNOWN_OPERATOR, 6),
        (LIST + "  notifier: BashOperator", Code.UNKNOWN_OPERATOR, 6),
        (LIST + "  notifier: a b", Code.BAD_IMPORT_PATH, 6),
        (LIST + "  notifier: alerts.Chat", Code.FOREIGN_OPERATOR, 6),
        (LIST + "  notifier: SmtpNotifier\n  with: {to: x, sujbect: y}", Code.UNKNOWN_PARAMETER, 7),
        (LIST + "  notifier: SmtpNotifier", Code.MISSING_PARAMETER, 6),
    ],
)  # fmt: skip
def test_a_slip_in_a_callback_is_found_at_its_line_and_once(
    callback: str, code: Code, line: int
) -> None:
    assert found(callback) == [(code, line)]


@pytest.mark.parametrize(
    "place",
    [
        "{dag}on_success_callback: {wrong}\n",
        "default_args:\n  on_retry_callback: {wrong}\n",
        "    on_execute_callback:\n      - {callable: a.b}\n      - {wrong}\n",
    ],
)
def test_every_place_is_checked(place: str) -> None:
    text = HEAD + place.replace("{dag}", "").replace("{wrong}", "{callable: 5}")
    assert [each.code for each in check_spec(text).diagnostics] == [Code.BAD_IMPORT_PATH]


def test_a_callback_of_the_dag_and_of_all_tasks_are_two_things() -> None:
    text = HEAD + "on_failure_callback: {callable: a.b}\n"
    text += "default_args: {on_failure_callback: {callable: a.c}}\n"
    assert check_spec(text).diagnostics == ()


def test_a_notifier_is_no_task() -> None:
    text = "dag_name: x\ntasks:\n  - {task_id: a, operator: SmtpNotifier, with: {to: x}}\n"
    assert [(each.code, each.line) for each in check_spec(text).diagnostics] == [
        (Code.UNKNOWN_OPERATOR, 3)
    ]


def test_no_two_functions_have_one_name() -> None:
    code = "{python_code: print(context)}"
    ids = ["a", "a_on_failure", "a_on_failure_2", "dag_on_failure", "task_on_failure"]
    tasks = "".join(
        f"  - {{task_id: {each}, python_code: print(1), on_failure_callback: [{code}, {code}]}}\n"
        for each in ids
    )
    top = f"dag_name: x\non_failure_callback: {code}\n"
    top += f"default_args: {{on_failure_callback: {code}}}\n"
    tree = ast.parse(render(load_spec(f"{top}tasks:\n{tasks}")))
    names = [each.name for each in tree.body if isinstance(each, ast.FunctionDef)]
    assert len(names) == len({*names}) == 3 * len(ids) + 2


def test_the_warnings_of_its_code_are_shown() -> None:
    callback = LIST + "  python_code: assert (1, 'x')"
    assert found(callback) == [(Code.PYTHON_LINT, 6)]


def test_much_code_in_callbacks_is_refused_as_in_tasks() -> None:
    long = "x = '" + "y" * 99_000 + "'"
    tasks = [f"  - {{task_id: a{n}, bash_command: x, on_retry_callback: {{python_code: {long!r}}}}}"
             for n in range(5)]  # fmt: skip
    text = "dag_name: x\ntasks:\n" + "\n".join(tasks)
    assert [each.code for each in check_spec(text).diagnostics] == [Code.TOO_MUCH_CODE]
