"""What operators cost: look-ups in the catalogue, the check of a spec, and its rendering."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

from bench.clock import cost, in_turn, ms
from bench.place import DAGCTL, PYTHON, SCRATCH, environment
from bench.table import Row
from dagctl import load_spec, render

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOADED = "import json, re, enum, dataclasses, difflib, tempfile, pathlib, dagctl.errors"
"""What a command has loaded anyway."""
ONE = "S3KeySensor"
TEN = (
    "S3KeySensor S3ListOperator GCSToBigQueryOperator GCSListObjectsOperator DockerOperator "
    "HttpOperator SQLExecuteQueryOperator SnowflakeSqlApiOperator BashOperator PythonOperator"
)
TIMES = 20
MOST = 0.020
"""Seconds that one look-up may add."""
MOST_TIMES = 1.15
"""How many times the check of the plain spec that of the spec of operators may take."""
LEAST_RENDERED = 300
"""Specs a second."""
PLAIN = """\
dag_name: Two tasks
schedule: "@daily"
tasks:
  - task_id: extract
    python_code: return 42
  - task_id: load
    bash_command: echo {{ ds }}
    dependencies: [extract]
"""
CALLS = """\
S3KeySensor: {bucket_key: "s3://landing/{{ ds }}/*", timeout: 2h}
S3ListOperator: {bucket: landing}
GCSToBigQueryOperator:
  {bucket: landing, source_objects: [a], destination_project_dataset_table: shop.orders}
GCSListObjectsOperator: {bucket: landing}
DockerOperator: {image: report, command: "run --day {{ ds }}"}
HttpOperator: {endpoint: /orders, method: GET}
SQLExecuteQueryOperator: {conn_id: warehouse, sql: select 1}
SnowflakeSqlApiOperator: {sql: select 1, statement_count: 1}
BashOperator: {bash_command: "echo {{ ds }}"}
EmptyOperator: {}
"""


def measure() -> Iterator[Row]:
    """Yield what look-ups add to a process that has loaded what every command loads."""
    first = added(ONE)
    target = f"<= {ms(MOST)}"
    yield Row("look up one operator, in a new process", ms(first), None, target, first <= MOST)
    yield Row("  ten operators of six providers", ms(added(TEN)))
    yield from checked()
    speed = rendered()
    yield Row(
        "render alone, specs of 10 operators",
        f"{speed:.0f} a second",
        target=f">= {LEAST_RENDERED}",
        holds=speed >= LEAST_RENDERED,
    )


def checked() -> Iterator[Row]:
    """Yield what the check of ten operators takes, against that of two plain tasks."""
    for name, text in (("plain", PLAIN), ("operators", operators())):
        (SCRATCH / f"{name}.yaml").write_text(text, "utf-8")

    def validate(name: str) -> float:
        command: list[str | Path] = [DAGCTL, "validate", f"{name}.yaml"]
        return cost(command, cwd=SCRATCH, env=environment()).processor

    runs = {name: lambda name=name: validate(name) for name in ("plain", "operators")}
    taken = in_turn(TIMES, runs)
    times = taken["operators"] / taken["plain"]
    yield Row(
        "validate of 10 operators of 6 providers, against 2 plain tasks",
        f"{ms(taken['operators'])} of processor time",
        times,
        f"<= {MOST_TIMES}",
        times <= MOST_TIMES,
    )


def operators() -> str:
    """Return a spec whose tasks call ten operators of six providers."""
    calls = CALLS.replace(":\n  {", ": {").splitlines()
    tasks = [
        f"  - {{task_id: task_{number}, operator: {name}, with: {given}}}"
        for number, (name, _, given) in enumerate(call.partition(": ") for call in calls)
    ]
    return "\n".join(["dag_name: Ten operators", 'schedule: "@daily"', "tasks:", *tasks, ""])


def rendered() -> float:
    """Return how many specs of ten operator tasks are rendered in a second of processor time."""
    spec, count = load_spec(operators()), 300
    render(spec)
    begin = time.process_time()
    for _ in range(count):
        render(spec)
    return count / (time.process_time() - begin)


def added(names: str) -> float:
    """Return the processor time that looking names up adds: the median of pairs of runs."""
    code = f"{LOADED}\nfrom dagctl.operators.lookup import lookup\n"
    code += f"for name in {names.split()!r}: lookup(name, '3')"
    return median(_run(code) - _run(LOADED) for _ in range(TIMES))


def _run(code: str) -> float:
    return cost([PYTHON, "-c", code], cwd=SCRATCH, env=environment()).processor
