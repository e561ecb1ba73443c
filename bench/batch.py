"""Many specs in one operation, and rendering alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.clock import cost
from bench.place import DAGCTL, environment, spec, workspace, write_specs
from bench.table import Row
from dagctl import load_spec, render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.clock import Cost

SMALL, LARGE = 1_000, 10_000


def measure() -> Iterator[Row]:
    """Yield 1,000 specs of 10 tasks in one `create`, and the speed of `render`."""
    yield from rows(batch(SMALL))
    speed = render_speed(SMALL)
    yield Row(
        "render alone, specs of 10 tasks",
        f"{speed:.0f} a second",
        target=">= 300",
        holds=speed >= 300,
    )


def measure_large() -> Iterator[Row]:
    """Yield 10,000 specs of 10 tasks in one `create`, against 1,000."""
    small = batch(SMALL)
    yield from rows(small)
    large = batch(LARGE)
    times = large.seconds / small.seconds
    yield Row(
        f"create of {LARGE:,} specs, against {SMALL:,}",
        f"{large.seconds:.1f} s",
        times,
        "<= 11",
        times <= 11,
    )
    yield Row("  its peak of memory", f"{large.megabytes:.0f} MB")


def rows(small: Cost) -> Iterator[Row]:
    """Yield time and memory of the batch of 1,000 specs."""
    yield Row(
        f"create of {SMALL:,} specs of 10 tasks",
        f"{small.seconds:.1f} s",
        target="<= 15 s",
        holds=small.seconds <= 15,
    )
    yield Row(
        "  its peak of memory",
        f"{small.megabytes:.0f} MB",
        target="<= 300 MB",
        holds=small.megabytes <= 300,
    )


def batch(count: int) -> Cost:
    """Return what one `create` of that many specs costs."""
    folder = workspace(f"batch_{count}")
    write_specs(folder / "specs", count)
    return cost([DAGCTL, "create", "specs"], cwd=folder, env=environment())


def render_speed(count: int) -> float:
    """Return how many specs, each another, are rendered in a second of processor time."""
    specs = [load_spec(spec(number), format="yaml") for number in range(count)]
    begin = time.process_time()
    for each in specs:
        render(each)
    return count / (time.process_time() - begin)
