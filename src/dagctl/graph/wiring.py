"""Where the lines of a drawing run: rows for tasks, and tracks for the lines between two columns.

A drawing is a sequence of columns of stops. Between two columns the lines form bundles: every
source of a bundle leads to every target of it, and to nothing else, so that lines which touch
always mean an edge. Where the graph is not like that, one more column splits the lines first.
"""

from __future__ import annotations

from collections import Counter
from graphlib import TopologicalSorter
from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple

from dagctl.frozen import frozen
from dagctl.graph.layout import depths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.graph.layout import Parents


class Stop(NamedTuple):
    """What stands in a column: a task, or a line that passes by."""

    task: str
    """The task; for a line, the task that it leads to or, if it was split off, comes from."""
    passing: bool = False
    branch: int = 0
    """Distinguishes the lines that were split off from one stop."""


Feeds = dict[Stop, frozenset[Stop]]
"""The stops of a column, each with the stops of the column before that lead to it."""
Rows = dict[Stop, int]
"""The stops of a column, each with its row."""


@frozen
class Bundle:
    """Lines that run together: the rows where they come in, and where they go out."""

    sources: frozenset[int]
    targets: frozenset[int]

    @property
    def top(self) -> int:
        """The first of its rows."""
        return min(self.sources | self.targets)

    @property
    def bottom(self) -> int:
        """The last of its rows."""
        return max(self.sources | self.targets)

    def meets(self, other: Bundle) -> bool:
        """Return whether the two would run over each other on one track."""
        return self.top <= other.bottom and other.top <= self.bottom


def columns(graph: Parents) -> list[Feeds]:
    """Return the columns of the drawing, from left to right."""
    return [column for level in _levels(graph) for column in _disentangled(level)]


def place(stops: list[Feeds]) -> list[Rows]:
    """Return the row of every stop: each column centred on what leads to it, no row empty."""
    placed: list[Rows] = []
    for column in stops:
        placed.append(_centred(column, placed[-1] if placed else {}))
    used = sorted({row for column in placed for row in column.values()})
    number = {row: index for index, row in enumerate(used)}
    return [{stop: number[row] for stop, row in column.items()} for column in placed]


def bundles(feeds: Feeds, left: Rows, right: Rows) -> list[Bundle]:
    """Return the bundles between two columns."""
    targets: dict[frozenset[Stop], set[int]] = {}
    for stop, sources in feeds.items():
        targets.setdefault(sources, set()).add(right[stop])
    return [
        Bundle(frozenset(left[stop] for stop in sources), frozenset(rows))
        for sources, rows in targets.items()
        if sources
    ]


def tracks(lines: list[Bundle]) -> dict[Bundle, int]:
    """Return a vertical track, counted from the left, for each bundle that is not straight.

    Where one bundle comes in and another goes out on the same row, the first ends before the
    other begins.

    Raises:
        graphlib.CycleError: No order of the tracks does that.
    """
    bent = [line for line in lines if line.top < line.bottom]
    earlier = {b: [a for a in bent if a is not b and a.sources & b.targets] for b in bent}
    track_of: dict[Bundle, int] = {}
    for line in TopologicalSorter(earlier).static_order():
        track = 1 + max((track_of[other] for other in earlier[line]), default=-1)
        while any(taken == track and line.meets(other) for other, taken in track_of.items()):
            track += 1
        track_of[line] = track
    return track_of


def _levels(graph: Parents) -> Iterator[Feeds]:
    depth = depths(graph)
    start = {t: min((depth[p] for p in waits), default=depth[t]) for t, waits in graph.items()}
    for level in range(1 + max(depth.values())):
        here = [t for t in graph if depth[t] == level or start[t] < level < depth[t]]
        yield {
            Stop(task, passing=depth[task] > level): frozenset(
                Stop(parent) if depth[parent] == level - 1 else Stop(task, passing=True)
                for parent in graph[task]
                if depth[parent] < level
            )
            for task in here
        }


def _disentangled(feeds: Feeds) -> Iterator[Feeds]:
    """Yield the column, after one that splits the lines if a stop leads into several bundles."""
    groups = dict.fromkeys(feeds.values())
    if max(Counter(stop for group in groups for stop in group).values(), default=1) > 1:
        branches = {
            group: [Stop(stop.task, passing=True, branch=n) for stop in sorted(group)]
            for n, group in enumerate(groups)
        }
        yield {
            branch: frozenset({stop})
            for group, split in branches.items()
            for stop, branch in zip(sorted(group), split, strict=True)
        }
        feeds = {stop: frozenset(branches[group]) for stop, group in feeds.items()}
    yield feeds


def _centred(feeds: Feeds, before: Rows) -> Rows:
    """Return rows near what leads to each stop, two apart so that a line fits between."""
    wish = {
        stop: fmean(before[source] for source in sources) if sources else 0.0
        for stop, sources in feeds.items()
    }
    top = round(fmean(wish.values())) - (len(wish) - 1)
    return {stop: top + 2 * n for n, stop in enumerate(sorted(wish, key=wish.__getitem__))}
