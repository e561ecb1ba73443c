"""The text of a spec with another `dag_id`; all else in it stays as its author wrote it. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dagctl.readers.syntax import document_in
from dagctl.readers.yaml_words import meaning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.text.document import Document

KEY = "dag_id"


def with_dag_id(text: str, dag_id: str, origin: str | None = None) -> str | None:
    """Return the text of a spec that gives this id, read back and compared with the old one.

    Args:
        text: One document, YAML or JSON.
        dag_id: A valid id.
        origin: The name of the file.

    Returns:
        None: it cannot be written into the text, as where the id is an alias.
    """
    document = document_in(text, origin=origin)
    if document is None:
        return None
    data = {**document.root.value, KEY: dag_id}
    for candidate in _candidates(document, dag_id):
        read = document_in(candidate, origin=origin)
        if read is not None and read.root.value == data:
            return candidate
    return None


def _candidates(document: Document, dag_id: str) -> Iterator[str]:
    """Yield texts that may say it: the value replaced, a line of its own, or a pair in braces."""
    text, keys = document.text, document.root.keys
    if KEY in keys:
        start, end = keys[KEY][1].span
        yield text[:start] + _spelled(dag_id, document) + text[end:]
        return
    if not keys:
        return
    first, _ = next(iter(keys.values()))
    name, value = keys.get("dag_name", next(iter(keys.values())))
    pair = f"{KEY}: {_spelled(dag_id, document)}"
    end = text.find("\n", max(name.start, value.span.end - 1)) + 1
    if not document.is_json:
        indent = text[text.rfind("\n", 0, name.start) + 1 : name.start]
        line = f"{pair}\r\n" if "\r\n" in text else f"{pair}\n"
        if end:
            yield f"{text[:end]}{indent}{line}{text[end:]}"
        yield f"{text[: name.start]}{line}{indent}{text[name.start :]}"
    quoted = f"{json.dumps(KEY)}: {json.dumps(dag_id)}"
    yield f"{text[: first.start]}{quoted}, {text[first.start :]}"


def _spelled(dag_id: str, document: Document) -> str:
    """Return the id as the document writes it: with quotes where YAML would misread it."""
    is_plain = not document.is_json and meaning(dag_id) == (dag_id, None)
    return dag_id if is_plain else json.dumps(dag_id)
