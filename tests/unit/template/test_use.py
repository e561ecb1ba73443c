"""`use` and `with`: a spec that is linked to a template, each value with its own file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.commands.templates.listing import LinkedTemplate
from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.spec.load import check_spec
from dagctl.spec.resolution.around import Around
from dagctl.spec.resolution.variables import variables_of
from dagctl.template import filled, read_template, values_of

if TYPE_CHECKING:
    from dagctl.errors import Diagnostic
    from dagctl.spec.checked import Checked

TEMPLATE = """\
template:
  name: report
  version: 2
  parameters:
    name: {type: string, minLength: 1}
    day: {type: integer, maximum: 7}
    tables: {type: array, items: {enum: [orders, users]}, default: [orders]}
    note: {type: string, default: none}
# The name
dag_name: ${{ params.name }}
schedule: 0 6 * * ${{ params.day }}
description: About ${{ params.name }}, for ${{ vars.team }}, $${{ params.z }}
tasks:
- task_id: copy_${{ each.table }}
  for_each: {table: "${{ params.tables }}"}
  bash_command: copy ${{ each.table }} "$X" "${Y}" {{ ds }}
- {task_id: end, bash_command: echo end, env: {NOTE: "${{ params.note }}"}, trigger_rule: all_done}
"""
SPEC = "use: report@2\nwith: {name: Orders, day: 5, tables: [orders, users]}\nowner: me\n"


def check(text: str, template: str = TEMPLATE, team: str = "data") -> Checked:
    linked = LinkedTemplate(read_template(template, "templates/report.yaml"))

    def template_of(name: str, version: int) -> LinkedTemplate | Problem:
        known = (name, version) == ("report", linked.template.version)
        return linked if known else Problem(Code.BAD_USE, "there is none", "write report@2")

    around = Around((), variables_of({"team": team}), template_of)
    return check_spec(text, origin="a.yaml", around=around)


def places(diagnostics: tuple[Diagnostic, ...]) -> list[tuple[str, str | None, int | None]]:
    return [(each.code, each.file, each.line) for each in diagnostics]


def test_the_spec_is_the_template_with_its_values_and_what_the_spec_says_itself() -> None:
    checked = check(SPEC)
    template = read_template(TEMPLATE, "t.yaml")
    text = filled(
        template, values_of(template, {"name": "Orders", "day": 5, "tables": ["orders", "users"]})
    )
    by_hand = check(text + "owner: me\n")

    assert checked.diagnostics == ()
    assert checked.result().to_data() == by_hand.result().to_data()
    tasks = checked.result().to_data()["tasks"]
    assert tasks[0]["bash_command"] == 'copy orders "$X" "${Y}" {{ ds }}'
    assert [task["task_id"] for task in tasks] == ["copy_orders", "copy_users", "end"]


def test_what_is_wrong_in_the_template_is_reported_at_its_line() -> None:
    template = TEMPLATE.replace("trigger_rule: all_done", "trigger_rule: al_done")

    ((_, file, line),) = places(check(SPEC, template).diagnostics)
    assert (file, line) == ("templates/report.yaml", 17)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SPEC.replace("@2", ""), [("DAG606", 1)]),
        (SPEC.replace("report@2", "[report]"), [("DAG606", 1)]),
        (SPEC.replace("@2", "@3"), [("DAG606", 1)]),
        (SPEC.replace("report", "../report"), [("DAG606", 1)]),
        ("use: report@2\nwith: [1]\n", [("DAG606", 2)]),
        ("use: report@2\n", [("DAG605", 1), ("DAG605", 1)]),
        (SPEC.replace("day: 5", "day: 9"), [("DAG604", 2)]),
        (SPEC.replace("day: 5", "day: 5, dya: 1"), [("DAG604", 2)]),
        (SPEC.replace("Orders", "'{{ ds }}'"), [("DAG604", 2)]),
        (SPEC.replace("Orders", "'$${{ vars.team }}'"), [("DAG604", 2)]),
        (SPEC.replace("[orders, users]", "['a; rm -rf /']"), [("DAG604", 2)]),
        (SPEC.replace("day: 5", "day: '${{ vars.dya }}'"), [("DAG270", 2)]),
        (SPEC + "ownr: me\n", [("DAG201", 4)]),
        ("with: {name: a}\ndag_name: a\ntasks: [{task_id: a, bash_command: a}]\n", [("DAG201", 1)]),
    ],
)
def test_each_mistake_of_a_spec_is_reported_at_its_line(
    text: str, expected: list[tuple[str, int]]
) -> None:
    found = places(check(text).diagnostics)

    assert [(code, line) for code, _, line in found] == expected
    assert {file for _, file, _ in found} == {"a.yaml"}


def test_a_variable_may_stand_in_a_value_of_a_parameter() -> None:
    checked = check(SPEC.replace("Orders", '"Orders of ${{ vars.team }}"'), team="sales")

    assert checked.result().dag_name == "Orders of sales"
    assert checked.result().description == "About Orders of sales, for sales, ${{ params.z }}"


def test_a_template_is_used_nowhere_without_a_workspace() -> None:
    assert places(check_spec(SPEC, origin="a.yaml").diagnostics) == [("DAG606", "a.yaml", 1)]
