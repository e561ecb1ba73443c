"""All about a DAG as JSON data: what follows from its spec, and its graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.commands.show import problem_lines
from dagctl.commands.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.commands.show import Details, Graph
    from dagctl.spec.checked import Checked

    Check = Callable[[Mapping[str, object]], Checked]


def details_data(dag: Details) -> dict[str, Any]:
    """Return what follows from the spec, and the spec, as JSON data."""
    return {
        "schedule_in_words": dag.schedule_in_words,
        "next_run": None if dag.next_run is None else rfc3339(dag.next_run),
        "graph": None if dag.graph is None else graph_data(dag.graph),
        "spec": dict(dag.record.spec) or None,
        "spec_problems": problem_lines(dag),
    }


def graph_data(graph: Graph) -> dict[str, Any]:
    """Return the graph as JSON data."""
    return {
        "nodes": list(graph.nodes),
        "edges": [list(edge) for edge in graph.edges],
        "levels": [list(level) for level in graph.levels],
        "groups": [{"id": each.id, "members": list(each.members)} for each in graph.groups],
    }
