"""Every line of the corpora gets its verdict: refused at a place, or kept exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.errors import Severity
from dagctl.spec.load import check_spec

if TYPE_CHECKING:
    from dagctl.spec.checked import Checked
    from dagctl.spec.model import DagSpec


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


OWN = _lines(Path(__file__).with_name("specs.jsonl"))
SHARED = _lines(Path(__file__).parents[3] / "shared" / "corpus" / "specs.jsonl")


def _text(line: dict[str, Any]) -> str:
    text: str = line["spec"]
    parts = line.get("expand", [])
    for part in [parts] if isinstance(parts, dict) else parts:
        text = text.replace(part["token"], _expanded(part))
    return text


def _expanded(part: dict[str, Any]) -> str:
    if "char" in part:
        return str(part["char"] * part["count"])
    values = ({"i": i, "prev": i - 1, "indent": "  " * i} for i in range(1, part["count"] + 1))
    return "".join(part["template"] % value for value in values)


def _check(line: dict[str, Any]) -> Checked:
    return check_spec(_text(line), format=line["format"])


def _name(line: dict[str, Any]) -> str:
    return str(line["name"])


@pytest.mark.parametrize("line", [*OWN, *SHARED], ids=_name)
def test_each_line_is_refused_at_a_place_with_a_hint_or_accepted(line: dict[str, Any]) -> None:
    checked = _check(line)

    errors = [found for found in checked.diagnostics if found.severity is Severity.ERROR]
    assert (checked.spec is None) == bool(errors)
    assert all(found.line and found.column and found.hint for found in checked.diagnostics)
    if line["expect"] == "reject":
        assert errors
    elif line["expect"] == "accept_safe":
        assert not errors


@pytest.mark.parametrize(
    "line", [line for line in [*OWN, *SHARED] if "expected" in line], ids=_name
)
def test_promise_1_what_is_accepted_is_kept_exactly(line: dict[str, Any]) -> None:
    spec = _check(line).spec
    if spec is None:
        assert line["expect"] == "either"
        return

    actual = _values(spec)
    for key, expected in line["expected"].items():
        if key in {"deps", "bash"}:
            assert {task_id: actual[key][task_id] for task_id in expected} == expected
        elif key == "start_date":
            assert actual[key].removesuffix("T00:00:00Z") == expected.removesuffix("T00:00:00Z")
        elif key != "returns":  # the tests in Airflow run the code
            assert actual[key] == expected


def _values(spec: DagSpec) -> dict[str, Any]:
    return {
        **spec.to_data(),
        "dag_id": spec.dag_id,
        "schedule": spec.schedule_interval,
        "task_ids": sorted(task.task_id for _, task in spec.walk()),
        "deps": {task.task_id: list(task.dependencies) for _, task in spec.walk()},
        "bash": {task.task_id: getattr(task, "bash_command", None) for _, task in spec.walk()},
    }


@pytest.mark.parametrize("line", [line for line in OWN if "code" in line], ids=_name)
def test_promise_6_each_slip_is_found_at_its_line_and_column(line: dict[str, Any]) -> None:
    found = [(item.code, item.line, item.column) for item in _check(line).diagnostics]

    assert (line["code"], line["line"], line["column"]) in found


def test_every_line_has_its_own_name() -> None:
    names = [line["name"] for line in OWN]

    assert len(names) == len(set(names))
