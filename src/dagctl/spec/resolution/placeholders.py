"""`${{ vars.bucket }}` in a text: where a variable stands, and what is left alone.

`$X`, `${X}`, `$(...)` and Jinja are text like any other; `$${{` is the text `${{`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dagctl.frozen import frozen
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGIN = "${{"
"""What begins a variable; nothing else in a text is looked at."""
LITERAL = "$${{"
"""How a text has `${{` itself."""
NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_-]{0,99}", re.ASCII)
"""What the name of a variable may be."""
SCOPES = ("vars", "each")
"""Where variables come from: the workspace, or a loop."""
_MARK = lazy_pattern(r"\$\$\{\{|\$\{\{(?P<inside>[^{}\n]{0,300}?)\}\}|\$\{\{")
_REFERENCE = lazy_pattern(
    r"\s*(?P<scope>vars|each)\.(?P<name>[A-Za-z_][A-Za-z0-9_-]{0,99}"
    r"(?:\.[A-Za-z_][A-Za-z0-9_-]{0,99}){0,9})\s*",
    re.ASCII,
)


@frozen
class Reference:
    """A variable in a text."""

    scope: str
    """`vars` or `each`."""
    names: tuple[str, ...]
    """Its name, and the keys that lead into its value: `each.table.id` has two."""

    def __str__(self) -> str:
        """Return it as it is written between the braces."""
        return ".".join((self.scope, *self.names))


@frozen
class Placeholder:
    """A stretch of a text that stands for something else."""

    start: int
    end: int
    reference: Reference | None
    """The variable; None: `$${{`, or nothing that is one."""
    is_literal: bool = False


def pieces(text: str) -> Iterator[Placeholder]:
    """Yield what begins with `${{` in a text, in its order; linear in its length."""
    for match in _MARK.finditer(text):
        if match.group() == LITERAL:
            yield Placeholder(*match.span(), None, is_literal=True)
            continue
        inside = _REFERENCE.fullmatch(match["inside"] or "")
        names = tuple(inside["name"].split(".")) if inside else ()
        yield Placeholder(*match.span(), Reference(inside["scope"], names) if inside else None)


def escaped(text: str) -> str:
    """Return a text as it is written in a spec, so that it stands for itself."""
    return text.replace(BEGIN, LITERAL) if BEGIN in text else text
