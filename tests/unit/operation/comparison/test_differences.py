"""What is new in a spec, field by field and task by task."""

from __future__ import annotations

from typing import Any

import pytest

from dagctl.difference import Difference
from dagctl.operation.comparison.differences import differences


def task(task_id: str, **fields: object) -> dict[str, Any]:
    return {"task_id": task_id, "bash_command": "x", "dependencies": [], **fields}


LOAD, SEND = task("load"), task("send")
OLD = {"retries": 1, "tags": ["a"], "tasks": [LOAD, SEND]}


def test_equal_specs_have_no_differences() -> None:
    assert differences(OLD, OLD | {}) == ()


def test_a_field_changes_from_one_value_to_the_other() -> None:
    new = OLD | {"retries": 2, "tags": ["a", "b"]}

    assert differences(OLD, new) == (
        Difference(kind="changed", path=("retries",), before=1, after=2),
        Difference(kind="changed", path=("tags",), before=["a"], after=["a", "b"]),
    )


def test_a_field_that_one_spec_does_not_have_is_added_or_removed() -> None:
    new = OLD | {"dag_id": None}

    assert differences(OLD, new) == (Difference(kind="added", path=("dag_id",), after=None),)
    assert differences(new, OLD) == (Difference(kind="removed", path=("dag_id",), before=None),)


def test_tasks_are_added_and_removed_by_their_ids() -> None:
    audit = task("audit", dependencies=["load"])

    assert differences(OLD, OLD | {"tasks": [LOAD, audit]}) == (
        Difference(kind="removed", path=("tasks", "send"), before=SEND),
        Difference(kind="added", path=("tasks", "audit"), after=audit),
    )


def test_a_task_that_stays_is_compared_field_by_field() -> None:
    other = {"task_id": "load", "python_code": "y", "dependencies": []}

    assert differences(OLD, OLD | {"tasks": [other, task("send", dependencies=["load"])]}) == (
        Difference(kind="removed", path=("tasks", "load", "bash_command"), before="x"),
        Difference(kind="added", path=("tasks", "load", "python_code"), after="y"),
        Difference(
            kind="changed", path=("tasks", "send", "dependencies"), before=[], after=["load"]
        ),
    )


def test_another_order_of_the_tasks_that_stay_is_a_change() -> None:
    assert differences(OLD, OLD | {"tasks": [SEND, task("audit"), LOAD]}) == (
        Difference(kind="added", path=("tasks", "audit"), after=task("audit")),
        Difference(
            kind="changed", path=("tasks",), before=["load", "send"], after=["send", "load"]
        ),
    )


def test_a_new_task_between_others_changes_no_order() -> None:
    found = differences(OLD, OLD | {"tasks": [LOAD, task("audit"), SEND]})

    assert [change.path for change in found] == [("tasks", "audit")]


def test_mappings_are_compared_key_by_key_in_tasks_too() -> None:
    old = OLD | {
        "default_args": {"pool": "a", "queue": "q"},
        "tasks": [task("load", env={"X": "1"})],
    }
    new = OLD | {
        "default_args": {"pool": "b", "queue": "q"},
        "tasks": [task("load", env={"X": "2"})],
    }

    assert differences(old, new) == (
        Difference(kind="changed", path=("default_args", "pool"), before="a", after="b"),
        Difference(kind="changed", path=("tasks", "load", "env", "X"), before="1", after="2"),
    )


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("schedule_interval", {"cron": "@daily", "timezone": "UTC"}, {"cron": "@daily"}),
        ("on_failure_callback", {"callable": "a.b"}, {"notifier": "SlackNotifier"}),
        ("value", {"$new": "a.B", "with": {"x": 1}}, {"$new": "a.B", "with": {"x": 2}}),
        ("value", True, 1),
        ("value", {"a": [1]}, {"a": [1.0]}),
    ],
)
def test_what_is_one_value_changes_as_one(field: str, before: object, after: object) -> None:
    (change,) = differences(OLD | {field: before}, OLD | {field: after})

    assert change.kind == "changed"
    assert change.path[:1] == (field,)


@pytest.mark.parametrize("entry", [1, None, "a", []])
def test_a_row_may_hold_entries_that_are_no_tasks(entry: object) -> None:
    gone = (Difference(kind="removed", path=("tasks", "send"), before=SEND),)
    added = (Difference(kind="added", path=("tasks", "tasks[1]"), after={}),)

    assert differences(OLD, OLD | {"tasks": [LOAD, entry]}) == gone + added


def test_a_group_is_one_and_a_task_in_it_is_none() -> None:
    old = {"tasks": [{"group_id": "g", "tooltip": "a", "tasks": [LOAD]}]}
    new = {"tasks": [{"group_id": "g", "tooltip": "b", "tasks": [task("load", retries=2)]}]}

    found = {each.path: each.of_group for each in differences(old, new)}

    assert found == {("tasks", "g", "tooltip"): True, ("tasks", "g.load", "retries"): False}
