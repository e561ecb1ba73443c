"""How the time of each check grows with the text: at a size, and at four times that size."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.clock import ms
from bench.table import Row
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
OBJECTS = 200_000
"""How many new objects there may be before garbage is looked for, as in a command."""
SURE = 0.1
"""Seconds from which on a time is no chance."""


def measure() -> Iterator[Row]:
    """Yield the processor time of each check with the rendering, and how it grows."""
    gc.set_threshold(OBJECTS)
    check_spec("dag_name: a\ntasks: []", format="yaml")
    for hostile in HOSTILE:
        growth = growth_of(hostile)
        if growth.ratio > MOST:  # other work of the machine may be why, once
            growth = min(growth, growth_of(hostile), key=lambda each: each.ratio)
        value = f"{ms(growth.once)}, {TIMES} times the text {ms(growth.fourfold)}"
        is_linear = growth.ratio <= MOST
        yield Row(hostile.name, value, growth.ratio, f"at most {MOST:g}", is_linear)


@dataclass(frozen=True)
class Growth:
    """The seconds of a check at a size, and at four times that size."""

    once: float
    fourfold: float

    @property
    def ratio(self) -> float:
        """How it grows."""
        return (self.fourfold + SMALL) / (self.once + SMALL)


def growth_of(hostile: Hostile) -> Growth:
    """Return how a check grows up to the size of its text, which is within all limits.

    Where that is quick, how it grows beyond says more, unless a limit refuses the larger text.
    """
    growth = Growth(seconds(hostile, 1 / TIMES), seconds(hostile, 1))
    if growth.fourfold >= SURE:
        return growth
    beyond = Growth(growth.fourfold, seconds(hostile, TIMES))
    return beyond if beyond.fourfold > beyond.once else growth


def seconds(hostile: Hostile, times: float) -> float:
    """Return the processor time of one check, and of the rendering if the spec is good."""
    text = hostile.text(times)
    gc.collect()
    gc.freeze()  # what the bench itself holds is not looked through
    begin = time.process_time()
    hostile.findings(text)
    return time.process_time() - begin
