"""What Jinja does not read as a template: comments and raw blocks. Pure, linear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

_RAW = r"\{%[-+]?[ \t\r\n]*+"
_BEGIN = lazy_pattern(r"\{#|" + _RAW + r"raw[ \t\r\n]*+[-+]?%\}")
_ENDS = {
    True: lazy_pattern(r"#\}"),
    False: lazy_pattern(_RAW + r"endraw[ \t\r\n]*+[-+]?%\}"),
}
"""What ends a comment (True) and a raw block (False)."""


def unread(template: str) -> Iterator[tuple[int, int]]:
    """Yield where each comment and each raw block of a good template begins and ends, in order.

    An end is looked for once, however many beginnings there are that have none.
    """
    end = 0
    missing: set[bool] = set()
    for begin in _BEGIN.finditer(template):
        is_comment = begin.group() == "{#"
        if begin.start() < end or is_comment in missing:
            continue
        close = _ENDS[is_comment].search(template, begin.end())
        if close is None:
            missing.add(is_comment)
            continue
        end = close.end()
        yield begin.start(), end
