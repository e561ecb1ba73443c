"""Any text, number and nesting is refused, or comes back equal from the file that Airflow loads."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.spec.load import check_data

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.spec.model import DagSpec

    from .conftest import Airflow

PIECES = [
    *("'", '"', '"""', "'''", "\\", "\n", "\r", "\t", "{", "}", "{{", "}}", "{%", "#", "$", "%s"),
    *("\u2028", "\u202e", "\ufeff", "\x00", "\x1b", "é", "😀", "\ud800", "None", "a", " ", "0"),
    *("import os", "{{ ds }}", "__class__", "\\N{DASH}", "\\x41", "f'{x}'", "${HOME}", "$ref"),
]
NUMBERS = [0, -1, 2**31, -(2**63), 2**64, 2**70, 0.0, -0.0, 0.1, 1e308, 1e-300, math.inf, math.nan]
WORDS = [True, False, None]
ROUNDS = 60


def text(chance: random.Random) -> str:
    return "".join(chance.choice(PIECES) for _ in range(chance.randrange(9)))


def value(chance: random.Random, depth: int = 3) -> Any:  # noqa: ANN401 - any value
    kind = chance.randrange(6 if depth else 4)
    if kind < 2:
        return text(chance)
    if kind == 2:
        return chance.choice(NUMBERS)
    if kind == 3:
        return chance.choice(WORDS)
    size = chance.randrange(4)
    if kind == 4:
        return [value(chance, depth - 1) for _ in range(size)]
    return {text(chance): value(chance, depth - 1) for _ in range(size)}


def data(chance: random.Random, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a spec with a made-up value in each place, and what must come back of each."""
    made = {name: value(chance) for name in ("conf", "argument", "keyword", "param", "constant")}
    tasks = [
        {
            "task_id": "trigger",
            "operator": "TriggerDagRunOperator",
            "with": {"trigger_dag_id": "b", "conf": {"v": made["conf"]}},
        },
        {
            "task_id": "call",
            "python_callable": "pprint.pprint",
            "with": {"object": made["argument"], "stream": {"$const": made["constant"]}},
            "on_failure_callback": {"callable": "pprint.pprint", "with": {"v": made["keyword"]}},
        },
    ]
    params = {"p": {"default": made["param"]}}
    return {"dag_name": f"Values {number}", "params": params, "tasks": tasks}, made


def specs(count: int) -> tuple[list[tuple[DagSpec, dict[str, Any]]], int]:
    """Return the specs that are taken, with their values, and how many are refused."""
    chance = random.Random(31)
    taken: list[tuple[DagSpec, dict[str, Any]]] = []
    refused = 0
    while len(taken) < count:
        raw, made = data(chance, len(taken))
        checked = check_data(raw)
        if checked.spec is None:
            refused += 1
        else:
            taken.append((checked.spec, made))
    return taken, refused


def same(one: object, other: object) -> bool:
    """Return whether two values of JSON are equal in type and in every digit."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        keys = list(one) == list(other)
        return keys and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return repr(one) == repr(other)


def bare(it: Any) -> Any:  # noqa: ANN401 - any value
    """Return a value without the runner's word for what Airflow does not render."""
    match it:
        case str():
            return it.removeprefix("literal ")
        case list():
            return [bare(each) for each in it]
        case dict():
            return {key: bare(each) for key, each in it.items()}
        case _:
            return it


@pytest.mark.sweep
def test_values_come_back_equal_from_the_file_that_airflow_loads(
    airflow: Airflow, tmp_path: Path
) -> None:
    taken, refused = specs(ROUNDS)
    files = [airflow.write(spec, tmp_path) for spec, _ in taken]
    reports = airflow.load(files, runner="arguments.py")

    assert refused > 0
    for file, (_, made) in zip(files, taken, strict=True):
        report = reports[file]
        assert report["errors"] == []
        tasks = report["tasks"]
        came = {
            "conf": tasks["trigger"]["conf"]["v"],
            "argument": tasks["call"]["op_kwargs"]["object"],
            "constant": bare(tasks["call"]["op_kwargs"]["stream"]),
            "keyword": tasks["call"]["on_failure_callback"][0][1]["v"],
            "param": report["dag"]["params"]["p"][0],
        }
        for name, it in made.items():
            assert same(came[name], it), (file.name, name, it, came[name])
