"""A DAG as a Mermaid flowchart, as GitHub renders it in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.graph.layout import edges, texts_at_edges, whole_label
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dagctl.spec.dependencies.outline import Entry
    from dagctl.spec.model import DagSpec

# Mermaid reads a label as Markdown: `__x__` would come out bold, `www.x.y` as a link. Letters,
# digits, the hyphen and an underscore inside a word mean themselves; for everything else stands
# Mermaid's entity code.
_SPECIAL = lazy_pattern(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|[^A-Za-z0-9_-]")


def mermaid(spec: DagSpec) -> str:
    """Return the flowchart: a node for each task, an arrow for each edge, as declared.

    Nodes are numbered, so that no task id can be a keyword of Mermaid's; the id is the label.
    A group is a subgraph. What is mapped is labelled so.
    """
    outline = spec.outline
    names = {task.id: f"t{number}" for number, task in enumerate(outline.tasks)}
    groups = (entry for entry in outline.entries if entry.is_group)
    names |= {group.id: f"g{number}" for number, group in enumerate(groups)}
    nodes = _members(outline.top, names, "    ")
    texts = texts_at_edges(spec)
    arrows = [
        f"    {names[first]} -->{_shown(texts.get((first, waits)))} {names[waits]}"
        for first, waits in edges(spec)
    ]
    return "\n".join(["flowchart LR", *nodes, *arrows, ""])


def _members(entries: Iterable[Entry], names: Mapping[str, str], margin: str) -> Iterator[str]:
    for entry in entries:
        node = f'{names[entry.id]}["{_label(whole_label(entry))}"]'
        if not entry.is_group:
            yield f"{margin}{node}"
            continue
        yield f"{margin}subgraph {node}"
        yield from _members(entry.children, names, f"{margin}    ")
        yield f"{margin}end"


def _shown(text: str | None) -> str:
    return "" if text is None else f'|"{_label(text)}"|'


def _label(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", text)
