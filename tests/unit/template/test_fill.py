"""A filled template is the spec with exactly these values, whatever they are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as with_examples
from hypothesis import strategies as st

from dagctl.errors import SpecError
from dagctl.readers.yaml_reader import read_yaml
from dagctl.template import filled, given, read_template, values_of
from dagctl.template.parameter_values import value_problem

TEXT = """\
# About the DAG
template:
  name: t
  version: 1
  parameters:
    x: {description: Anything}

# The name
dag_name: ${{ params.x }}  # shown
description: "before ${{params.x}} after, and $${{ params.x }}"
doc_md: |
  # Title
    ${{ params.x }} and ${{ params.x }}

  end
owner: >-
  folded ${{ params.x }}
  text
tags: ['${{ params.x }}', 'plain ${{ params.x }} text']
"""
ANY = {
    "type": ["string", "number", "boolean", "null", "array", "object"],
    "description": "Anything",
}
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, width=32) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def _template(text: str = TEXT, rules: str = str(ANY)) -> Any:  # noqa: ANN401 - kept short
    return read_template(text.replace("{description: Anything}", rules), "t.yaml")


TEMPLATE = _template()


@with_examples(_values)
def test_any_value_comes_back_equal_at_every_place(value: object) -> None:
    if value_problem(TEMPLATE.parameters[0], value) is not None:
        return
    document = read_yaml(filled(TEMPLATE, {"x": value})).document
    assert document is not None
    data = document.root.value

    assert data["dag_name"] == value
    assert type(data["dag_name"]) is type(value)
    text = data["tags"][1].removeprefix("plain ").removesuffix(" text")
    assert data["tags"] == [value, f"plain {text} text"]
    assert data["description"] == f"before {text} after, and $${{{{ params.x }}}}"
    assert data["doc_md"] == f"# Title\n  {text} and {text}\n\nend\n"


def test_the_head_goes_and_comments_stay() -> None:
    assert filled(TEMPLATE, {"x": "a: b"}) == (
        "# About the DAG\n\n# The name\ndag_name: 'a: b'  # shown\n"
        "description: 'before a: b after, and $${{ params.x }}'\n"
        "doc_md: |\n  # Title\n    a: b and a: b\n\n  end\n"
        "owner: >-\n  folded a: b\n  text\ntags: ['a: b', 'plain a: b text']\n"
    )


def test_the_head_may_stand_last() -> None:
    text = (
        "dag_name: ${{ params.x }}\n# About\ntemplate: {name: t, version: 1, parameters: {x: {}}}\n"
    )

    assert filled(_template(text), {"x": "a"}) == "dag_name: a\n# About\n"


@pytest.mark.parametrize(
    "value",
    [
        "{{ ds }}",
        "{% raw %}",
        "{# x",
        "${{ vars.x }}",
        "\x00",
        "\x1b[31m",
        {"$ref": "a.b"},
        float("inf"),
    ],
)
def test_a_value_that_would_become_code_is_refused(value: object) -> None:
    with pytest.raises(SpecError) as caught:
        values_of(TEMPLATE, {"x": value})
    assert [finding.code for finding in caught.value.diagnostics] == ["DAG604"]


def test_all_that_is_wrong_with_values_is_said_at_once() -> None:
    parameters = "{a: {type: integer}, b: {pattern: '^[a-z]+$'}, c: {}, d: {enum: [u, v]}}"
    head = f"template: {{name: t, version: 1, parameters: {parameters}}}\n"
    uses = "".join(f"{name}: ${{{{ params.{name} }}}}\n" for name in "abcd")
    template = read_template(head + uses, "t.yaml")
    with pytest.raises(SpecError) as caught:
        values_of(template, given(template, {"a": "x", "b": "a\n", "d": "w", "e": "1"}))

    assert [(each.code, each.path[1]) for each in caught.value.diagnostics] == [
        ("DAG604", "e"),
        ("DAG604", "a"),
        ("DAG604", "b"),
        ("DAG605", "c"),
        ("DAG604", "d"),
    ]
    messages = [each.message for each in caught.value.diagnostics]
    assert messages[1].startswith("parameter `a`: the value breaks a rule: 'x'")


@pytest.mark.parametrize(
    ("rules", "text", "value"),
    [
        ("{type: integer}", "3", 3),
        ("{type: number}", "0.5", 0.5),
        ("{type: boolean}", "true", True),
        ("{type: string}", "true", "true"),
        ("{type: [string, 'null']}", "null", None),
        ("{type: array, items: {type: string}}", "a,b", ["a", "b"]),
        ("{type: array, items: {type: integer}}", "[1, 2]", [1, 2]),
        ("{type: object}", '{"a": 1}', {"a": 1}),
        ("{}", "3", "3"),
    ],
)
def test_a_text_is_read_as_the_type_of_its_parameter(rules: str, text: str, value: object) -> None:
    template = _template(
        f"template: {{name: t, version: 1, parameters: {{x: {rules}}}}}\n"
        "dag_name: ${{ params.x }}\n"
    )

    assert values_of(template, given(template, {"x": text})) == {"x": value}
