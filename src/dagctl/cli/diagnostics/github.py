"""Annotations in a GitHub pull request.

Form and escapes: "Workflow commands for GitHub Actions", and `escapeData` and `escapeProperty` in
`@actions/core`. The end column is inclusive there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.cli.terminal.text import shown_character
from dagctl.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.cli.diagnostics.findings_report import DiagnosticReport, Look
    from dagctl.errors import Diagnostic

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
PROPERTY = {**DATA, ":": "%3A", ",": "%2C"}


def github(report: DiagnosticReport, _: Look) -> Iterator[str]:
    """Yield the workflow command of each finding."""
    for diagnostic in report.diagnostics:
        hint = f"\n{diagnostic.hint}" if diagnostic.hint else ""
        message = _escape(diagnostic.message + hint, DATA)
        yield f"::{COMMANDS[diagnostic.severity]} {','.join(_properties(diagnostic))}::{message}"


def _properties(diagnostic: Diagnostic) -> Iterator[str]:
    values = {
        "file": diagnostic.file,
        "line": diagnostic.line,
        "col": diagnostic.column,
        "endLine": diagnostic.end_line,
        "endColumn": diagnostic.end_column,
        "title": f"dagctl ({diagnostic.code})",
    }
    for name, value in values.items():
        if value is not None:
            yield f"{name}={_escape(str(value), PROPERTY)}"


def _escape(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(character) or shown_character(character) for character in text)
