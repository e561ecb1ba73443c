"""A DAG as a Mermaid flowchart, as GitHub renders it in Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dagctl.graph.layout import edges, parents

if TYPE_CHECKING:
    from dagctl.spec.model import DagSpec

# Mermaid reads a label as Markdown: `__x__` would come out bold, `www.x.y` as a link. Letters,
# digits, the hyphen and an underscore inside a word mean themselves; for everything else stands
# Mermaid's entity code.
_SPECIAL = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|[^A-Za-z0-9_-]")


def mermaid(spec: DagSpec) -> str:
    """Return the flowchart: a node for each task, an arrow for each edge, as declared.

    Nodes are numbered, so that no task id can be a keyword of Mermaid's; the id is the label.
    """
    graph = parents(spec)
    names = {task: f"t{number}" for number, task in enumerate(graph)}
    nodes = [f'    {names[task]}["{_label(task)}"]' for task in graph]
    arrows = [f"    {names[p]} --> {names[task]}" for p, task in edges(graph)]
    return "\n".join(["flowchart LR", *nodes, *arrows, ""])


def _label(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", text)
