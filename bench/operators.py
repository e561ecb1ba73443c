"""What the operator catalogue costs: a first look-up, and ten operators of six providers."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from bench.clock import cost, ms
from bench.place import PYTHON, SCRATCH, environment
from bench.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def measure() -> Iterator[Row]:
    """Yield what look-ups add to a process that has loaded what every command loads."""
    first = added(ONE)
    target = f"<= {ms(MOST)}"
    yield Row("look up one operator, in a new process", ms(first), None, target, first <= MOST)
    yield Row("  ten operators of six providers", ms(added(TEN)))


def added(names: str) -> float:
    """Return the seconds that looking names up adds to a process: the median of pairs of runs."""
    code = f"{LOADED}\nfrom dagctl.operators import lookup\n"
    code += f"for name in {names.split()!r}: lookup(name, '3')"
    return median(_run(code) - _run(LOADED) for _ in range(TIMES))


def _run(code: str) -> float:
    return cost([PYTHON, "-c", code], cwd=SCRATCH, env=environment()).seconds
