"""What Jinja does not read as a template: comments and raw blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, warning
from dagctl.findings.wording import quoted
from dagctl.text.lines import Lines
from dagctl.text.template_signs import signs
from dagctl.user_code.jinja.words import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator


def swallowed(text: str) -> Iterator[Problem]:
    """Yield a warning for each `${#`, a length in a shell, that begins a comment of Jinja's.

    The text must be one that Jinja can read.
    """
    if "${#" not in text or signs().comment_start_string != "{#":
        return
    close = signs().comment_end_string
    lines = Lines(text)
    before = ""
    for at, _, kind, value in tokens(text):
        if kind == "comment_begin" and before.endswith("$"):
            end = text.index(close, at) + len(close)
            yield warning(
                Code.SWALLOWED,
                f"to Jinja this is a comment, and it drops {quoted(text[at:end])}",
                "put it between {% raw %} and {% endraw %}",
                lines.place(at, min(end, lines.end(lines.position(at)[0]))),
            )
        before = value
