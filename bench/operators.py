"""What the operator catalogue costs: a first look-up, and ten operators of six providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.clock import ms
from bench.place import PYTHON
from bench.start import seconds
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
MOST = 0.020
"""Seconds that one look-up may add."""


def measure() -> Iterator[Row]:
    """Yield what look-ups add to a process that has loaded what every command loads."""
    bare = seconds(PYTHON, "-c", LOADED)
    first = added(ONE, bare)
    target = f"<= {ms(MOST)}"
    yield Row("look up one operator, in a new process", ms(first), None, target, first <= MOST)
    yield Row("  ten operators of six providers", ms(added(TEN, bare)))


def added(names: str, bare: float) -> float:
    """Return the seconds that looking names up adds to a process."""
    code = f"{LOADED}\nfrom dagctl.operators import lookup\n"
    return seconds(PYTHON, "-c", f"{code}for name in {names.split()!r}: lookup(name, '3')") - bare
