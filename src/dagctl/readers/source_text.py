"""Bytes as text: UTF-8 of a bounded size, with or without a byte order mark."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern
from dagctl.text.lines import MAX_BYTES, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.text.document import Document


@frozen
class Reading:
    """What a reader got out of a text: the document, if any, and what is wrong with the text."""

    document: Document | None
    findings: Sequence[Problem] = ()


_BOM = "\ufeff"
_OTHER_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_SURROGATE = lazy_pattern("[\ud800-\udfff]")
_HINT = "save the file as UTF-8"


def decode(source: str | bytes) -> tuple[str, Sequence[Problem]]:
    """Return the text without a byte order mark, and what is wrong with it as text."""
    if len(source) > MAX_BYTES:
        return "", [_too_large()]
    if isinstance(source, bytes):
        return _decode_bytes(source)
    text = source.removeprefix(_BOM)
    if text.isascii():
        return text, []
    match = _SURROGATE.search(text)
    if match:
        message = f"a lone surrogate (U+{ord(match.group()):04X}) is not a character"
        return text, [Problem(Code.NOT_UTF8, message, _HINT, span=Span(*match.span()))]
    return text, [_too_large()] if len(text.encode()) > MAX_BYTES else []


def _decode_bytes(data: bytes) -> tuple[str, Sequence[Problem]]:
    if data.startswith(_OTHER_BOMS):
        return "", [
            Problem(Code.NOT_UTF8, "the text is in UTF-16 or UTF-32", _HINT, span=Span(0, 0))
        ]
    try:
        return data.decode("utf-8").removeprefix(_BOM), []
    except UnicodeDecodeError as error:
        text = data[: error.start].decode("utf-8").removeprefix(_BOM)
        message = f"the byte 0x{data[error.start]:02X} is not UTF-8"
        return text, [Problem(Code.NOT_UTF8, message, _HINT, span=Span(len(text), len(text) + 1))]


def _too_large() -> Problem:
    message = f"the text is larger than {MAX_BYTES:,} bytes"
    return Problem(Code.FILE_TOO_LARGE, message, "split it into several DAGs", span=Span(0, 0))


_KINDS = {
    "py": "a Python file",
    "toml": "a TOML file",
    "ini": "an INI file",
    "cfg": "an INI file",
    "sh": "a shell script",
    "sql": "an SQL file",
    "xml": "an XML file",
    "html": "an HTML file",
    "csv": "a CSV file",
    "md": "a Markdown file",
    "ipynb": "a notebook",
}
_BEGINNINGS = (
    (
        lazy_pattern(r"\s*(?:#[^\n]*\n\s*)*(?:import|from) [\w.]+( import |\n| as )"),
        "a Python file",
    ),
    (lazy_pattern(r"#!"), "a script"),
    (lazy_pattern(r"\s*<[?!A-Za-z]"), "an XML or HTML file"),
)
_BEGINNING = 2_000
"""Characters at the beginning that show what a text is."""


def other_kind(text: str, origin: str | None) -> Problem | None:
    """Return the finding for a text that is no spec but a file of another kind, or None.

    It is asked only about a text that cannot be read: a spec may come from any file.
    """
    suffix = (origin or "").lower().rpartition(".")[2]
    by_text = (kind for shape, kind in _BEGINNINGS if shape.match(text[:_BEGINNING]))
    kind = _KINDS.get(suffix) or next(by_text, None)
    if kind is None:
        return None
    hint = "a spec is a YAML or JSON file: `dagctl help spec` shows an example"
    return Problem(Code.NOT_A_MAPPING, f"{kind} is not a spec", hint, span=Span(0, 0))
