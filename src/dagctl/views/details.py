"""All about a DAG as JSON data: what follows from its spec, and its graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from dagctl.commands.show import problem_lines
from dagctl.commands.times import rfc3339
from dagctl.views.form import Time, rules

if TYPE_CHECKING:
    from dagctl.commands.show import Details, Graph


class GroupData(TypedDict):
    """A group of tasks."""

    id: str
    members: list[str]
    """The tasks and groups that stand in it."""


class GraphData(TypedDict):
    """The tasks and what waits for what."""

    nodes: list[str]
    edges: list[Annotated[list[str], rules(minItems=2, maxItems=2)]]
    """Each as (what runs first, what waits): tasks, and groups where all in them is meant."""
    levels: list[list[str]]
    """The tasks that may run at the same time, in order."""
    groups: list[GroupData]
    """The groups, each before those in it."""


class OfSpecData(TypedDict):
    """What follows from the spec of a DAG.

    Null for a row without one, and where today's rules refuse it.
    """

    schedule_in_words: str | None
    next_run: Time | None
    graph: GraphData | None
    spec: dict[str, Any] | None
    spec_problems: list[str]
    """Why the recorded spec is refused by today's rules."""


def of_spec_data(dag: Details) -> OfSpecData:
    """Return what follows from the spec, and the spec, as JSON data."""
    return {
        "schedule_in_words": dag.schedule_in_words,
        "next_run": None if dag.next_run is None else rfc3339(dag.next_run),
        "graph": None if dag.graph is None else graph_data(dag.graph),
        "spec": dict(dag.record.spec) or None,
        "spec_problems": problem_lines(dag),
    }


def graph_data(graph: Graph) -> GraphData:
    """Return the graph as JSON data."""
    return {
        "nodes": list(graph.nodes),
        "edges": [list(edge) for edge in graph.edges],
        "levels": [list(level) for level in graph.levels],
        "groups": [{"id": each.id, "members": list(each.members)} for each in graph.groups],
    }
