"""Bytes as text: UTF-8 of a bounded size, with or without a byte order mark."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from dagctl.spec.codes import Code
from dagctl.spec.readers.document import MAX_BYTES, Finding, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

_BOM = "\ufeff"
_OTHER_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_HINT = "save the file as UTF-8"


def decode(source: str | bytes) -> tuple[str, Sequence[Finding]]:
    """Return the text without a byte order mark, and what is wrong with it as text."""
    if len(source) > MAX_BYTES:
        return "", [_too_large()]
    if isinstance(source, bytes):
        return _decode_bytes(source)
    text = source.removeprefix(_BOM)
    if text.isascii():
        return text, []
    found = _SURROGATE.search(text)
    if found:
        message = f"a lone surrogate (U+{ord(found.group()):04X}) is not a character"
        return text, [Finding(Code.NOT_UTF8, message, _HINT, Span(*found.span()))]
    return text, [_too_large()] if len(text.encode()) > MAX_BYTES else []


def _decode_bytes(data: bytes) -> tuple[str, Sequence[Finding]]:
    if data.startswith(_OTHER_BOMS):
        return "", [Finding(Code.NOT_UTF8, "the text is in UTF-16 or UTF-32", _HINT, Span(0, 0))]
    try:
        return data.decode("utf-8").removeprefix(_BOM), []
    except UnicodeDecodeError as error:
        text = data[: error.start].decode("utf-8").removeprefix(_BOM)
        message = f"the byte 0x{data[error.start]:02X} is not UTF-8"
        return text, [Finding(Code.NOT_UTF8, message, _HINT, Span(len(text), len(text) + 1))]


def _too_large() -> Finding:
    message = f"the text is larger than {MAX_BYTES:,} bytes"
    return Finding(Code.FILE_TOO_LARGE, message, "split it into several DAGs", Span(0, 0))


def is_json(text: str, origin: str | None) -> bool:
    """Return whether a text is JSON: by the suffix of its origin, else by a leading `{`."""
    suffix = (origin or "").lower().rpartition(".")[2]
    if suffix in {"yaml", "yml"}:
        return False
    return suffix == "json" or text.lstrip()[:1] == "{"
