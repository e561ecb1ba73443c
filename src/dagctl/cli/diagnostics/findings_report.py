"""A report: what was found in which texts, and how the reader's terminal looks."""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from dagctl.cli.terminal.console import MOST, is_ascii, is_terminal
from dagctl.cli.terminal.text import plural
from dagctl.errors import Diagnostic, Severity, Source
from dagctl.findings.codes import Code
from dagctl.frozen import frozen
from dagctl.session.redaction import masked

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from dagctl.cli.terminal.console import Console, Style

_SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFO)


@frozen
class DiagnosticReport:
    """The findings of one run, in the order of the files and then of the text."""

    diagnostics: tuple[Diagnostic, ...]
    _masked: dict[int, Source] = field(default_factory=dict, repr=False, compare=False)

    def line(self, diagnostic: Diagnostic) -> str | None:
        """Return the line of text that a finding is about, with stars in place of secrets."""
        source = diagnostic.source
        if source is None or diagnostic.line is None:
            return None
        if id(source) not in self._masked:  # once a text, as one may have many findings
            self._masked[id(source)] = Source(source.name, masked(source.text))
        line = self._masked[id(source)].line(diagnostic.line) or ""
        for secret in self._secrets.get((id(source), diagnostic.line), ()):
            start, end = (secret.column or 1) - 1, len(line)
            if secret.end_line == secret.line and secret.end_column:
                end = secret.end_column - 1
            line = line[:start] + "*" * (end - start) + line[end:]
        return line

    @cached_property
    def _secrets(self) -> dict[tuple[int, int | None], list[Diagnostic]]:
        """The findings about secrets, by their text and line: a name may be all that shows them."""
        secrets: dict[tuple[int, int | None], list[Diagnostic]] = {}
        for each in self.diagnostics:
            if each.code == Code.PLAIN_CREDENTIAL:
                secrets.setdefault((id(each.source), each.line), []).append(each)
        return secrets

    def first(self, most: int | None) -> tuple[Diagnostic, ...]:
        """Return so many findings in their order: errors before warnings before the rest."""
        if most is None or len(self.diagnostics) <= most:
            return self.diagnostics
        ranks = {severity: rank for rank, severity in enumerate(_SEVERITIES)}
        numbered = sorted(enumerate(self.diagnostics), key=lambda each: ranks[each[1].severity])
        return tuple(diagnostic for _, diagnostic in sorted(numbered[:most], key=itemgetter(0)))

    @property
    def count(self) -> Counter[Severity]:
        """How many errors and warnings there are."""
        return Counter(diagnostic.severity for diagnostic in self.diagnostics)

    @property
    def advice(self) -> str:
        """`1 warning`, `2 info`, or both: what stands in no way."""
        warnings, infos = self.count[Severity.WARNING], self.count[Severity.INFO]
        parts = [plural(warnings, "warning")] if warnings else []
        return ", ".join([*parts, f"{infos} info"] if infos else parts)

    @property
    def totals(self) -> str:
        """`4 errors, 0 warnings in 1 file`."""
        files = len({diagnostic.file for diagnostic in self.diagnostics})
        errors, warnings = self.count[Severity.ERROR], self.count[Severity.WARNING]
        problems = f"{plural(errors, 'error')}, {plural(warnings, 'warning')}"
        if self.count[Severity.INFO]:
            problems += f", {self.count[Severity.INFO]} info"
        return f"{problems} in {plural(files, 'file')}"


class Look(NamedTuple):
    """How text may look where it is going."""

    width: int = 80
    ascii_only: bool = False
    wraps: bool = False
    """Whether messages are wrapped at words."""
    paint: Callable[[str, Style], str] = lambda text, _: text
    most: int | None = None
    """How many findings are shown with their lines; None: all."""


def look(console: Console, stream: TextIO) -> Look:
    """Return how text may look on a stream."""
    return Look(
        width=console.width,
        ascii_only=is_ascii(stream),
        wraps=is_terminal(stream),
        paint=lambda text, style: console.paint(text, style, on=stream),
        most=None if console.verbose else MOST,
    )


def place(diagnostic: Diagnostic) -> str:
    """Return `file:line:column` as far as it is known."""
    parts = [diagnostic.file or "<spec>", diagnostic.line, diagnostic.column]
    return ":".join(str(part) for part in parts if part is not None)
