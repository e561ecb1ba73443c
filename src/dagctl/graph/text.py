"""A DAG as text for a terminal: tasks and lines where they fit, else one line a task."""

from __future__ import annotations

from graphlib import CycleError
from typing import TYPE_CHECKING

from dagctl.graph.art import art
from dagctl.graph.layout import levels, parents

if TYPE_CHECKING:
    from dagctl.spec.model import DagSpec

_MOST_TASKS_DRAWN = 15  # above this a list is easier to read
_WIDEST_COLUMN = 32


def draw(spec: DagSpec, *, width: int, ascii: bool) -> str:  # noqa: A002 - the standard word
    """Return the graph as text from which every edge can be read, without a final newline.

    Tasks and lines from left to right if there are few tasks and they fit into `width` columns;
    else one line a task: its level, its id, and the tasks that it waits for.
    """
    graph = parents(spec)
    if len(graph) <= _MOST_TASKS_DRAWN:
        try:
            drawn = art(graph, ascii=ascii)
        except CycleError:
            return _listing(spec)
        if max(len(line) for line in drawn) <= width:
            return "\n".join(drawn)
    return _listing(spec)


def _listing(spec: DagSpec) -> str:
    """Return one line a task, by level: `3  transform  <- stage`."""
    graph = parents(spec)
    rows = [(number, task) for number, level in enumerate(levels(spec), 1) for task in level]
    digits = len(str(rows[-1][0]))
    wide = min(_WIDEST_COLUMN, max(len(task) for task in graph))
    lines = [f"{number:>{digits}}  {task:<{wide}}  {_waits(graph[task])}" for number, task in rows]
    return "\n".join(line.rstrip() for line in lines)


def _waits(tasks: tuple[str, ...]) -> str:
    return f"<- {', '.join(tasks)}" if tasks else ""
