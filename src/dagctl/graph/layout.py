"""In which column a task stands: the levels of a DAG."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagctl.spec.model import DagSpec

Parents = dict[str, tuple[str, ...]]
"""Each task with the tasks it waits for: tasks as declared, dependencies as declared, each once."""


def parents(spec: DagSpec) -> Parents:
    """Return the edges of the spec, seen from their ends."""
    return {task.task_id: task.upstream for _, task in spec.walk()}


def edges(graph: Parents) -> list[tuple[str, str]]:
    """Return each edge as (the task that runs first, the task that waits), in declared order."""
    return [(parent, task) for task, waits in graph.items() for parent in waits]


def depths(graph: Parents) -> dict[str, int]:
    """Return the length of the longest path that leads to each task, in edges."""
    depth: dict[str, int] = {}
    for task in TopologicalSorter(graph).static_order():
        depth[task] = 1 + max((depth[parent] for parent in graph[task]), default=-1)
    return {task: depth[task] for task in graph}


def levels(spec: DagSpec) -> list[list[str]]:
    """Return the task ids by level, each level as declared.

    A task stands one level after the last of the tasks it waits for (longest path).
    """
    depth = depths(parents(spec))
    rows: list[list[str]] = [[] for _ in range(1 + max(depth.values()))]
    for task, level in depth.items():
        rows[level].append(task)
    return rows
