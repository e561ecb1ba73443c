"""A document as a tree of plain data that remembers where each value stands in the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dagctl.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dagctl.spec.problem import Place

    Path = Sequence[str | int]

MAX_BYTES = 2_000_000
MAX_DEPTH = 64
MAX_VALUES = 150_000
"""Keys, values and collections in one document, each alias counted with all that it stands for."""

Kind = Literal["mapping", "list", "plain", "quoted", "block"]


class Span(NamedTuple):
    """A stretch of the text by offsets; the end is exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with the text itself, before it is a spec."""

    code: str
    message: str
    hint: str | None
    span: Span
    severity: Severity = Severity.ERROR
    path: tuple[str | int, ...] = ()
    fails_in: tuple[str, ...] = ()
    """As of a `Problem`."""


@dataclass(slots=True, eq=False)
class Node:
    """One value: its data, its stretch of text, and the values in it."""

    value: Any
    span: Span
    kind: Kind
    items: list[Node] = field(default_factory=list)
    """The items of a list, or the values of a mapping."""
    keys: dict[str, tuple[Span, Node]] = field(default_factory=dict)
    """For a mapping: where each key stands, and its value."""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document: the tree, and how to find a place inside one of its texts."""

    text: str
    root: Node
    inside: Callable[[str, Node, Place], Span | None]
    """Returns where a place in a text value stands in the text; None if that is not known."""
    is_json: bool = False

    def node(self, path: Path) -> Node | None:
        """Return the value at a path, or None if there is none."""
        node: Node | None = self.root
        for step in path:
            node = _child(node, step) if node else None
        return node

    def span_of_key(self, path: Path) -> Span:
        """Return where the key stands that the path ends in."""
        parent = self.node(path[:-1])
        entry = parent.keys.get(str(path[-1])) if parent else None
        return entry[0] if entry else self.span_of(path[:-1])

    def span_of(self, path: Path, place: Place | None = None) -> Span:
        """Return where the value at a path stands, or a place in it, or else what is around it."""
        node = self.node(path)
        if node is None:
            return self.span_of(path[:-1]) if path else Span(0, 0)
        found = (
            self.inside(self.text, node, place) if place and isinstance(node.value, str) else None
        )
        return found or self.first_line(node.span)

    def span_of_missing(self, path: Path) -> Span:
        """Return the place of a key that is not there: the first key of its mapping."""
        parent = self.node(path[:-1])
        spans: list[Span] = [span for span, _ in parent.keys.values()] if parent else []
        return spans[0] if spans else self.span_of(path[:-1])

    def path_at(self, span: Span) -> tuple[str | int, ...]:
        """Return the path of the innermost key or value that begins here or around here."""
        path: list[str | int] = []
        node: Node | None = self.root
        while node is not None:
            step, node = _step_at(node, span.start)
            if step is not None:
                path.append(step)
        return tuple(path)

    def first_line(self, span: Span) -> Span:
        """Return the stretch, cut at the end of its first line."""
        end = self.text.find("\n", span.start, span.end)
        if end < 0:
            return span
        return Span(span.start, span.start + max(1, len(self.text[span.start : end].rstrip())))


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(step, int):
        return node.items[step] if node.kind == "list" and step < len(node.items) else None
    entry = node.keys.get(step)
    return entry[1] if entry else None


def _step_at(node: Node, offset: int) -> tuple[str | int | None, Node | None]:
    for index, item in enumerate(node.items):
        if item.span.start <= offset < item.span.end:
            return index, item
    for key, (span, value) in node.keys.items():
        if span.start <= offset < span.end:
            return key, None
        if value.span.start <= offset < value.span.end:
            return key, value
    return None, None


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return the line and column, from 1, of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader got out of a text: the document, if any, and what is wrong with the text."""

    document: Document | None
    findings: Sequence[Finding] = ()
