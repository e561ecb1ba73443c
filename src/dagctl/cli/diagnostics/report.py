"""A report: what was found in which texts, and how the reader's terminal looks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from dagctl.cli.console import is_ascii, is_terminal
from dagctl.cli.text import plural
from dagctl.errors import Diagnostic, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO

    from dagctl.cli.console import Console, Style
    from dagctl.cli.diagnostics.excerpt import Source


@dataclass(frozen=True)
class Report:
    """The findings of one run, in the order of the files and then of the text."""

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str | None, Source] = field(default_factory=dict)
    """The text of each file that was read, by its name."""

    def line(self, diagnostic: Diagnostic) -> str | None:
        """Return the line of text that a finding is about, if there is one."""
        source = self.sources.get(diagnostic.file)
        return source.line(diagnostic.line) if source and diagnostic.line else None

    @property
    def count(self) -> Counter[Severity]:
        """How many errors and warnings there are."""
        return Counter(diagnostic.severity for diagnostic in self.diagnostics)

    @property
    def totals(self) -> str:
        """`4 errors, 0 warnings in 1 file`."""
        files = len({diagnostic.file for diagnostic in self.diagnostics} or self.sources)
        errors, warnings = self.count[Severity.ERROR], self.count[Severity.WARNING]
        problems = f"{plural(errors, 'error')}, {plural(warnings, 'warning')}"
        return f"{problems} in {plural(files, 'file')}"


class Look(NamedTuple):
    """How text may look where it is going."""

    width: int = 80
    ascii_only: bool = False
    wraps: bool = False
    """Whether messages are wrapped at words."""
    paint: Callable[[str, Style], str] = lambda text, _: text


def look(console: Console, stream: TextIO) -> Look:
    """Return how text may look on a stream."""
    return Look(
        width=console.width,
        ascii_only=is_ascii(stream),
        wraps=is_terminal(stream),
        paint=lambda text, style: console.paint(text, style, on=stream),
    )


def place(diagnostic: Diagnostic) -> str:
    """Return `file:line:column` as far as it is known."""
    parts = [diagnostic.file or "<spec>", diagnostic.line, diagnostic.column]
    return ":".join(str(part) for part in parts if part is not None)
