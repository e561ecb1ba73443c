"""Variables: what they stand for, and what is never touched."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagctl.findings.codes import Code
from dagctl.spec.load import check_data, check_spec
from dagctl.spec.resolution.placeholders import escaped
from tests.unit.spec.resolution.specs import BASH, around_of, errors_in, places_of, spec_of


@pytest.mark.parametrize(
    ("written", "variables", "meant"),
    [
        ("${{ vars.a }}", {"a": "x"}, "x"),
        ("${{vars.a}}", {"a": "x"}, "x"),
        ("s3://${{ vars.a }}/${{ vars.b }}", {"a": "x", "b": 7}, "s3://x/7"),
        ("on ${{ vars.a }}", {"a": True}, "on true"),
        ("${{ vars.a.b }} y", {"a": {"b": "x"}}, "x y"),
        ("$${{ vars.a }}", {}, "${{ vars.a }}"),
        ("$$${{ vars.a }}", {}, "$${{ vars.a }}"),
        ("$X ${X} $(X) {{ X }} {% X %}", {}, "$X ${X} $(X) {{ X }} {% X %}"),
        ("${{ vars.a }}", {"a": "$$X ${Y} {{ ds }}"}, "$$X ${Y} {{ ds }}"),
    ],
)
def test_a_variable_stands_for_its_value(
    written: str, variables: dict[str, Any], meant: str
) -> None:
    spec = spec_of(f"doc_md: '{written}'", **variables)
    assert spec.doc_md == meant


@pytest.mark.parametrize("value", [3, True, ["a"], {"a": [1.5]}, "3"])
def test_a_whole_value_keeps_its_type(value: object) -> None:
    text = 'tasks: [{task_id: a, operator: my.Op, with: {x: "${{ vars.v }}"}}]'
    assert spec_of(text, v=value).to_data()["tasks"][0]["with"] == {"x": value}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("doc_md: ${{ vars.no }}", Code.NO_VARIABLE),
        ("doc_md: x ${{ vars.no }} y", Code.NO_VARIABLE),
        ("doc_md: ${{ each.no }}", Code.NO_VARIABLE),
        ("doc_md: ${{ vars.word.no }}", Code.NO_VARIABLE),
        ("doc_md: ${{ params.x }}", Code.BAD_VARIABLE),
        ("doc_md: ${{ vars.a + 1 }}", Code.BAD_VARIABLE),
        ("doc_md: ${{ secrets.TOKEN }}", Code.BAD_VARIABLE),
        ("doc_md: ${{ vars.word", Code.BAD_VARIABLE),
        ("doc_md: list ${{ vars.list }}", Code.BAD_VARIABLE),
        ("retries: ${{ vars.word }}", Code.WRONG_TYPE),
    ],
)
def test_what_cannot_be_put_in_place_is_an_error_there(line: str, code: str) -> None:
    found = errors_in(f"catchup: false\n{line}", word="x", list=[1])
    assert places_of(found) == [(code, "specs/a.yaml", 2)]


def test_a_variable_cannot_stand_in_a_key() -> None:
    codes = {each.code for each in errors_in('params: {"${{ vars.word }}": 1}', word="x")}
    assert Code.BAD_VARIABLE in codes


def test_an_error_in_a_value_says_which_variable_it_is_from() -> None:
    (found,) = errors_in("schedule: ${{ vars.when }}", when="@dail")
    assert "`vars.when` is set by the program" in found.message


def test_a_place_behind_a_variable_is_the_place_in_the_text() -> None:
    command = "    bash_command: |\n      cp ${{ vars.long }} x\n      echo {{ }}\n"
    text = f"tasks:\n  - task_id: a\n{command}"
    (found,) = errors_in(text, long="x" * 500)
    assert (found.code, found.line) == (Code.BAD_TEMPLATE, 5)


def test_a_secret_in_a_variable_is_a_warning_where_it_is_used() -> None:
    text = f"dag_name: Report\ndoc_md: ${{{{ vars.key }}}}\n{BASH}"
    around = around_of(key="ghp_" + "a1B2" * 9)
    codes = [(each.code, each.line) for each in check_spec(text, around=around).diagnostics]
    assert (Code.PLAIN_CREDENTIAL, 2) in codes


_texts = st.text(st.sampled_from("$${{}}{ }a.vrs_X(#%\n\"'"), max_size=60)


@given(_texts.filter(lambda text: "${{" not in text))
def test_dollars_and_jinja_are_never_touched(text: str) -> None:
    data = {"dag_name": "R", "tasks": [{"task_id": "a", "operator": "my.Op", "with": {"x": text}}]}
    around = around_of("task_defaults: {operator: {queue: q}}", a="no")
    spec = check_data(data, around=around).spec
    if spec is not None:  # else Jinja itself is wrong
        assert spec.to_data()["tasks"][0]["with"]["x"] == text


@given(_texts)
def test_a_text_that_is_written_out_stands_for_itself(text: str) -> None:
    data = {
        "dag_name": "R",
        "doc_md": f"x{escaped(text)}",
        "tasks": [{"task_id": "a", "bash_command": "l"}],
    }
    found = check_data(data, around=around_of())
    if found.spec is not None:
        assert found.spec.doc_md == f"x{text}"
    assert not [each for each in found.diagnostics if each.code == Code.BAD_VARIABLE]
