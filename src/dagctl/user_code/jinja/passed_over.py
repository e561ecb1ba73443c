"""What Jinja does not read as a template: comments and raw blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.findings.wording import quoted
from dagctl.patterns import lazy_pattern
from dagctl.text.lines import Lines
from dagctl.user_code.jinja.words import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

_RAW = r"\{%[-+]?[ \t\r\n]*+"
_BEGIN = lazy_pattern(r"\{#|" + _RAW + r"raw[ \t\r\n]*+[-+]?%\}")
_ENDS = {
    True: lazy_pattern(r"#\}"),
    False: lazy_pattern(_RAW + r"endraw[ \t\r\n]*+[-+]?%\}"),
}
"""What ends a comment (True) and a raw block (False)."""


def passed_over(template: str) -> Iterator[tuple[int, int]]:
    """Yield where each comment and each raw block of a good template begins and ends, in order.

    Linear: an end is looked for once, however many beginnings there are that have none.
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


def swallowed(text: str) -> Iterator[Problem]:
    """Yield a warning for each `${#`, a length in a shell, that begins a comment of Jinja's.

    The text must be one that Jinja can read.
    """
    if "${#" not in text:
        return
    lines = Lines(text)
    before = ""
    for at, _, kind, value in tokens(text):
        if kind == "comment_begin" and before.endswith("$"):
            end = text.index("#}", at) + 2
            yield warning(
                Code.SWALLOWED,
                f"to Jinja this is a comment, and it drops {quoted(text[at:end])}",
                "put it between {% raw %} and {% endraw %}",
                lines.place(at, min(end, lines.end(lines.position(at)[0]))),
            )
        before = value
