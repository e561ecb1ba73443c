"""Params: their rules are those of JSON Schema, and a default must keep them."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dagctl.codegen.render import render
from dagctl.findings.codes import Code
from dagctl.spec.fields.param_rules import is_quick
from dagctl.spec.load import check_spec, load_spec

TASKS = "tasks: [{task_id: a, bash_command: echo a}]\n"
HEAD = "dag_name: Report\n" + TASKS


def found(params: str, head: str = HEAD) -> list[tuple[str, int | None]]:
    text = head + "params:\n" + "".join(f"  {line}\n" for line in params.splitlines())
    return [(each.code, each.line) for each in check_spec(text).diagnostics]


@pytest.mark.parametrize(
    ("params", "code", "line"),
    [
        ("a: {type: integer, minimum: 1, default: 0}", Code.BAD_PARAM, 4),
        ("a:\n  type: integer\n  default: x", Code.BAD_PARAM, 6),
        ("a:\n  type: intger\n  default: 1", Code.BAD_PARAM, 5),
        ("a:\n  type: array\n  items:\n    type: int\n  default: [1]", Code.BAD_PARAM, 7),
        ("a:\n  type: string\n  pattern: '('", Code.BAD_PARAM, 6),
        ("a:\n  type: string\n  minLength: -1", Code.BAD_PARAM, 6),
        ("a: {enum: [x, y], default: z}", Code.BAD_PARAM, 4),
        ("a: {type: string, format: date, default: today}", Code.BAD_PARAM, 4),
        ("a: {type: array, items: {type: integer}, default: [1, x]}", Code.BAD_PARAM, 4),
        ("a:\n  tpye: integer", Code.UNKNOWN_KEY, 5),
        ("a:\n  $ref: https://example.com/x.json", Code.BAD_MARKER, 5),
        ("a:\n  default: {$ref: jobs.X}", Code.BAD_MARKER, 5),
        ("a: {items: {$dynamicRef: x}}", Code.BAD_MARKER, 4),
        ("a:\n  $new: jobs.X", Code.BAD_MARKER, 5),
        ("a:\n  default:\n    $duration: 1h", Code.BAD_MARKER, 6),
        ("a:\n  default:\n    $new: jobs.X\n    with:\n      b: {$xcom: t}", Code.BAD_MARKER, 8),
        ("a:\n  title: b\n  enum:\n    - $new: jobs.X", Code.BAD_MARKER, 7),
        ("'': 1", Code.BLANK, 4),
        ("a: .nan", Code.YAML_NUMBER, 4),
    ],
)  # fmt: skip
def test_a_slip_in_params_is_found_at_its_line(params: str, code: Code, line: int) -> None:
    assert found(params) == [(code, line)]


@pytest.mark.parametrize(
    "default",
    ["{$new: jobs.X}", "[{$new: jobs.X, args: [{$duration: 1h}]}, 1]", "{b: {$new: jobs.X}}"],
)
def test_a_default_may_be_worked_out_when_airflow_reads_the_file(default: str) -> None:
    assert found(f"a: {{type: integer, default: {default}}}") == []
    spec = check_spec(HEAD + f"params: {{a: {{default: {default}}}}}\n").spec
    assert spec is not None
    assert "Param(" in render(spec)
    assert "X(" in render(spec)


def test_params_are_a_mapping() -> None:
    assert [each.code for each in check_spec(HEAD + "params: [a]\n").diagnostics] == [
        Code.WRONG_TYPE
    ]
    assert [each.code for each in check_spec(HEAD + "params:\n").diagnostics] == [Code.NULL]


@pytest.mark.parametrize("schedule", ["'@daily'", "'@once'", "'0 6 * * *'"])
def test_airflow_starts_no_dag_whose_param_has_no_default(schedule: str) -> None:
    scheduled = HEAD + f"schedule: {schedule}\n"

    assert found("a: {type: string}", scheduled) == [(Code.NO_DEFAULT, 5)]
    assert found("a: {type: string, default: x}", scheduled) == []
    assert found("a: {type: string}") == []


@pytest.mark.parametrize("rules", ["type: string", "type: [integer]", "enum: [1, 2]"])
def test_a_default_of_null_is_given_by_the_person_who_starts_a_run(rules: str) -> None:
    """Airflow loads it where no schedule starts a run."""
    scheduled = HEAD + "schedule: '@daily'\n"

    assert found(f"a: {{{rules}, default: null}}") == []
    assert found(f"a: {{{rules}, default: null}}", scheduled) == [(Code.NO_DEFAULT, 5)]
    assert found("a: {type: [string, 'null'], default: null}", scheduled) == []
    assert found("a: {type: text, default: null}", scheduled) == [(Code.BAD_PARAM, 5)]


def test_too_many_params_and_too_much_work_are_refused() -> None:
    many = {f"p{n}": n for n in range(201)}
    rules = {"anyOf": [{"const": n} for n in range(400)], "default": [*range(400)]}
    for params in (many, {"a": {"type": "array", "items": rules, "default": [*range(500)]}}):
        text = json.dumps({"dag_name": "x", "tasks": [{"task_id": "a", "bash_command": "x"}]})
        data = {**json.loads(text), "params": params}
        assert [each.code for each in check_spec(json.dumps(data)).diagnostics] == [
            Code.TOO_MANY_VALUES
        ]


@pytest.mark.parametrize("place", ["params", "task"])
def test_rules_that_are_too_many_are_not_tried_for_a_dag_with_a_schedule(place: str) -> None:
    """Python compiles each of these patterns in a tenth of a second."""
    wide = "(?i)" + "[\u0080-\uffff]" * 20
    rules = {f"a{n}": {"pattern": f"{wide}{n}"} for n in range(200)}
    params = {"p": {"type": "object", "properties": rules, "default": None}}
    task: dict[str, Any] = {"task_id": "a", "bash_command": "x"}
    dag: dict[str, Any] = {"dag_name": "x", "schedule": "@daily", "tasks": [task]}
    (dag if place == "params" else task)["params"] = params
    began = time.process_time()
    codes = [each.code for each in check_spec(json.dumps(dag)).diagnostics]
    assert codes == [Code.TOO_MANY_VALUES]
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a|a)*$", "(a|aa)+$", "a*a*a*a*a*b", "(?=a)a", r"(a)\1", "(a{1,9}){1,9}", "x|" * 25],  # noqa: E501
)  # fmt: skip
def test_a_pattern_that_could_take_long_is_not_tried(pattern: str) -> None:
    text = "a" * 60
    assert not is_quick(pattern, len(text))
    assert found(f"a: {{pattern: {json.dumps(pattern)}, default: {text}!}}") == []


@pytest.mark.parametrize("name", ["enum", "const", "default", "examples"])
def test_a_property_with_the_name_of_a_keyword_is_checked_as_any_other(name: str) -> None:
    rule = (
        f"a: {{type: object, properties: {{{name}: {{pattern: '%s'}}}}, default: {{{name}: %s}}}}"
    )
    assert found(rule % ("(a+)+$", "a" * 22 + "b")) == []
    assert found(rule % ("^a$", "b")) == [(Code.BAD_PARAM, 4)]


def test_values_in_rules_are_as_long_as_their_author_wants() -> None:
    values = json.dumps([*range(101)])
    inner = f"default: {{ids: {values}}}, examples: [{{ids: {values}}}], enum: [{{ids: {values}}}]"
    assert found(f"a: {{type: object, properties: {{b: {{{inner}}}}}, default: {{}}}}") == []


@pytest.mark.parametrize(
    "pattern", [r"^\d{4}-\d{2}$", "^[a-z]+$", "^(emea|amer)$", "^s3://[a-z./-]+$"]
)
def test_a_usual_pattern_is_tried(pattern: str) -> None:
    assert is_quick(pattern, 100)
    assert found(f"a: {{pattern: {json.dumps(pattern)}, default: '!'}}") == [(Code.BAD_PARAM, 4)]


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner),
    max_leaves=5,
)
_types = st.sampled_from(["string", "integer", "number", "boolean", "array", "object", "null"])
_rules = st.fixed_dictionaries(
    {},
    optional={
        "type": _types | st.lists(_types, min_size=1, max_size=2, unique=True),
        "minimum": st.integers(-3, 3),
        "maxLength": st.integers(0, 2),
        "enum": st.lists(_json, min_size=1, max_size=3),
        "items": st.fixed_dictionaries({"type": _types}),
        "pattern": st.sampled_from(["^a", "b$", "^[ab]+$"]),
    },
)


@settings(deadline=None)
@given(rules=_rules, default=_json)
def test_a_default_is_refused_where_jsonschema_refuses_it(
    rules: dict[str, Any], default: object
) -> None:
    data = {"dag_name": "x", "tasks": [{"task_id": "a", "bash_command": "x"}]}
    params = {"p": {**rules, "default": default}}
    is_valid = Draft202012Validator(rules).is_valid(default)
    checked = check_spec(json.dumps({**data, "schedule": "@daily", "params": params}))

    wrong = Code.NO_DEFAULT if default is None else Code.BAD_PARAM
    assert {each.code for each in checked.diagnostics} == (set() if is_valid else {wrong})
    assert (checked.spec is not None) == is_valid
    if checked.spec:
        assert checked.spec.params == params
        assert load_spec(json.dumps(checked.spec.to_data())) == checked.spec


def test_a_message_about_a_large_default_is_short() -> None:
    (problem,) = check_spec(
        HEAD + f"params: {{a: {{type: integer, default: {'x' * 9000}}}}}"
    ).diagnostics
    assert len(problem.message) <= 1_100
    assert re.match("the default breaks a rule", problem.message)
