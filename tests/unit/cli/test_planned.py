"""The words in which a dry run tells what changes."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from dagctl.cli.invocation import Invocation
from dagctl.cli.reports.changes import words_of
from dagctl.cli.reports.plan_view import write_plan
from dagctl.cli.specs import Batch
from dagctl.cli.terminal.console import Console
from dagctl.commands.plan import PlannedDag, PlanResult
from dagctl.difference import Difference
from dagctl.operation.change import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

RECORDED = [7, True, [1], "", "a b c d e", {"every": [1]}, {"cron": 1}, {"any": {}}]
"""Schedules that no rule takes, and that a row may hold."""
DIFF = "--- x.py (now)\n+++ x.py (planned)\n@@ -1 +1,2 @@\n-a\n+b\n+--c\n"


def told(changes: Sequence[Difference], diff: str = "") -> list[str]:
    """Return the indented lines of the plan of one update."""
    dag = PlannedDag(
        dag_id="orders",
        file_path="dags/orders.py",
        version=2,
        action=Action.UPDATE,
        changes=tuple(changes),
        diff=diff,
        source="specs/orders.yaml",
    )
    console = Console(StringIO(), StringIO(), {})
    write_plan(Invocation(console=console), PlanResult(dags=(dag,)), Batch((), ()))
    assert isinstance(console.out, StringIO)
    first, *lines = console.out.getvalue().splitlines()
    assert first == "update orders v1 -> v2 from specs/orders.yaml"
    return [line for line in lines if line.startswith("  ")]


def change(*path: str, before: object = None, after: object = None) -> Difference:
    return Difference(kind="changed", path=path, before=before, after=after)


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (
            change("schedule_interval", before="0 2 * * *", after="30 2 * * *"),
            "  ~ schedule_interval  0 2 * * * -> 30 2 * * *  (at 02:30)",
        ),
        (
            change("schedule_interval", before="@daily"),
            "  ~ schedule_interval  @daily -> none  (runs only when triggered)",
        ),
        (change("retries", before=1, after=0), "  ~ retries  1 -> 0"),
        (
            replace(change("tasks", "g", "tooltip", before="a", after="b"), of_group=True),
            "  ~ group g: tooltip  a -> b",
        ),
        (change("catchup", before=False, after=True), "  ~ catchup  false -> true"),
        (change("tags", before=[], after=["a", "b"]), "  ~ tags  none -> a, b"),
        (change("description", before="", after="x" * 50), f'  ~ description  "" -> {"x" * 37}...'),
        (change("owner", before="\x1b[31m", after="a"), "  ~ owner  \\x1b[31m -> a"),
        (
            change("tasks", "load", "python_code", before="a\nb", after="a\nc"),
            "  ~ task load: python_code",
        ),
        (change("tasks", before=["a", "b"], after=["b", "a"]), "  ~ order of tasks  a, b -> b, a"),
        (
            Difference(kind="added", path=("tasks", "audit"), after={"dependencies": ["a", "b"]}),
            "  + task audit  after a, b",
        ),
        (
            Difference(kind="added", path=("tasks", "audit"), after={"dependencies": []}),
            "  + task audit",
        ),
        (
            Difference(kind="removed", path=("tasks", "audit"), before={"dependencies": ["a"]}),
            "  - task audit",
        ),
        (Difference(kind="added", path=("dag_id",), after="orders"), "  + dag_id  orders"),
        (
            Difference(kind="removed", path=("tasks", "a", "bash_command"), before="ls"),
            "  - task a: bash_command  ls",
        ),
    ],
)
def test_a_change_in_words(found: Difference, line: str) -> None:
    assert told([found]) == [line]


def test_values_stand_below_each_other_and_the_file_comes_last() -> None:
    assert told([change("owner", before="a", after="b")], DIFF) == [
        "  ~ owner           a -> b",
        "  ~ dags/orders.py  +2 -1",
    ]


def test_a_file_that_is_too_large_to_compare_is_said_to_be() -> None:
    (line,) = told([], "Files dags/x.py (now) and dags/x.py (planned) differ\n")
    assert line.endswith(" dags/orders.py  too large to compare by lines")


@pytest.mark.parametrize("is_verbose", [False, True])
def test_of_many_warnings_people_see_the_first_and_how_many_more(*, is_verbose: bool) -> None:
    err = StringIO()
    console = Console(StringIO(), err, {})
    console.quiet, console.verbose = True, is_verbose
    result = PlanResult(dags=(), warnings=tuple(f"no. {n}" for n in range(300)))
    write_plan(Invocation(console=console), result, Batch((), ()))
    lines = err.getvalue().splitlines()
    assert lines[:100] == [f"warning: no. {n}" for n in range(100)]
    if is_verbose:
        assert len(lines) == 300
    else:
        assert lines[100:] == ["warning: 200 more warnings not shown; all of them: --verbose"]


@pytest.mark.parametrize("schedule", RECORDED, ids=repr)
def test_a_schedule_of_a_row_that_no_rule_takes_has_no_words(schedule: object) -> None:
    change = Difference(
        kind="changed", path=("schedule_interval",), before="@daily", after=schedule
    )
    _, _, values = words_of(change)
    assert values.startswith("@daily -> ")
    assert not values.endswith(")")
