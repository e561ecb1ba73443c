"""A template is checked with the spec that it makes, so that it is not shared before it works."""

from __future__ import annotations

from textwrap import dedent

import pytest

from dagctl.commands.template_checks import TemplateVerdict, template_verdict
from dagctl.commands.templates import gallery
from dagctl.errors import Severity
from dagctl.spec.resolution.variables import Variables

HEAD = "template: {name: report, version: 1, parameters: {name: {type: string}}}\n"
TASK = "tasks: [{task_id: a, bash_command: echo}]\n"


def verdict(text: str) -> TemplateVerdict:
    return template_verdict(dedent(text), "report.yaml", variables=Variables(), airflow="3")


def seen(text: str) -> list[tuple[str, int | None]]:
    return [(each.code, each.line) for each in verdict(text).findings]


def test_every_error_of_the_spec_is_at_its_line_of_the_template() -> None:
    text = """\
        template:
          name: report
          version: 1
          parameters:
            name: {type: string, examples: [Orders Report]}
            hour: {type: integer, minimum: 5, maximum: 7}
        dag_name: ${{ params.name }}
        schedule: 0 ${{ params.hour }} * * * *
        tasks:
          - {task_id: a, bash_comand: echo}
          - {task_id: b, bash_command: echo, dependencies: [c]}
    """
    assert seen(text) == [("DAG212", 8), ("DAG201", 10), ("DAG301", 11)]
    assert all(each.file == "report.yaml" for each in verdict(text).findings)
    assert all("`with`" not in each.message for each in verdict(text).findings)


def test_a_missing_key_of_the_spec_is_an_error_of_the_file() -> None:
    (only,) = verdict(HEAD + "dag_name: ${{ params.name }}\n").findings
    assert (only.code, only.file) == ("DAG202", "report.yaml")


@pytest.mark.parametrize(
    "rules",
    [
        *("{type: string}", "{type: string, enum: ['@daily', '@weekly']}"),
        *("{type: string, pattern: '^[a-z]{3}$'}", "{type: string, format: date}"),
        "{type: string, default: '@hourly'}",
    ],
)
def test_a_value_is_taken_that_the_rules_allow(rules: str) -> None:
    head = HEAD.replace("}}}", f"}}, x: {rules}}}}}")
    good = verdict(
        f"{head}dag_name: ${{{{ params.name }}}}\ndescription: ${{{{ params.x }}}}\n{TASK}"
    )
    assert (good.findings, good.ok) == ((), True)


def test_where_no_value_is_known_the_template_says_that_it_was_not_checked() -> None:
    head = HEAD.replace("{type: string}", "{type: string, pattern: '^shop-[0-9]{9}$'}")
    (only,) = verdict(f"{head}dag_name: ${{{{ params.name }}}}\nnonsense: 1\n{TASK}").findings
    assert only.severity is Severity.WARNING
    assert "`name`" in only.message


def test_a_variable_without_a_value_is_an_error_at_its_place() -> None:
    text = f"{HEAD}dag_name: ${{{{ params.name }}}}\nowner: ${{{{ vars.owner }}}}\n{TASK}"
    assert seen(text) == [("DAG270", 3)]


def test_templates_of_the_gallery_make_specs_without_a_finding() -> None:
    for item in gallery():
        text = item.template.document.text
        made = template_verdict(text, item.name, variables=Variables(), airflow="3")
        assert made.findings == (), item.name
