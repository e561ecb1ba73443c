"""How long the command takes to say anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.clock import cost, middle, ms
from bench.place import DAGCTL, PYTHON, SCRATCH, environment
from bench.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIMES = 20


def measure() -> Iterator[Row]:
    """Yield the cold start of `--version` and `--help` against that of Python alone."""
    bare = seconds(PYTHON, "-c", "pass")
    yield Row("python -c pass", ms(bare))
    for option in ("--version", "--help"):
        taken = seconds(DAGCTL, option)
        yield Row(f"dagctl {option}, against python -c pass", ms(taken), taken / bare)


def seconds(*command: str | Path) -> float:
    """Return the median of several runs of a command."""
    return middle(TIMES, lambda: cost(command, cwd=SCRATCH, env=environment()))
