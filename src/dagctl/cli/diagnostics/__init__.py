"""Findings about specs, written for people and for machines: one module a format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.cli.diagnostics.findings_report import DiagnosticReport, Look, look
from dagctl.cli.diagnostics.findings_text import concise, text
from dagctl.cli.diagnostics.github import github
from dagctl.cli.diagnostics.sarif import sarif

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dagctl.cli.terminal.console import Console
    from dagctl.errors import Diagnostic

FORMATS: Mapping[str, Callable[[DiagnosticReport, Look], Iterator[str]]] = {
    "text": text,
    "concise": concise,
    "github": github,
    "sarif": sarif,
}
"""How to write a report in each format; JSON is an envelope of its own."""


def write_diagnostics(console: Console, diagnostics: Iterable[Diagnostic]) -> None:
    """Write findings as text to standard error, with the lines that they are about."""
    for line in text(DiagnosticReport(tuple(diagnostics)), look(console, console.err)):
        console.error(line)


__all__ = ["FORMATS", "DiagnosticReport", "Look", "look", "write_diagnostics"]
