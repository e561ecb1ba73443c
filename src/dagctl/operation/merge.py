"""What a git merge with conflicts leaves in a DAG file: both sides, separated again. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dagctl.dag_file.header import read_header

if TYPE_CHECKING:
    from dagctl.dag_file.header import Header

_MARKS = {
    "ours": re.compile(rb"<{7}(?: [^\n]*)?\n?"),
    "base": re.compile(rb"\|{7}(?: [^\n]*)?\n?"),
    "theirs": re.compile(rb"={7}\n?"),
    "both": re.compile(rb">{7}(?: [^\n]*)?\n?"),
}
"""Which part begins behind a mark, as git writes it."""

_FOLLOWS = {"both": {"ours"}, "ours": {"base", "theirs"}, "base": {"theirs"}, "theirs": {"both"}}
"""Which mark may come in which part."""


def header_of(content: bytes) -> tuple[Header | None, bool]:
    """Return what a DAG file says of itself, and whether it holds both sides of a merge.

    Of such a file the header of the newer side counts, if both sides are as dagctl wrote them.
    """
    header = read_header(content)
    sides = sides_of(content) if header is None else None
    if sides is None:
        return header, False
    headers = [read_header(side) for side in sides]
    whole = [side for side in headers if side is not None and side.is_whole]
    if len(whole) < len(headers):
        return None, False
    return max(whole, key=lambda side: side.version or 0), True


def sides_of(content: bytes) -> tuple[bytes, bytes] | None:
    """Return the two files that a merge could not join; None if this is no such merge."""
    sides: dict[str, list[bytes]] = {"ours": [], "theirs": []}
    part, conflicts = "both", 0
    for line in content.replace(b"\r\n", b"\n").splitlines(keepends=True):
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
