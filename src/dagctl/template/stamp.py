"""The first line of a spec that was made from a template: which one, and with which values.

It is a comment, so it changes no DAG. `dagctl templates upgrade` makes the text from it that the
spec began as, and merges what the template and the author have changed since.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_BEGIN = "# dagctl template "
_LINE = lazy_pattern(
    _BEGIN + r"(?P<name>(?:[a-z]{1,20}/)?[A-Za-z0-9_-]{1,100})@(?P<version>[1-9][0-9]{0,6}) "
    r"(?P<digest>[0-9a-f]{16}) (?P<values>\{.*\})\s*"
)
_DIGITS = 16
"""Hex digits of the digest: it stands against accidents, as that of a DAG file's header does."""


class DamagedStampError(ValueError):
    """A line begins like a stamp and is none: it was edited by hand."""


@frozen
class Stamp:
    """What a spec was made from."""

    name: str
    """The template, with its source: `gallery/cleanup`."""
    version: int
    values: Mapping[str, Any]
    """The values that were given; the others were the defaults of that version."""
    digest: str
    """Of the text that the template gave, so that a changed template is noticed."""


def stamp_for(name: str, version: int, values: Mapping[str, Any], text: str) -> Stamp:
    """Return the stamp of a text that a template gave with some values."""
    return Stamp(name, version, dict(values), digest_of(text))


def digest_of(text: str) -> str:
    """Return the digest of a text that a template gave."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def stamped(text: str, stamp: Stamp) -> str:
    """Return a text with its stamp as the first line."""
    values = json.dumps(dict(stamp.values), ensure_ascii=False)
    return f"{_BEGIN}{stamp.name}@{stamp.version} {stamp.digest} {values}\n{text}"


def stamp_of(text: str) -> tuple[Stamp | None, str]:
    """Return the stamp of a text (None: it has none), and the text without it.

    Args:
        text: A spec. Only the comments at its top are looked at.

    Raises:
        DamagedStampError: There is one, and it cannot be read.
    """
    at = 0
    for line in _comments_at_top(text):
        if line.startswith(_BEGIN):
            return _read(line), text[:at] + text[at + len(line) :]
        at += len(line)
    return None, text


def _comments_at_top(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        line = text[start:end]
        if line.strip() and not line.startswith("#"):
            return
        yield line
        start = end


def _read(line: str) -> Stamp:
    match = _LINE.fullmatch(line)
    if match is None:
        raise DamagedStampError("its first line is no stamp that dagctl writes")
    try:
        values = json.loads(match["values"])
    except (ValueError, RecursionError) as error:
        raise DamagedStampError("the values in its first line are no JSON") from error
    return Stamp(match["name"], int(match["version"]), values, match["digest"])
