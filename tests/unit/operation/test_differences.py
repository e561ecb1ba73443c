"""What is new in a spec, field by field and task by task."""

from __future__ import annotations

from typing import Any

from dagctl.difference import Difference
from dagctl.operation.differences import differences


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
