"""A DAG in the DOT language of Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.graph.layout import edges, parents

if TYPE_CHECKING:
    from dagctl.spec.model import DagSpec


def dot(spec: DagSpec) -> str:
    """Return the digraph, left to right: every task as a node, as declared, then every edge."""
    graph = parents(spec)
    nodes = [f"    {_quoted(task)};" for task in graph]
    arrows = [f"    {_quoted(p)} -> {_quoted(task)};" for p, task in edges(graph)]
    head = [f"digraph {_quoted(spec.dag_id)} {{", "    rankdir=LR;", "    node [shape=box];"]
    return "\n".join([*head, *nodes, *arrows, "}", ""])


def _quoted(text: str) -> str:
    """Return a DOT string; a node's label is its name, and there a backslash is an escape."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
