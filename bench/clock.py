"""Runs a command, and says how long it took and how much memory it held."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Wall time, the time that processors worked, and the peak of memory of the command."""

    seconds: float
    megabytes: float
    processor: float
    """Seconds of the command and its children; other work of the machine matters less to it."""


def cost(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]) -> Cost:
    """Run a command to its end; its output is thrown away.

    Raises:
        SystemExit: It failed.
    """
    begin = time.perf_counter()
    with subprocess.Popen(
        command, cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as child:
        assert child.stderr is not None
        said = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begin
    if child.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{said.decode()}")
    return Cost(seconds, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)


def middle(times: int, run: Callable[[], Cost]) -> float:
    """Return the median of the seconds of several runs, after one that warms the caches."""
    run()
    return median(run().seconds for _ in range(times))


def in_turn(times: int, runs: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Return the median of each, run in turn so that a drift of the machine meets all alike."""
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(times):
        for name, run in runs.items():
            found[name].append(run())
    return {name: median(values) for name, values in found.items()}


def ms(seconds: float) -> str:
    """Return seconds as milliseconds, for the table."""
    return f"{1000 * seconds:.0f} ms"
