"""What is just within a limit loads in Airflow, and what is just beyond is refused at its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dagctl import load_spec
from dagctl.errors import Severity
from dagctl.findings.codes import Code
from dagctl.spec.load import check_spec

if TYPE_CHECKING:
    from pathlib import Path

    from tests.airflow.conftest import Airflow


def bash(task_id: str, **fields: object) -> dict[str, Any]:
    return {"task_id": task_id, "bash_command": "true", **fields}


def group(group_id: str, *tasks: object, **fields: object) -> dict[str, Any]:
    return {"group_id": group_id, "tasks": [*tasks], **fields}


def groups(depth: int) -> dict[str, Any]:
    entry = bash("t")
    for number in range(depth):
        entry = group(f"g{number}", entry)
    return entry


def value(depth: int, leaf: object = 1) -> object:
    for _ in range(depth):
        leaf = {"a": leaf}
    return leaf


def spec(*tasks: object, **fields: object) -> str:
    return json.dumps({"dag_name": "Limits", "tasks": [*tasks], **fields})


MAPPED = {"expand": {"x": [1, 2]}}
OWN = {"task_id": "t", "operator": "BashOperator"}
WITHIN = {
    "the_longest_id": spec(bash("a" * 250)),
    "the_longest_id_of_a_dag": spec(bash("a"), dag_id="d" * 200),
    "the_longest_id_in_a_group": spec(group("g" * 120, bash("t" * 129))),
    "the_longest_id_without_a_prefix": spec(
        group("g" * 120, bash("t" * 250), prefix_group_id=False)
    ),
    "the_longest_id_in_a_mapped_group": spec(
        group("m" * 100, group("n" * 100, bash("t" * 48)), **MAPPED)
    ),
    "a_mapped_group_in_a_group": spec(
        group("o", group("m", bash("t", env={"A": {"$arg": "x"}}), **MAPPED))
    ),
    "the_deepest_groups": spec(groups(20)),
    "the_deepest_values": spec(bash("t", params={"a": {"default": value(49)}})),
    "the_longest_command": spec(bash("t", bash_command="echo " + "a" * 130_990)),
    "the_most_code": spec(
        *({"task_id": f"t{n}", "python_code": "x = 1\n" * 8_300 + "return x"} for n in range(8))
    ),
    "the_longest_name_of_an_asset": spec(bash("a"), schedule={"assets": [f"s3://b/{'k' * 1_493}"]}),
    "many_values_to_map_over": spec({**OWN, "expand": {"bash_command": ["true"] * 1_025}}),
}
BEYOND = [
    (spec(bash("a" * 251)), Code.BAD_TASK_ID, "a" * 251),
    (spec(bash("a"), dag_id="d" * 201), Code.BAD_DAG_ID, "d" * 201),
    (spec(group("g" * 120, bash("t" * 130))), Code.BAD_TASK_ID, "t" * 130),
    (
        spec(group("m" * 100, group("n" * 100, bash("t" * 49)), **MAPPED)),
        Code.BAD_TASK_ID,
        "t" * 49,
    ),
    (spec(groups(21)), Code.TOO_DEEP, "groups"),
    (spec(bash("t", params={"a": {"default": value(90)}})), Code.TOO_DEEP, "levels"),
    (spec(bash("t", bash_command="a" * 132_000)), Code.TOO_LONG, "bytes"),
    (spec(bash("a"), schedule={"assets": ["k" * 1_501]}), Code.BAD_ASSET, "k" * 1_501),
    (
        spec(group("m", {**OWN, "expand": {"bash_command": ["a"]}}, **MAPPED)),
        Code.BAD_MAPPING,
        "expand",
    ),
    (
        spec({"task_id": "t", "operator": "a.B", "with": {f"p{n}": 1 for n in range(1_001)}}),
        Code.BAD_ARGUMENT,
        "with",
    ),
]


def test_what_is_within_a_limit_loads(airflow: Airflow, tmp_path: Path) -> None:
    files = {
        name: airflow.write(load_spec(text).model_copy(update={"dag_id": name}), tmp_path)
        for name, text in WITHIN.items()
    }
    reports = airflow.load(files.values())

    assert {name: reports[file]["errors"] for name, file in files.items()} == {
        name: [] for name in WITHIN
    }


@pytest.mark.parametrize("target", ["2.11", "3.3"])
@pytest.mark.parametrize(("text", "code", "about"), BEYOND, ids=lambda value: str(value)[:6])
def test_what_is_beyond_is_one_error_at_its_place(
    text: str, code: Code, about: str, target: str
) -> None:
    said = check_spec(text, airflow=target).diagnostics
    (problem,) = (each for each in said if each.severity is Severity.ERROR)
    assert problem.code == code
    assert problem.line == 1
    assert problem.column is not None
    marked = text[problem.column - 1 : (problem.end_column or 0) - 1]
    assert about in marked or about in problem.message
