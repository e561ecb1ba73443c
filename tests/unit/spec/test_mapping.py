"""Mapping, setups and teardowns: what is refused at its line, and what comes back equal."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagctl import DagSpec, SpecError, render
from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.spec.load import check_spec

BASH = "bash_command: echo"
DEF = "python_code: 'def f(x, y=1): return x'"
OPERATOR = "operator: BashOperator"


def findings(*lines: str, airflow: str = "3") -> list[tuple[str, int | None]]:
    """Return what is found in a task `t` with these lines, the first in line 7."""
    found = check_spec(text_of(*lines), airflow=airflow).diagnostics
    return [(each.code, each.line) for each in found]


def text_of(*lines: str) -> str:
    """Return a spec whose task `t` has these lines."""
    body = "".join(f"    {line}\n" for line in lines)
    head = f"dag_name: x\ntasks:\n  - task_id: a\n    {BASH}\n  - task_id: b\n    {BASH}\n"
    return f"{head}  - task_id: t\n{body}"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([DEF, "expand: {x: [1, 2]}"], []),
        ([DEF, "expand: {x: {$xcom: a}}", "with: {y: 2}"], []),
        ([DEF, "expand_kwargs: {$xcom: a}"], []),
        ([DEF, "expand_kwargs: [{x: 1}, {x: 2, y: 3}]"], []),
        ([DEF, "expand: {x: {$zip: [{$xcom: a}, {$xcom: b}]}}"], []),
        ([DEF, "expand: {x: {$concat: [{$xcom: a}, {$xcom: b}]}}"], []),
        ([DEF, "expand: {x: {$zip: [{$xcom: a}, {$xcom: b}], fillvalue: 0}}"], []),
        ([OPERATOR, "expand: {bash_command: [a, b]}"], []),
        ([OPERATOR, "expand_kwargs: [{bash_command: a}]"], []),
        ([BASH, "expand: {env: [{A: a}]}"], []),
        ([DEF, "expand: {x: text}"], [(Code.BAD_MAPPING, 9)]),
        ([DEF, "expand: {x: 5}"], [(Code.BAD_MAPPING, 9)]),
        ([DEF, "expand: {x: null}"], [(Code.BAD_MAPPING, 9)]),
        ([DEF, "expand: {}"], [(Code.BAD_MAPPING, 9)]),
        ([DEF, "expand: {x: {$xcom: a, key: k}}"], [(Code.BAD_MAPPING, 9)]),
        ([DEF, "expand: {x: {$duration: 5m}}"], [(Code.BAD_MAPPING, 9)]),
        ([DEF, "expand: {x: {$zip: [[1], {$xcom: b}]}}"], [(Code.BAD_MAPPING, 9)]),
        ([DEF, "expand: {x: {$zip: [{$xcom: b}]}}"], [(Code.BAD_MARKER, 9)]),
        ([DEF, "expand: {x: [{$zip: [{$xcom: a}, {$xcom: b}]}]}"], [(Code.BAD_MARKER, 9)]),
        ([DEF, "with: {x: {$concat: [{$xcom: a}, {$xcom: b}]}}"], [(Code.BAD_MARKER, 9)]),
        ([DEF, "expand: {x: [1]}", "expand_kwargs: [{x: 1}]"], [(Code.GIVEN_TWICE, 10)]),
        ([DEF, "with: {x: 1}", "expand: {x: [1]}"], [(Code.GIVEN_TWICE, 10)]),
        ([DEF, "expand_kwargs: [5]"], [(Code.BAD_MAPPING, 9)]),
        ([DEF, "expand_kwargs: {x: 1}"], [(Code.BAD_MAPPING, 9)]),
        ([DEF, "expand: {z: [1]}", "with: {x: 1}"], [(Code.BAD_ARGUMENT, 9)]),
        ([DEF, "expand: {x: {$xcom: c}}"], [(Code.UNKNOWN_DEPENDENCY, 9)]),
        ([DEF, "with: {x: {$arg: r}}"], [(Code.BAD_MAPPING, 9)]),
        ([OPERATOR, "expand: {bash_comand: [a]}", "with: {bash_command: a}"],
         [(Code.UNKNOWN_PARAMETER, 9)]),
        ([OPERATOR, "expand: {retries: [1]}", "with: {bash_command: a}"], [(Code.BAD_MAPPING, 9)]),
        ([BASH, "expand: {bash_command: [a]}"], [(Code.BAD_MAPPING, 9)]),
        ([BASH, "setup: true", "teardown: true"], [(Code.BAD_TEARDOWN, 10)]),
        ([BASH, "teardown: [c]"], [(Code.UNKNOWN_DEPENDENCY, 9)]),
        ([BASH, "teardown: []"], [(Code.BLANK, 9)]),
        ([BASH, "teardown: a"], [(Code.WRONG_TYPE, 9)]),
        ([BASH, "on_failure_fail_dagrun: true"], [(Code.BAD_TEARDOWN, 9)]),
        ([BASH, "teardown: [a]", "trigger_rule: all_done"], [(Code.BAD_TEARDOWN, 10)]),
    ],
)  # fmt: skip
def test_what_airflow_refuses_is_refused_at_its_line(
    lines: list[str], found: list[tuple[str, int]]
) -> None:
    assert findings(*lines) == found


def test_what_is_mapped_depends_on_the_target() -> None:
    lines = [OPERATOR, "with: {bash_command: a}", "expand: {pool: [a, b]}"]

    assert findings(*lines, airflow="3") == []
    assert findings(*lines, airflow="2.11") == [(Code.BAD_MAPPING, 10)]


GROUP = """
dag_name: x
tasks:
  - {task_id: a, bash_command: echo}
  - group_id: g
    expand: {region: [emea, amer]}
    tasks:
      - {task_id: t, bash_command: echo, env: {R: {$arg: region}}}
      - group_id: h
        tasks:
          - {task_id: u, bash_command: echo}
  - {task_id: z, bash_command: echo, dependencies: [g]}
"""


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("", "", []),
        ("$arg: region", "$arg: regoin", [(Code.BAD_MAPPING, 8)]),
        ("task_id: u,", "task_id: u, expand: {env: [{A: a}]},", [(Code.BAD_MAPPING, 11)]),
        ("- group_id: h\n", "- group_id: h\n        expand: {x: [1]}\n", [(Code.BAD_MAPPING, 10)]),
        ("dependencies: [g]", "dependencies: [g.h]", [(Code.BAD_MAPPING, 12)]),
        ("dependencies: [g]", "dependencies: [g.h.u]", []),
        ("{region: [", "{dag: [", [(Code.BAD_ARGUMENT, 6)]),
        ("    expand: {region: [emea, amer]}\n", "    with: {region: x}\n",
         [(Code.BAD_MAPPING, 6), (Code.BAD_MAPPING, 8)]),
        ("[emea, amer]", "{$xcom: t}", [(Code.UNKNOWN_DEPENDENCY, 6)]),
    ],
)  # fmt: skip
def test_a_mapped_group_is_checked_as_a_whole(
    old: str, new: str, found: list[tuple[str, int]]
) -> None:
    checked = check_spec(GROUP.replace(old, new, 1), format="yaml")

    assert [(each.code, each.line) for each in checked.diagnostics] == found


def test_outputs_that_go_in_and_out_of_a_mapped_group_are_refused() -> None:
    use = "env: {X: {$xcom: NAME}}}"
    inside = f"\n      - {{task_id: s, bash_command: echo, {use.replace('NAME', 'a')}"
    text = GROUP.replace("echo}", f"echo, {use.replace('NAME', 'g.t')}", 1)
    text = text.replace("$arg: region}}}", "$arg: region}}}" + inside)
    (finding,) = check_spec(text, format="yaml").diagnostics

    assert (finding.code, finding.line) == (Code.BAD_MAPPING, 5)


def test_an_argument_of_a_group_hides_no_import() -> None:
    text = GROUP.replace("region", "BashOperator")
    source = render(check_spec(text, format="yaml").result())

    assert "def g_function(BashOperator):" in source
    assert "BashOperator as " in source
    assert "t_task = BashOperator(" not in source


# --- Any value, in each place ---------------------------------------------------------------------

_TEXT = st.text(max_size=8) | st.sampled_from(["{{ x }}", '"""', "\\", "\n", "$xcom", "'"])
_SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | _TEXT
_VALUE = st.recursive(
    _SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)


def _literals(source: str, keyword: str) -> Any:  # noqa: ANN401 - any value
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    expand = next(each for each in calls if getattr(each.func, "attr", "") == keyword)
    if keyword == "expand_kwargs":
        return ast.literal_eval(expand.args[0])
    return {str(each.arg): ast.literal_eval(each.value) for each in expand.keywords}


@pytest.mark.parametrize(("airflow", "fits"), [("2", False), ("2.9", False), ("2.10", True)])
def test_outputs_are_joined_from_airflow_2_10_on(airflow: str, fits: bool) -> None:  # noqa: FBT001 - a parameter of the table
    lines = [DEF, "expand: {x: {$zip: [{$concat: [{$xcom: a}, {$xcom: b}]}, {$xcom: a}]}}"]
    assert findings(*lines, airflow=airflow) == ([] if fits else [(Code.NOT_IN_TARGET, 9)])


@pytest.mark.parametrize("rule", ["always", "all_done"])
def test_airflow_takes_no_task_that_always_runs_in_a_mapped_group(rule: str) -> None:
    text = f"""dag_name: x
tasks:
  - group_id: g
    expand: {{n: [1, 2]}}
    tasks:
      - task_id: t
        bash_command: echo
        trigger_rule: {rule}
"""
    found = [(each.code, each.line) for each in check_spec(text).diagnostics]
    assert found == ([(Code.BAD_MAPPING, 8)] if rule == "always" else [])


@pytest.mark.parametrize("keyword", ["expand", "expand_kwargs"])
@given(value=_VALUE)
@settings(max_examples=150, deadline=None)
def test_any_value_is_refused_or_comes_back_equal(keyword: str, value: Any) -> None:  # noqa: ANN401
    given_value = {"x": value} if keyword == "expand" else value
    task = {"task_id": "t", "operator": "jobs.operators.Any", keyword: given_value}
    group = {
        "group_id": "g",
        keyword: given_value,
        "tasks": [{"task_id": "t", "bash_command": "x"}],
    }
    code = "def f(x=1, **more): return x"
    function = {"task_id": "t", "python_code": code, keyword: given_value}
    for entry in (task, group, function):
        try:
            spec = DagSpec.from_data({"dag_name": "x", "tasks": [entry]})
        except SpecError:
            continue
        assert DagSpec.from_data(spec.to_data()) == spec
        assert _literals(render(spec), keyword) == given_value


@pytest.mark.parametrize("key", ["setup", "teardown", "on_failure_fail_dagrun"])
@given(value=_VALUE)
@settings(max_examples=50, deadline=None)
def test_any_stage_is_refused_or_comes_back_equal(key: str, value: Any) -> None:  # noqa: ANN401
    task = {"task_id": "t", "bash_command": "x", key: value}
    try:
        spec = DagSpec.from_data({"dag_name": "x", "tasks": [task]})
    except SpecError:
        return
    assert DagSpec.from_data(spec.to_data()) == spec
    assert value in {True, False}


def test_names_that_come_at_run_time_are_not_those_of_another_task_with_the_same_code() -> None:
    code = "python_code: 'def f(never, seen): return seen'"
    alone = [item for item in findings(code) if item[0] == Code.PYTHON_PARAMETER]
    assert len(alone) == 2
    assert findings(code, "expand_kwargs: {$xcom: a}") == []
    assert [item for item in findings(code) if item[0] == Code.PYTHON_PARAMETER] == alone


MAPPED = "{$map: {$xcom: a}, function: FUNCTION}"


@pytest.mark.parametrize(
    ("function", "code", "hint"),
    [
        ("{$ref: jobs.names.clean}", None, ""),
        ("{$python_code: 'def f(value): return value'}", None, ""),
        ("{$python_code: 'def f(): return 1'}", Code.PYTHON_PARAMETER, "value"),
        ("jobs.names.clean", Code.BAD_MARKER, "`{$ref: jobs.names.clean}`"),
        ("{$const: 5}", Code.BAD_MARKER, "`{$ref: pkg.module.name}`"),
        ("{$ref: builtins.str}", Code.BAD_MAPPING, "def one(value): return str(value)"),
    ],
)
@pytest.mark.parametrize("key", ["expand: {x: SOURCE}", "expand_kwargs: SOURCE"])
def test_a_function_changes_each_value_of_an_output(
    key: str, function: str, code: Code | None, hint: str
) -> None:
    lines = (DEF, key.replace("SOURCE", MAPPED.replace("FUNCTION", function)))
    found = check_spec(text_of(*lines)).diagnostics

    assert [(each.code, each.line) for each in found] == ([(code, 9)] if code else [])
    assert all(hint in (each.hint or "") for each in found)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{$zip: [{$xcom: a}, {$xcom: b}], fillvalue: 0}", None),
        ("{$map: {$concat: [{$xcom: a}, {$xcom: b}]}, function: {$ref: a.f}}", None),
        ("{$map: {$map: {$xcom: a}, function: {$ref: a.f}}, function: {$ref: a.g}}", None),
        ("{$map: {$xcom: a}}", Code.BAD_MARKER),
        ("{$map: [1], function: {$ref: jobs.f}}", Code.BAD_MAPPING),
        ("{$map: {$xcom: a, key: k}, function: {$ref: jobs.f}}", Code.BAD_MAPPING),
        ("{$map: {$xcom: c}, function: {$ref: jobs.f}}", Code.UNKNOWN_DEPENDENCY),
        ("[{$map: {$xcom: a}, function: {$ref: jobs.f}}]", Code.BAD_MARKER),
    ],
)
def test_outputs_may_be_joined_and_changed_in_one_another(source: str, code: Code | None) -> None:
    assert findings(DEF, f"expand: {{x: {source}}}") == ([(code, 9)] if code else [])


def warnings(*lines: str) -> list[tuple[str, int | None]]:
    found = check_spec(text_of(*lines)).diagnostics
    assert all(each.severity is Severity.WARNING for each in found)
    return [(each.message, each.line) for each in found]


def test_a_list_without_values_is_a_warning() -> None:
    """Both Airflows skip the task, and all that waits for it."""
    empty = "there is no value: Airflow skips the task, and what waits for it"

    assert warnings(DEF, "expand: {x: [], y: [1]}") == [(empty, 9)]
    assert warnings(OPERATOR, "expand_kwargs: []") == [(empty, 9)]


def test_a_task_that_keeps_nothing_fails_where_another_is_mapped_over_it() -> None:
    """Both Airflows fail it: "did not push XCom for task mapping"."""
    fails = "`c` keeps no output: Airflow fails it, since a task is mapped over its output"
    over = "expand: {x: {$xcom: c}}\n  - {task_id: c, operator: EmptyOperator}"

    assert warnings(DEF, over) == [(fails, 9)]
