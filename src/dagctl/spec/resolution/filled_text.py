"""A text into which variables are put, and where each place in it stands in the document."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from dagctl.text.document import Node
from dagctl.text.lines import Lines, TextRange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dagctl.text.document import Document, Spelling
    from dagctl.text.lines import Span


class Replacement(NamedTuple):
    """A stretch of a text, and what takes its place."""

    start: int
    end: int
    text: str


def with_replacements(
    node: Node, replaced: Iterable[Replacement], owner: Document | None, said: str | None
) -> Node:
    """Return a text with these stretches replaced, whose places can still be looked up.

    Args:
        node: The text as it is written.
        replaced: What is replaced, in the order of the text.
        owner: The document in which it is written; None: no place in it is known.
        said: Which variables stand in it, and what said theirs.
    """
    written: str = node.value
    made: list[str] = []
    parts: list[Part] = []
    start = size = 0
    for piece in replaced:
        before = written[start : piece.start]
        parts.append(Part(size, start, is_filled=False))
        parts.append(Part(size + len(before), piece.start, is_filled=True))
        made += [before, piece.text]
        size += len(before) + len(piece.text)
        start = piece.end
    parts.append(Part(size, start, is_filled=False))
    value = "".join((*made, written[start:]))
    spelling = FilledText(value, written, parts, partial(owner.spelling, node)) if owner else None
    document = node.document
    return Node(value, node.span, node.kind, document=document, said=said, spelling=spelling)


class Part(NamedTuple):
    """A stretch of the text that was put together, and where it comes from."""

    start: int
    """Where it begins in the text that was made."""
    written: int
    """Where it begins in the text as it is written."""
    is_filled: bool
    """Whether it is what stands for a variable: then all of it comes from one place."""


class FilledText:
    """How a text is written into which variables were put."""

    def __init__(
        self,
        value: str,
        written: str,
        parts: Sequence[Part],
        spelling: Callable[[], Spelling],
    ) -> None:
        """Keep what it is made of; nothing is looked at before a place is asked for.

        Args:
            value: The text that was made.
            written: The text with its variables.
            parts: What it was made of, in its order.
            spelling: Returns how the text with its variables is written in the document.
        """
        self._value, self._written = value, written
        self._parts, self._spelling = parts, spelling

    def span(self, place: TextRange) -> Span | None:
        """Return the stretch that a place in the text that was made stands for."""
        made, written = Lines(self._value), Lines(self._written)
        start = self._before(made.offset(place.line, place.column))
        end = start + 1
        if place.end_line and place.end_column:
            end = max(self._before(made.offset(place.end_line, place.end_column)), end)
        return self._spelling().span(
            TextRange(*written.position(start), *written.position(min(end, len(self._written))))
        )

    def _before(self, offset: int) -> int:
        """Return the offset in the written text for one in the text that was made."""
        part = next(
            (each for each in reversed(self._parts) if each.start <= offset),
            Part(0, 0, is_filled=False),
        )
        return part.written if part.is_filled else part.written + offset - part.start
