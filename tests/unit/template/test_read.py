"""A template is checked as a whole: its head, its parameters, and what refers to them."""

from __future__ import annotations

import pytest

from dagctl.errors import SpecError
from dagctl.template import read_template

HEAD = "template: {name: t, version: 1, parameters: {x: {type: string}}}\n"
ECHO = "dag_name: ${{ params.x }}\ntasks:\n- {task_id: a, bash_command: echo a}\n"


def codes(text: str | bytes) -> list[tuple[str, int | None]]:
    with pytest.raises(SpecError) as caught:
        read_template(text, "t.yaml")
    return [(finding.code, finding.line) for finding in caught.value.diagnostics]


def head(**changes: str) -> str:
    parts = {"name": "t", "version": "1", "parameters": "{x: {type: string}}"} | changes
    return f"template: {{{', '.join(f'{key}: {value}' for key, value in parts.items())}}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ECHO, [("DAG601", 1)]),
        ("template: 1\n" + ECHO, [("DAG601", 1)]),
        (head(name='"a b"') + ECHO, [("DAG601", 1)]),
        (head(version="0") + ECHO, [("DAG601", 1)]),
        (head(version="true") + ECHO, [("DAG601", 1)]),
        (head(nmae="t") + ECHO, [("DAG201", 1)]),
        (head(description="[1]") + ECHO, [("DAG601", 1)]),
        (head(parameters="[x]") + ECHO, [("DAG601", 1), ("DAG602", 2)]),
        (head(parameters="{x: text}") + ECHO, [("DAG601", 1)]),
        (head(parameters="{x: {typ: string}}") + ECHO, [("DAG201", 1)]),
        (head(parameters="{x: {type: strin}}") + ECHO, [("DAG250", 1)]),
        (head(parameters="{x: {type: string, default: 1}}") + ECHO, [("DAG604", 1)]),
        (head(parameters='{x: {pattern: "(a+)+$"}}') + ECHO, [("DAG250", 1)]),
        (HEAD + ECHO.replace(".x", ".y"), [("DAG602", 1), ("DAG602", 2)]),
        (HEAD + ECHO + "description: ${{ params.x }\n", [("DAG602", 5)]),
        (HEAD + "dag_name: a\n", [("DAG602", 1)]),
        (b"\xff", [("DAG101", 1)]),
        ("- template\n", [("DAG105", 1)]),
        ("", [("DAG104", 1)]),
    ],
)
def test_each_mistake_is_reported_at_its_line(
    text: str | bytes, expected: list[tuple[str, int]]
) -> None:
    assert codes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        head(required="[x]") + ECHO,
        head(parameters="{x: {type: string, required: true}}") + ECHO,
    ],
)
def test_a_parameter_without_a_default_must_be_given_and_a_rule_for_that_says_so(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_template(text, "t.yaml")
    (finding,) = caught.value.diagnostics
    assert finding.hint == "leave it out: a parameter without `default` must be given"


@pytest.mark.parametrize(
    "place",
    [
        "bash_command: 'echo ${{ params.x }}'",
        "python_code: 'return ${{ params.x }}'",
        "operator: '${{ params.x }}'",
        "operator: EmptyOperator, inlets: [{$ref: '${{ params.x }}'}]",
        "operator: SQLExecuteQueryOperator, with: {sql: ['${{ params.x }}']}",
        "operator: HttpSensor, with: {response_check: {$python_code: 'def f(): ${{ params.x }}'}}",
        "bash_command: {$file: '${{ params.x }}'}",
    ],
)
@pytest.mark.parametrize(
    ("rules", "is_good"),
    [
        ("type: string", False),
        ("maxLength: 10", False),
        ("type: object", False),
        ("type: [string, integer]", False),
        ('pattern: "^[a-z]+"', True),
        ('pattern: "^.*$"', False),
        ('pattern: "[a-z ;]+"', False),
        ("enum: [a, b]", True),
        ("type: integer", True),
        ("type: [number, boolean]", True),
        ("format: date, type: string", True),
        ("type: array, items: {type: string}", False),
        ("type: array, items: {enum: [a, b]}", True),
    ],
)
def test_free_text_does_not_stand_where_text_becomes_code(
    place: str, rules: str, *, is_good: bool
) -> None:
    text = (
        head(parameters=f"{{x: {{{rules}}}}}") + f"dag_name: a\ntasks:\n- {{task_id: a, {place}}}"
    )
    if is_good:
        assert read_template(text, "t.yaml").parameters[0].is_bounded
    else:
        assert codes(text) == [("DAG603", 4)]


def test_two_dollar_signs_stand_for_the_characters_themselves() -> None:
    text = HEAD + ECHO + "description: $${{ params.y }}\n"

    assert read_template(text, "t.yaml").by_name.keys() == {"x"}
