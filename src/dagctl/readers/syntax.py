"""A text as a document, whichever of the two syntaxes it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dagctl.patterns import lazy_pattern
from dagctl.readers.source_text import decode
from dagctl.readers.yaml_reader import read_yaml

if TYPE_CHECKING:
    from dagctl.readers.source_text import Reading
    from dagctl.text.document import Document

_JSON_START = lazy_pattern(r"\s*\{(?!\s*\w)")
"""How JSON begins. A key without quotes is YAML on one line: `{dag_name: Orders}`."""

Format = Literal["yaml", "json"]


def read(source: str, form: Format | None, origin: str | None) -> Reading:
    """Return the document that a text holds, and what is wrong with the text.

    Args:
        source: The text, as `decode` returns it.
        form: Its syntax; None: that of the suffix of `origin`; else JSON if it begins with `{`.
        origin: The name of its file.
    """
    if form == "json" or (form is None and _is_json(source, origin)):
        from dagctl.readers.json_reader import read_json

        return read_json(source)
    return read_yaml(source)


def document_in(
    text: str | bytes, *, form: Format | None = None, origin: str | None = None
) -> Document | None:
    """Return a text as it is written, each value with its place; None: it is no mapping.

    Args:
        text: One document. Bytes are UTF-8.
        form: As of `read`.
        origin: As of `read`.
    """
    source, findings = decode(text)
    document = None if findings else read(source, form, origin).document
    return None if document is None or document.root.kind != "mapping" else document


def _is_json(text: str, origin: str | None) -> bool:
    suffix = (origin or "").lower().rpartition(".")[2]
    if suffix in {"yaml", "yml"}:
        return False
    return suffix == "json" or _JSON_START.match(text) is not None
