"""`xcom_pull` of a task that runs later, or that the puller does not wait for: a warning."""

from __future__ import annotations

import pytest

from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.spec.load import check_spec

DAG = """dag_name: Order
tasks:
  - {{task_id: first, bash_command: echo}}
  - group_id: g
    dependencies: [first]
    tasks:
      - {{task_id: inner, bash_command: echo}}
      - {{task_id: puller, dependencies: [inner], {puller}}}
  - task_id: mapped
    dependencies: [g]
    operator: BashOperator
    expand: {{bash_command: [a, b]}}
  - {{task_id: beside, bash_command: echo}}
"""
LATER = "`mapped` runs after `g.puller`: `xcom_pull` gets None"
BESIDE = "`g.puller` does not wait for `beside`: `xcom_pull` may get None"
ITSELF = "the template is rendered before the task has an XCom: it gets None"
CALLS = [
    ("ti.xcom_pull('first')", []),
    ("ti.xcom_pull(task_ids='g.inner')", []),
    ("ti.xcom_pull(task_ids=['first', 'beside', 'mapped'])", [BESIDE, LATER]),
    ("ti.xcom_pull(task_ids='mapped', key='x')", [LATER]),
    ("ti.xcom_pull(task_ids='beside', include_prior_dates=True)", []),
    ("ti.xcom_pull(task_ids='beside', run_id='x')", []),
    ("ti.xcom_pull(task_ids='mapped', dag_id='other')", []),
    ("ti.xcom_pull(task_ids='g')", []),
]


def of(puller: str) -> list[tuple[str, int | None]]:
    checked = check_spec(DAG.format(puller=puller))
    assert checked.spec is not None
    found = [item for item in checked.diagnostics if item.code == Code.XCOM_NOT_THERE]
    assert all(item.severity is Severity.WARNING and item.hint for item in found)
    return [(item.message, item.line) for item in found]


@pytest.mark.parametrize(("call", "expected"), CALLS)
def test_a_template_pulls_what_is_there(call: str, expected: list[str]) -> None:
    lines = [(message, 8) for message in expected]

    assert of(f'bash_command: "{{{{ {call} }}}}"') == lines
    assert of(f'operator: BashOperator, with: {{bash_command: "{{{{ {call} }}}}"}}') == lines
    assert of(f'operator: BashOperator, expand: {{bash_command: ["{{{{ {call} }}}}"]}}') == lines


@pytest.mark.parametrize(("call", "expected"), CALLS)
def test_code_pulls_what_is_there(call: str, expected: list[str]) -> None:
    code = f'return context[\\"ti\\"].{call.removeprefix("ti.")}'

    lines = [(message, 8) for message in expected]
    assert of(f'provide_context: true, python_code: "{code}"') == lines


def test_only_code_can_have_pushed_what_it_pulls_of_its_own() -> None:
    own = "xcom_pull(task_ids='g.puller')"

    assert of(f'bash_command: "{{{{ ti.{own} }}}}"') == [(ITSELF, 8)]
    assert of(f'provide_context: true, python_code: "return context[\\"ti\\"].{own}"') == []


def test_a_callback_is_called_when_the_task_has_run() -> None:
    own = "on_success_callback: {python_code: \"context['ti'].xcom_pull(task_ids='g.puller')\"}"

    assert of(f"bash_command: echo, {own}") == []


def test_what_a_function_of_the_project_makes_is_not_known() -> None:
    spec = DAG.format(puller="bash_command: \"{{ ti.xcom_pull('beside') }}\"")
    made = "  - {group_id: made, group_callable: jobs.models.make}\n"

    assert len(check_spec(spec).diagnostics) == 1
    assert check_spec(spec + made).diagnostics == ()


def test_an_output_that_is_named_makes_the_puller_wait() -> None:
    pull = "bash_command: \"{{ ti.xcom_pull('beside') }}\""

    assert of(f"{pull}, env: {{A: {{$xcom: beside}}}}") == []


KEPT: list[tuple[str, str, str | None]] = [
    ("bash_command: ls", "", None),
    ("bash_command: ls, do_xcom_push: false", "", "remove its `do_xcom_push: false`"),
    ("bash_command: ls", "do_xcom_push: false", "write `do_xcom_push: true` in that task"),
    ("bash_command: ls, do_xcom_push: true", "do_xcom_push: false", None),
    ("operator: BashOperator, with: {bash_command: a, do_xcom_push: false}", "", "remove its"),
    ("operator: KubernetesPodOperator, with: {name: a, image: b}", "", "write `do_xcom_push: true"),
    ("operator: KubernetesPodOperator, do_xcom_push: true, with: {image: b}", "", None),
    ("operator: EmptyOperator", "", "name a task that returns something"),
    ("operator: EmptyOperator, do_xcom_push: true", "", "name a task that returns something"),
    ('python_code: "print(1)"', "", "return a value there"),
    ('python_code: "def f(): print(1)", task_type: virtualenv', "", "return a value there"),
    ('python_code: "def f():\\n  if 1:\\n    return 2"', "", None),
    ("python_code: \"def f(ti): ti.xcom_push(key='return_value', value=1)\"", "", None),
    ('python_code: "def f(): yield 1"', "", None),
    ('python_code: "def f(): print(1)", task_type: sensor', "", None),
    ("python_callable: a.b", "", None),
]


@pytest.mark.parametrize(("task", "shared", "hint"), KEPT)
def test_an_output_that_a_task_does_not_keep_is_a_warning_where_it_is_read(
    task: str, shared: str, hint: str | None
) -> None:
    def found(read: str) -> list[str | None]:
        text = f"dag_name: D\ndefault_args: {{{shared}}}\ntasks:\n- {{task_id: kept, {task}}}\n"
        text = text.replace("default_args: {}\n", "dag_id: d\n")
        text += f"- {{task_id: b, dependencies: [first, kept], {read}}}\n"
        text += "- {task_id: first, bash_command: a, do_xcom_push: true}"
        checked = check_spec(text).diagnostics
        of_code = [each for each in checked if each.code == Code.XCOM_NOT_THERE]
        for each in of_code:
            assert (each.line, each.column) != (None, None)
            line = text.splitlines()[(each.line or 0) - 1]
            assert "kept" in line[(each.column or 0) - 1 :][: len("'kept")]
        return [each.hint for each in of_code]

    with_it = "python_callable: a.b, with: {x: %s}"
    pull = "ti.xcom_pull(task_ids=['first', 'kept']%s)"
    code = f'"def f(ti): return {pull}"'
    keyed, earlier = ", key='rows'", ", include_prior_dates=True"
    assert found(with_it % "{$xcom: kept, key: rows}") == []
    assert found(with_it % f'"{{{{ {pull % keyed} }}}}"') == []
    assert found(f"python_code: {code % keyed}") == []
    for read in (
        with_it % "{$xcom: kept}",
        with_it % f'"{{{{ {pull % ""} }}}}"',
        f'bash_command: "{{{{ {pull % earlier} }}}}"',
        f"python_code: {code % ''}",
        f"bash_command: a, on_failure_callback: {{python_code: {code % ''}}}",
    ):
        hints = found(read)
        assert len(hints) == (hint is not None)
        assert all(hint and hint in (each or "") for each in hints)
