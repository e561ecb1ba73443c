"""How long the command takes to say anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.clock import cost, middle, ms
from bench.place import DAGCTL, PYTHON, SCRATCH, environment
from bench.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMES = 20


def measure() -> Iterator[Row]:
    """Yield the cold start of `--version` and `--help` against that of Python alone."""
    env = environment()
    bare = middle(TIMES, lambda: cost([PYTHON, "-c", "pass"], cwd=SCRATCH, env=env))
    yield Row("python -c pass", ms(bare))
    for option in ("--version", "--help"):
        taken = middle(TIMES, lambda o=option: cost([DAGCTL, o], cwd=SCRATCH, env=env))  # type: ignore[misc]
        yield Row(f"dagctl {option}, against python -c pass", ms(taken), taken / bare)
