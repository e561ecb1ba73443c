"""Findings about a spec as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypedDict

from dagctl.errors import Severity
from dagctl.views.form import Positive, rules

if TYPE_CHECKING:
    from dagctl.errors import Diagnostic


class PlaceData(TypedDict):
    """A place in a text; lines and columns count from 1, columns in characters."""

    line: Positive
    column: Positive


class RangeData(TypedDict):
    """A stretch of a text; the end is exclusive."""

    start: PlaceData
    end: PlaceData


class BareFindingData(TypedDict):
    """One finding about a spec, without the file that it is in."""

    code: Annotated[str, rules(pattern="^[A-Z_]+[0-9]*$")]
    """As in `dagctl explain CODE`."""
    severity: Severity
    message: str
    hint: str | None
    """What to do about it, in one line."""
    path: list[str | int]
    """Keys and indexes that lead to the value."""
    range: RangeData | None


class DiagnosticData(BareFindingData):
    """One finding about a spec."""

    file: str | None
    """As it was given, or `<stdin>`."""


def finding_data(diagnostic: Diagnostic) -> DiagnosticData:
    """Return a finding as JSON data: what is wrong, where in the document, where in its text."""
    return {**bare_finding_data(diagnostic), "file": diagnostic.file}


def bare_finding_data(diagnostic: Diagnostic) -> BareFindingData:
    """Return a finding as JSON data, without its file."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "path": list(diagnostic.path),
        "range": _range(diagnostic),
    }


def _range(diagnostic: Diagnostic) -> RangeData | None:
    """Return where it is; a finding that has a place and no end is about that place."""
    if diagnostic.line is None:
        return None
    start: PlaceData = {"line": diagnostic.line, "column": diagnostic.column or 1}
    if diagnostic.end_line is None or diagnostic.end_column is None:
        return {"start": start, "end": start}
    return {
        "start": start,
        "end": {"line": diagnostic.end_line, "column": diagnostic.end_column},
    }
