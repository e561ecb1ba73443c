"""Findings about a spec as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dagctl.errors import Diagnostic


def finding_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return a finding as JSON data: what is wrong, where in the document, where in its text."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "file": diagnostic.file,
        "path": list(diagnostic.path),
        "range": _range(diagnostic),
    }


def _range(diagnostic: Diagnostic) -> dict[str, Any] | None:
    if diagnostic.line is None:
        return None
    return {
        "start": {"line": diagnostic.line, "column": diagnostic.column},
        "end": {"line": diagnostic.end_line, "column": diagnostic.end_column},
    }
