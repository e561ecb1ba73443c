"""A value of any shape under any key is refused, or taken: it stops no check."""

from __future__ import annotations

from typing import Any

import pytest

from dagctl.spec.fields.markers import MOST_ARGUMENTS
from dagctl.spec.load import check_data
from dagctl.spec.model import DagSpec
from dagctl.spec.tasks import KINDS, Group

SHAPES: tuple[Any, ...] = (None, True, 7, -1.5, "a", [], ["a"], [{"b": 1}], {}, {"b": 1})
MARKERS: tuple[Any, ...] = ({"$new": "a.B", "with": {"c": 1}}, {"$xcom": "a"}, {"$ref": "a.b"})
OWN: dict[str, dict[str, Any]] = {
    "python": {"python_code": "return 1"},
    "bash": {"bash_command": "true"},
    "operator": {"operator": "FileSensor", "with": {"filepath": "a"}},
    "decorator": {"decorator": "task.docker", "python_code": "return 1"},
}


def entries(tag: str, value: object) -> list[dict[str, Any]]:
    """Return tasks of a kind, each with the value under another key."""
    names = KINDS.by_tag[tag].key_names()
    return [{"task_id": f"t{n}", **OWN[tag], key: value} for n, key in enumerate(names)]


@pytest.mark.parametrize("value", [*SHAPES, *MARKERS], ids=str)
def test_a_value_of_any_shape_under_any_key(value: object) -> None:
    task = {"task_id": "a", **OWN["bash"]}
    specs = [{"dag_name": "A", "tasks": [task], key: value} for key in DagSpec.key_names()]
    groups = [{"group_id": f"g{n}", key: value} for n, key in enumerate(Group.key_names())]
    specs += [{"dag_name": "A", "tasks": entries(tag, value)} for tag in OWN]
    specs += [{"dag_name": "A", "tasks": [{**each, "tasks": [task]}, each]} for each in groups]

    for spec in specs:
        checked = check_data(spec)
        assert checked.spec is not None or checked.diagnostics


@pytest.mark.parametrize("count", [MOST_ARGUMENTS, MOST_ARGUMENTS + 1])
@pytest.mark.parametrize("is_inner", [False, True])
def test_a_call_has_no_more_arguments_than_python_compiles_in_no_time(
    count: int, *, is_inner: bool
) -> None:
    given: dict[str, object] = {f"x{number}": 1 for number in range(count)}
    given = {"x": {"$new": "a.B", "with": given}} if is_inner else given
    task = {"task_id": "a", "operator": "jobs.Load", "with": given}
    checked = check_data({"dag_name": "Wide", "tasks": [task]})
    messages = [finding.message for finding in checked.diagnostics if finding.code == "DAG239"]
    too_many = "the call has 1,001 arguments; at most 1,000 are read"
    assert messages == ([too_many] if count > MOST_ARGUMENTS else [])
