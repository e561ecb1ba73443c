"""A document as a tree of plain data that remembers where each value stands."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from dagctl.frozen import frozen, mutable
from dagctl.text.lines import Lines, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dagctl.text.lines import TextRange

    Path = Sequence[str | int]
    Entries = dict[str, tuple[Span, "Node"]]
    """Keys of a mapping: where each stands, and its value."""

Kind = Literal["mapping", "list", "plain", "quoted", "block"]


@mutable(eq=False)
class Node:
    """One value: its data, its stretch of text, and the values in it."""

    value: Any
    span: Span
    kind: Kind
    items: list[Node] = field(default_factory=list)
    """The items of a list, or the values of a mapping."""
    keys: Entries = field(default_factory=dict)
    """For a mapping: where each key stands, and its value; both in one document."""
    document: Document | None = field(default=None, repr=False)
    """The document that it stands in, for a value of a file with defaults; None: the spec."""
    said: str | None = None
    """Which variables stand in the value, and what said theirs; None: none."""
    numbers: list[int] | None = field(default=None, repr=False)
    """Of a list that was made from another: which of its items each item was."""
    spelling: Spelling | None = field(default=None, repr=False)
    """How a text is written that variables were put into; None: as the document shows."""

    def count(self) -> int:
        """Return how many values stand in it, itself included."""
        count, stack = 0, [self]
        while stack:
            count += 1
            stack += stack.pop().children()
        return count

    def children(self) -> Iterator[Node]:
        """Yield the items of a list, or the values of a mapping."""
        yield from self.items
        yield from (inner for _, inner in self.keys.values())

    def with_items(self, items: list[Node], numbers: list[int] | None = None) -> Node:
        """Return a list at this place.

        Args:
            items: What is in it.
            numbers: Which of the items of this list each was; None: they are the same ones.
        """
        values = [item.value for item in items]
        return Node(values, self.span, "list", items, document=self.document, numbers=numbers)

    def with_keys(self, keys: Entries) -> Node:
        """Return a mapping with these keys at this place."""
        value = {name: inner.value for name, (_, inner) in keys.items()}
        return Node(value, self.span, "mapping", keys=keys, document=self.document)


class Spelling(Protocol):
    """How the document writes one text value."""

    def span(self, place: TextRange) -> Span | None:
        """Return where a place in the value stands in the document; None if that is not known."""


class _Part(NamedTuple):
    """A key or a value in a mapping or a list."""

    span: Span
    step: str | int
    child: Node | None


@frozen
class Document:
    """A whole document: the tree, and how to find a place inside one of its texts."""

    text: str
    root: Node
    read_spelling: Callable[[Lines, Node], Spelling]
    """Returns how a text value is written; asked once for each value."""
    is_json: bool = False
    name: str | None = None
    """What findings call it, if it is not the spec."""
    _spellings: dict[Span, Spelling] = field(default_factory=dict)
    _parts: dict[int, list[_Part]] = field(default_factory=dict)

    @cached_property
    def lines(self) -> Lines:
        """The lines of the text, found once."""
        return Lines(self.text)

    def node(self, path: Path) -> Node | None:
        """Return the value at a path, or None if there is none."""
        node: Node | None = self.root
        for step in path:
            node = _child(node, step) if node else None
        return node

    def place_of_key(self, path: Path) -> Spot:
        """Return where the key stands that the path ends in."""
        parent = self.node(path[:-1])
        entry = parent.keys.get(str(path[-1])) if parent else None
        return self._spot(entry[1], entry[0]) if entry else self.place_of(path[:-1])

    def place_of(self, path: Path, place: TextRange | None = None) -> Spot:
        """Return where the value at a path stands, or a place in it, or else what is around it."""
        node = self.node(path)
        if node is None:
            return self.place_of(path[:-1]) if path else Spot(self, Span(0, 0))
        owner = node.document or self
        inside = place and isinstance(node.value, str) and owner.spelling(node).span(place)
        return self._spot(node, inside or owner.first_line(node.span))

    def place_of_missing(self, path: Path) -> Spot:
        """Return the place of a key that is not there: the first key of its mapping."""
        parent = self.node(path[:-1])
        first = next(iter(parent.keys.values()), None) if parent else None
        return self._spot(first[1], first[0]) if first else self.place_of(path[:-1])

    def _spot(self, node: Node, span: Span) -> Spot:
        return Spot(node.document or self, span)

    def written_path(self, path: Path) -> tuple[str | int, ...]:
        """Return a path as it was before loops and defaults made lists longer."""
        node: Node | None = self.root
        written: list[str | int] = []
        for step in path:
            numbers = node.numbers if node else None
            is_known = numbers is not None and isinstance(step, int) and step < len(numbers)
            written.append(numbers[step] if numbers and is_known else step)  # type: ignore[index]
            node = _child(node, step) if node else None
        return tuple(written)

    def said(self, path: Path) -> str | None:
        """Return which variables stand in the value at a path, or around it; None: none."""
        node: Node | None = self.root
        said = None
        for step in path:
            node = _child(node, step) if node else None
            said = (node and node.said) or said
        return said

    def path_at(self, span: Span) -> tuple[str | int, ...]:
        """Return the path of the innermost key or value that begins here or around here."""
        path: list[str | int] = []
        node: Node | None = self.root
        while node is not None:
            part = self._part_at(node, span.start)
            node = part.child if part else None
            if part:
                path.append(part.step)
        return tuple(path)

    def first_line(self, span: Span) -> Span:
        """Return the stretch, cut at the end of its first line."""
        end = self.text.find("\n", span.start, span.end)
        if end < 0:
            return span
        return Span(span.start, span.start + max(1, len(self.text[span.start : end].rstrip())))

    def spelling(self, node: Node) -> Spelling:
        """Return how a text value of this document is written."""
        if node.spelling is not None:
            return node.spelling
        # by its place: a copy of the node may be gone, and its `id` that of another, while a
        # document with defaults lives on
        if node.span not in self._spellings:
            self._spellings[node.span] = self.read_spelling(self.lines, node)
        return self._spellings[node.span]

    def _part_at(self, node: Node, offset: int) -> _Part | None:
        if id(node) not in self._parts:
            self._parts[id(node)] = list(_in_order(node))
        parts = self._parts[id(node)]
        place = bisect_right(parts, offset, key=lambda part: part.span.start) - 1
        return parts[place] if place >= 0 and offset < parts[place].span.end else None


def named(document: Document, name: str) -> Document:
    """Return a document under the name of its file, which each of its values knows."""
    made = replace(document, name=name)
    stack = [made.root]
    while stack:
        node = stack.pop()
        if node.document is None:
            node.document = made
            stack += node.children()
    return made


class Spot(NamedTuple):
    """A stretch of one of the documents that a spec is made of."""

    document: Document
    span: Span


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(step, int):
        return node.items[step] if node.kind == "list" and step < len(node.items) else None
    entry = node.keys.get(step)
    return entry[1] if entry else None


def _in_order(node: Node) -> Iterator[_Part]:
    """Yield the parts of a node in the order of the text, without those that an alias brings in."""
    end = 0
    for part in _written_parts(node):
        if part.span.start >= end:
            yield part
            end = part.span.end


def _written_parts(node: Node) -> Iterator[_Part]:
    for index, item in enumerate(node.items):
        yield _Part(item.span, index, item)
    for key, (span, value) in node.keys.items():
        yield _Part(span, key, None)
        yield _Part(value.span, key, value)
