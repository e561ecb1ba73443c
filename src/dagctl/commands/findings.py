"""Findings about a spec as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dagctl.errors import Diagnostic


def finding_data(found: Diagnostic) -> dict[str, Any]:
    """Return a finding as JSON data: what is wrong, where in the document, where in its text."""
    return {
        "code": found.code,
        "severity": found.severity.value,
        "message": found.message,
        "hint": found.hint,
        "file": found.file,
        "path": list(found.path),
        "range": _range(found),
    }


def _range(found: Diagnostic) -> dict[str, Any] | None:
    if found.line is None:
        return None
    return {
        "start": {"line": found.line, "column": found.column},
        "end": {"line": found.end_line, "column": found.end_column},
    }
