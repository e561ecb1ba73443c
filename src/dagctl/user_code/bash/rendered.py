"""A command as bash will see it, as far as that is known before Jinja renders it. Pure, linear."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from jinja2 import TemplateSyntaxError

from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern
from dagctl.text.template_signs import is_template
from dagctl.user_code.jinja.words import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

VALUE = "\x01"
"""Stands for what an expression prints; no command that is taken has this character."""
_SHELL_SIGN = lazy_pattern(r"""['"`$\\(){}<>&|;#\n]""")


@frozen
class Rendered:
    """The text for bash, with `VALUE` for each expression, and where its pieces come from."""

    text: str
    has_values: bool
    _starts: tuple[int, ...]
    _sources: tuple[int, ...]

    def source(self, offset: int) -> int:
        """Return where in the command an offset of the text comes from."""
        piece = bisect_right(self._starts, offset) - 1
        return self._sources[piece] + offset - self._starts[piece]


def rendered(command: str) -> Rendered | None:
    """Return what bash gets of a command; None where that depends on what a template does.

    An expression is taken for a part of a word. It is not known what one prints that has signs of
    the shell in its own texts, and what is left of the text between `{% ... %}`.
    """
    try:
        pieces = list(_pieces(command))
    except (TemplateSyntaxError, _NotKnownError):
        return None
    starts = tuple(accumulate((len(text) for _, text in pieces), initial=0))
    text = "".join(text for _, text in pieces)
    return Rendered(text, VALUE in text, starts[:-1] or (0,), tuple(at for at, _ in pieces) or (0,))


class _NotKnownError(Exception):
    """What bash gets is not known before the template is rendered."""


def _pieces(command: str) -> Iterator[tuple[int, str]]:
    if not is_template(command):
        yield from _unix(command, 0, len(command))
        return
    for token in tokens(command):
        match token.kind:
            case "data":
                yield from _unix(command, token.at, token.end)
            case "variable_begin":
                yield token.at, VALUE
            case "string" if _SHELL_SIGN.search(token.text[1:-1]):
                raise _NotKnownError
            case "comment_begin" if command.endswith("$", 0, token.at):
                raise _NotKnownError  # a length in the shell, which Jinja drops: that is said
            case "block_begin" | "linestatement_begin":
                raise _NotKnownError


def _unix(command: str, at: int, end: int) -> Iterator[tuple[int, str]]:
    """Yield a part of a command in pieces, with the line ends that Jinja gives it."""
    *lines, last = command[at:end].split("\r\n")
    for line in lines:
        yield at, line.replace("\r", "\n") + "\n"
        at += len(line) + len("\r\n")
    yield at, last.replace("\r", "\n")
