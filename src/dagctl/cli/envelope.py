"""The JSON form of every result and failure; `docs/reference/json/` holds its schemas. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.cli.invocation import PLANNED
from dagctl.errors import ConflictError, ExitCode, SpecError
from dagctl.session.redaction import redacted
from dagctl.views.finding import finding_data

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagctl.cli.invocation import Invocation
    from dagctl.errors import DagctlError, Diagnostic

SCHEMA_VERSION = "1.0"
"""A new minor version may add keys; a new major version may change or remove them."""


def envelope(
    invocation: Invocation,
    *,
    result: dict[str, Any] | None = None,
    diagnostics: Iterable[Diagnostic] = (),
    error: DagctlError | None = None,
) -> dict[str, Any]:
    """Return the one JSON document of a run."""
    dry_run = {"dry_run": invocation.dry_run} if invocation.command in PLANNED else {}
    return {
        "schema_version": SCHEMA_VERSION,
        "command": invocation.command,
        "ok": error is None,
        **dry_run,
        "result": result,
        "diagnostics": [finding_data(diagnostic) for diagnostic in diagnostics],
        "error": None if error is None else _error(error),
    }


def failure(invocation: Invocation, error: DagctlError) -> dict[str, Any]:
    """Return the one JSON document of a run that failed."""
    diagnostics = error.diagnostics if isinstance(error, SpecError) else ()
    return envelope(invocation, result=invocation.result, diagnostics=diagnostics, error=error)


def _error(error: DagctlError) -> dict[str, Any]:
    return {
        "code": error.code,
        "exit_code": int(error.exit_code),
        "message": redacted(error.message),
        "state": redacted(error.state),
        "fix": None if error.hint is None else redacted(error.hint),
        "retryable": error.exit_code == ExitCode.UNAVAILABLE,
        "diff": redacted(error.diff) if isinstance(error, ConflictError) and error.diff else None,
    }
