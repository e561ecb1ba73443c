"""SARIF 2.1.0, for code scanning: one run, its rules, and a result for each finding."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dagctl import __version__
from dagctl.cli.terminal.text import json_text
from dagctl.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.cli.diagnostics.findings_report import DiagnosticReport, Look
    from dagctl.errors import Diagnostic

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(report: DiagnosticReport, look: Look) -> Iterator[str]:
    """Yield the log as one JSON document; files are relative URIs."""
    codes = list(dict.fromkeys(diagnostic.code for diagnostic in report.diagnostics))
    driver = {
        "name": "dagctl",
        "semanticVersion": __version__,
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes) for diagnostic in report.diagnostics],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    yield json_text(log, ascii_only=look.ascii_only)


def _rule(code: str) -> dict[str, Any]:
    from dagctl.explanations import EXPLANATIONS

    entry = EXPLANATIONS[code]
    return {
        "id": code,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.explanation},
        "help": {"text": entry.fix},
    }


def _result(diagnostic: Diagnostic, codes: list[str]) -> dict[str, Any]:
    hint = f" ({diagnostic.hint})" if diagnostic.hint else ""
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": codes.index(diagnostic.code),
        "level": LEVELS[diagnostic.severity],
        "message": {"text": diagnostic.message + hint},
        "locations": [{"physicalLocation": _location(diagnostic)}],
    }


def _location(diagnostic: Diagnostic) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(diagnostic.file or "spec")}}
    if diagnostic.line is not None:
        region = {
            "startLine": diagnostic.line,
            "startColumn": diagnostic.column,
            "endLine": diagnostic.end_line,
            "endColumn": diagnostic.end_column,
        }
        location["region"] = {key: value for key, value in region.items() if value is not None}
    return location


def _uri(file: str) -> str:
    """Return a reference relative to the current folder; a file elsewhere keeps its full path."""
    path = Path(file)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    text = quote(path.as_posix(), errors="surrogateescape")
    return f"file://{text}" if path.is_absolute() else text
