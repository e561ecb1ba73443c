"""Data of a program as a document: a tree of values without a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.text.document import Document, Node
from dagctl.text.lines import Span
from dagctl.text.spelling import read_spelling

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOWHERE = Span(0, 0)
_TEXT = "${{ for_each"
"""Stands for a text that may hold anything, so that the data are looked through."""


def document_of(data: Mapping[str, object]) -> Document:
    """Return data, which are bounded already, as a document."""
    return Document(_TEXT, node_of(dict(data)), read_spelling, is_json=True)


def node_of(value: Any, span: Span = _NOWHERE, document: Document | None = None) -> Node:  # noqa: ANN401 - JSON
    """Return data as a value of a document, all of which stands at one place."""
    if isinstance(value, dict):
        keys = {
            name: (span, node_of(item, span, document))
            for name, item in value.items()
            if isinstance(name, str)
        }
        return Node(value, span, "mapping", keys=keys, document=document)
    if isinstance(value, list | tuple):
        items = [node_of(item, span, document) for item in value]
        return Node(value, span, "list", items, document=document)
    return Node(value, span, "quoted", document=document)
