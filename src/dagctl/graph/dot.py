"""A DAG in the DOT language of Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.graph.layout import edges, texts_at_edges, whole_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dagctl.spec.dependencies.outline import Entry, Outline
    from dagctl.spec.model import DagSpec


def dot(spec: DagSpec) -> str:
    """Return the digraph, left to right: every task as a node, as declared, then every edge.

    What is mapped is labelled so. A group is a cluster; an edge from or to it is one of a task in
    it, cut off at its border.
    """
    outline = spec.outline
    nodes = _members(outline.top, "    ")
    texts = texts_at_edges(spec)
    arrows = [_arrow(outline, edge, texts.get(edge)) for edge in edges(spec)]
    head = [f"digraph {_quoted(spec.dag_id)} {{", "    rankdir=LR;", "    node [shape=box];"]
    if len(outline.tasks) < len(outline.entries):
        head.append("    compound=true;")
    return "\n".join([*head, *nodes, *arrows, "}", ""])


def _members(entries: Iterable[Entry], margin: str) -> Iterator[str]:
    for entry in entries:
        label = _quoted(whole_label(entry))
        if not entry.is_group:
            node = _quoted(entry.id)
            yield f"{margin}{node};" if label == node else f"{margin}{node} [label={label}];"
            continue
        yield f"{margin}subgraph {_quoted(f'cluster_{entry.id}')} {{"
        yield f"{margin}    label={label};"
        yield from _members(entry.children, f"{margin}    ")
        yield f"{margin}}}"


def _arrow(outline: Outline, edge: tuple[str, str], text: str | None) -> str:
    first, waits = edge
    ends = {"ltail": outline.by_id[first], "lhead": outline.by_id[waits]}
    tail, head = (next(entry.tasks()).id for entry in ends.values())
    cut = [f"{key}={_quoted(f'cluster_{e.id}')}" for key, e in ends.items() if e.is_group]
    if text is not None:
        cut.append(f"label={_quoted(text)}")
    options = f" [{', '.join(cut)}]" if cut else ""
    return f"    {_quoted(tail)} -> {_quoted(head)}{options};"


def _quoted(text: str) -> str:
    """Return a DOT string; a node's label is its name, and there a backslash is an escape."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
