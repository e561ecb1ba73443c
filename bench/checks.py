"""How the time of each check grows with the text: at a size, and at four times that size."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING

from bench.clock import ms
from bench.table import Row
from dagctl import render
from dagctl.spec.load import check_spec
from tests.hostile.texts import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hostile.texts import Hostile

TIMES = 4
MOST = 7.0
"""Times the processor time that four times the text may take: 4, and what caches and noise add."""
SMALL = 0.005
"""Seconds that are added to both, so that what takes next to nothing has no ratio by chance."""


def measure() -> Iterator[Row]:
    """Yield the processor time of each check with the rendering, and how it grows."""
    check_spec("dag_name: a\ntasks: []", format="yaml")
    for hostile in HOSTILE:
        once, fourfold = seconds(hostile, 1), seconds(hostile, TIMES)
        ratio = (fourfold + SMALL) / (once + SMALL)
        value = f"{ms(once)}, {TIMES} times the text {ms(fourfold)}"
        yield Row(hostile.name, value, ratio, f"at most {MOST:g}", ratio <= MOST)


def seconds(hostile: Hostile, times: int) -> float:
    """Return the processor time of one check, and of the rendering if the spec is good."""
    text = hostile.text(times)
    gc.collect()
    begin = time.process_time()
    spec = check_spec(text, format=hostile.format).spec
    if spec is not None:
        render(spec)
    return time.process_time() - begin
