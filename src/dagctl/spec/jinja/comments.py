"""Text of a shell or the like that Jinja takes for a comment, and drops without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import Severity
from dagctl.spec.codes import Code
from dagctl.spec.jinja.words import tokens
from dagctl.spec.lines import Lines
from dagctl.spec.problem import Problem
from dagctl.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator


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
            yield Problem(
                Code.SWALLOWED,
                f"to Jinja this is a comment, and it drops {quoted(text[at:end])}",
                "put it between {% raw %} and {% endraw %}",
                lines.place(at, min(end, lines.end(lines.position(at)[0]))),
                Severity.WARNING,
            )
        before = value
