"""Characters that no value may have are refused wherever a value may stand."""

from __future__ import annotations

from typing import Any

import pytest

from dagctl.spec.load import check_data

REFUSED = ["\x00", "a\x1bb", "\ud800", "a\x7f"]
FIELDS: list[tuple[str, Any]] = [
    ("env", lambda text: {"A": text}),
    ("cwd", lambda text: text),
    ("pool", lambda text: text),
    ("doc_md", lambda text: text),
    ("executor_config", lambda text: {"a": [text]}),
    ("outlets", lambda text: [{"$asset": text}]),
    ("on_failure_callback", lambda text: {"callable": "a.b", "with": {"c": text}}),
    ("params", lambda text: {"p": text}),
    ("task_display_name", lambda text: text),
]


@pytest.mark.parametrize("text", REFUSED, ids=ascii)
@pytest.mark.parametrize(("field", "made"), FIELDS, ids=[name for name, _ in FIELDS])
def test_a_field_of_a_task_refuses_it_at_its_place(field: str, made: Any, text: str) -> None:  # noqa: ANN401 - a function
    task = {"task_id": "a", "bash_command": "echo", field: made(text)}
    found = check_data({"dag_name": "Hostile", "tasks": [task]}).diagnostics

    assert {item.path[:3] for item in found} == {("tasks", 0, field)}
    assert all(item.hint for item in found)


@pytest.mark.parametrize("text", REFUSED, ids=ascii)
@pytest.mark.parametrize("marker", ["$xcom", "$ref", "$new", "$file", "$asset", "$arg", "$const"])
def test_a_marker_refuses_it_at_its_place(marker: str, text: str) -> None:
    task = {"task_id": "a", "operator": "jobs.Own", "with": {"x": [{marker: text}]}}
    data = {"dag_name": "Hostile", "tasks": [task]}
    errors = [item for item in check_data(data).diagnostics if item.code != "DAG242"]

    assert {item.path[:4] for item in errors} == {("tasks", 0, "with", "x")}
    assert all(item.hint for item in errors)
