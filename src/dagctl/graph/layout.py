"""What a drawing shows: members of a group or of the DAG, edges between them, and levels."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, NamedTuple

from dagctl.spec.dependencies.cycles import end_of, start_of
from dagctl.spec.dependencies.outline import innermost_common
from dagctl.spec.walk import is_mapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.spec.dependencies.outline import Entry, Outline
    from dagctl.spec.model import DagSpec

    Waits = Mapping[Entry, Mapping[str, None]]

Parents = dict[str, tuple[str, ...]]
"""Each node with the nodes it waits for: nodes as declared, dependencies as declared, each once."""


class Picture(NamedTuple):
    """The members of a group, or of the DAG, with the edges between them."""

    group: Entry | None
    parents: Parents
    """Each member by its id, with the members that it, or something in it, waits for."""
    inner: list[tuple[str, str]]
    """Edges from or to something inside of a member: they show in `parents` as the member's."""


def edges(spec: DagSpec) -> list[tuple[str, str]]:
    """Return each edge as (what runs first, what waits), tasks and groups, in declared order."""
    outline = spec.outline
    return [(u.id, entry.id) for entry in outline.entries for u in outline.upstream(entry)]


def texts_at_edges(spec: DagSpec) -> dict[tuple[str, str], str]:
    """Return the texts of the edges that have one."""
    outline = spec.outline
    return {
        (first.id, entry.id): text
        for entry in outline.entries
        for first, text in outline.labels(entry).items()
    }


def whole_label(entry: Entry) -> str:
    """Return the id that Airflow has for a task or a group, and whether it is mapped."""
    return f"{entry.id} (mapped)" if is_mapped(entry.item) else entry.id


def pictures(spec: DagSpec) -> list[Picture]:
    """Return the picture of the DAG, then those of its groups, in the order of the document."""
    outline = spec.outline
    groups = [None, *(entry for entry in outline.entries if entry.is_group)]
    waits: dict[Entry, dict[str, None]] = {entry: {} for entry in outline.entries}
    plain: dict[Entry, dict[str, None]] = {entry: {} for entry in outline.entries}
    inner: dict[Entry | None, list[tuple[str, str]]] = {group: [] for group in groups}
    for entry in outline.entries:
        for target in outline.upstream(entry):
            common = innermost_common(entry, target)
            first, second = _member(target, common), _member(entry, common)
            waits[second].setdefault(first.id)
            if first is target and second is entry:
                plain[second].setdefault(first.id)
            else:
                inner[common].append((target.id, entry.id))
    return [_picture(_members(outline, group), group, waits, plain, inner) for group in groups]


def _picture(
    members: Sequence[Entry],
    group: Entry | None,
    waits: Waits,
    plain: Waits,
    inner: Mapping[Entry | None, list[tuple[str, str]]],
) -> Picture:
    """Return a picture; edges that go deeper are not in it where they would make a circle."""
    graph = {each.id: tuple(waits[each]) for each in members}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        graph = {each.id: tuple(plain[each]) for each in members}
    return Picture(group, graph, inner[group])


def parents(spec: DagSpec) -> Parents:
    """Return the edges between what stands in no group, seen from their ends."""
    return pictures(spec)[0].parents


def _members(outline: Outline, group: Entry | None) -> list[Entry]:
    return outline.top if group is None else group.children


def _member(entry: Entry, group: Entry | None) -> Entry:
    """Return what of a group's members an entry is, or is in."""
    around = [*entry.where, entry]
    return around[0] if group is None else around[around.index(group) + 1]


def depths(graph: Parents) -> dict[str, int]:
    """Return the length of the longest path that leads to each node, in edges."""
    depth: dict[str, int] = {}
    for node in TopologicalSorter(graph).static_order():
        depth[node] = 1 + max((depth[parent] for parent in graph[node]), default=-1)
    return {node: depth[node] for node in graph}


def levels_of(graph: Parents) -> list[list[str]]:
    """Return the nodes by level, each level as declared.

    A node stands one level after the last of the nodes it waits for (longest path).
    """
    depth = depths(graph)
    rows: list[list[str]] = [[] for _ in range(1 + max(depth.values()))]
    for node, level in depth.items():
        rows[level].append(node)
    return rows


def levels(spec: DagSpec) -> list[list[str]]:
    """Return the ids of all tasks by level, each level as declared.

    What waits for a group waits for every task in it.
    """
    depth = _task_depths(spec.outline)
    rows: dict[int, list[str]] = {}
    for task in spec.outline.tasks:
        rows.setdefault(depth[task.number], []).append(task.id)
    return [rows[level] for level in sorted(rows)]


def _task_depths(outline: Outline) -> dict[int, int]:
    """Return the level of each task by its number; a group has a start and an end besides."""
    waits = dict(_steps(outline))
    depth: dict[int, int] = {}
    for step in TopologicalSorter(waits).static_order():
        rise = not outline.entries[step // 2].is_group
        least = max((depth[other] for other in waits[step]), default=-1)
        depth[step] = least + rise
    return {task.number: depth[2 * task.number] for task in outline.tasks}


def _steps(outline: Outline) -> Iterator[tuple[int, list[int]]]:
    for entry in outline.entries:
        before = [end_of(target) for target in outline.upstream(entry)]
        around = [2 * entry.group.number] if entry.group else []
        yield start_of(entry), before + around
        if entry.is_group:
            yield end_of(entry), [start_of(entry), *map(end_of, entry.children)]
