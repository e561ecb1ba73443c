"""What a git merge with conflicts leaves in a DAG file: both sides, separated again. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.dag_file.header import read_header
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dagctl.dag_file.header import Header

_MARKS = {
    "ours": lazy_pattern(rb"<{7}(?: [^\n]*)?\n?"),
    "base": lazy_pattern(rb"\|{7}(?: [^\n]*)?\n?"),
    "theirs": lazy_pattern(rb"={7}\n?"),
    "both": lazy_pattern(rb">{7}(?: [^\n]*)?\n?"),
}
"""Which part begins behind a mark, as git writes it."""

_FOLLOWS = {"both": {"ours"}, "ours": {"base", "theirs"}, "base": {"theirs"}, "theirs": {"both"}}
"""Which mark may come in which part."""


def header_of(
    content: bytes, unmerged: Callable[[], Sequence[bytes]] = tuple
) -> tuple[Header | None, bool]:
    """Return what a DAG file says of itself, and whether it holds both sides of a merge.

    Of such a file the header of the newer side counts, if both sides are as dagctl wrote them, or
    if git has joined parts of both, as it does where only the headers conflict.

    Args:
        content: The DAG file.
        unmerged: Returns both files of a merge that is under way, as git has them.
    """
    header = read_header(content)
    sides = sides_of(content) if header is None else None
    if sides is None:
        return header, False
    headers = [header for side in sides if (header := read_header(side)) is not None]
    if len(headers) < len(sides):
        return None, False
    newer = max(headers, key=lambda side: side.version or 0)
    is_whole = all(side.is_whole for side in headers) or _is_joined(sides, unmerged())
    return replace(newer, is_whole=is_whole), is_whole


def _is_joined(sides: Iterable[bytes], unmerged: Sequence[bytes]) -> bool:
    """Return whether each line is of a file that git has merged, all of which dagctl wrote."""
    headers = [read_header(content) for content in unmerged]
    if not all(header is not None and header.is_whole for header in headers):
        return False
    known = {line for content in unmerged for line in _lines(content)}
    return bool(known) and all(line in known for side in sides for line in _lines(side))


def _lines(content: bytes) -> list[bytes]:
    return content.replace(b"\r\n", b"\n").splitlines(keepends=True)


def sides_of(content: bytes) -> tuple[bytes, bytes] | None:
    """Return the two files that a merge could not join; None if this is no such merge."""
    if b"<<<<<<<" not in content:
        return None
    sides: dict[str, list[bytes]] = {"ours": [], "theirs": []}
    part, conflicts = "both", 0
    for line in _lines(content):
        mark = next((mark for mark in _FOLLOWS[part] if _MARKS[mark].fullmatch(line)), None)
        if mark is not None:
            part, conflicts = mark, conflicts + (mark == "ours")
            continue
        for name, lines in sides.items():
            if part in {"both", name}:
                lines.append(line)
    if part != "both" or not conflicts:
        return None
    return b"".join(sides["ours"]), b"".join(sides["theirs"])
