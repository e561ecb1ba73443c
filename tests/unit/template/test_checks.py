"""A template is checked with the spec that it makes, so that it is not shared before it works."""

from __future__ import annotations

from textwrap import dedent

import pytest

from dagctl.commands.templates.listing import gallery
from dagctl.commands.templates.template_checks import TemplateVerdict, template_verdict
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


CRON = "template: {{name: report, version: 1, parameters: {{cron: {rules}}}}}\n"
SCHEDULED = "dag_name: A\nschedule: ${{ params.cron }}\n"
TWO = """\
    template:
      name: report
      version: 1
      parameters: {x: {type: string}, y: {type: string}, wait: {type: string}}
    dag_name: A
    tasks:
      - {task_id: "${{ params.x }}", bash_command: echo, retry_delay: "${{ params.wait }}"}
      - {task_id: "${{ params.y }}", bash_command: echo}
"""


def test_values_are_tried_until_they_fit_where_the_template_gives_none() -> None:
    text = CRON.format(rules="{type: string, description: d}") + SCHEDULED + TASK
    assert verdict(text).findings == ()
    assert verdict(TWO).findings == ()


def test_an_error_beside_such_values_stays_an_error() -> None:
    assert seen(TWO + "      - {task_id: c, bash_comand: echo}\n") == [("DAG201", 9)]
    assert seen(TWO + "nonsense: 1\n".rjust(16)) == [("DAG201", 9)]


@pytest.mark.parametrize(
    "rules",
    [
        *("{type: string, examples: [nonsense]}", "{type: string, default: nonsense}"),
        *("{type: string, enum: [nonsense, '@daily']}", "{type: string, const: nonsense}"),
    ],
)
def test_a_value_that_the_template_gives_is_an_error_where_it_does_not_fit(rules: str) -> None:
    assert seen(CRON.format(rules=rules) + SCHEDULED + TASK) == [("DAG210", 3)]


def test_where_no_value_fits_one_warning_asks_for_an_example() -> None:
    """A template that is good with the values of its users is shared."""
    last = """\
      - task_id: c
        bash_command: echo
        dependencies: ["${{ params.wait }}"]
"""
    made = verdict(TWO + last)
    (only,) = made.findings
    assert (made.ok, only.severity, only.hint) == (
        True,
        Severity.WARNING,
        "add `examples: [...]` to the parameter",
    )
    assert "`wait`" in only.message
    assert "`x`" not in only.message
    assert seen(TWO + last + "        retries: -1\n") == [("DAG209", 12), ("DAG601", None)]
    text = CRON.format(rules="{type: string, pattern: '^[a-z]+$'}") + SCHEDULED + TASK
    assert (verdict(text).ok, len(verdict(text).findings)) == (True, 1)


def test_a_variable_without_a_value_is_an_error_at_its_place() -> None:
    text = f"{HEAD}dag_name: ${{{{ params.name }}}}\nowner: ${{{{ vars.owner }}}}\n{TASK}"
    assert seen(text) == [("DAG270", 3)]


def test_templates_of_the_gallery_make_specs_without_a_finding() -> None:
    for item in gallery():
        text = item.template.document.text
        made = template_verdict(text, item.name, variables=Variables(), airflow="3")
        assert made.findings == (), item.name
