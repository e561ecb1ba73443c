"""The JSON document of a run: its result or its failure, and what was said of specs. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NotRequired, TypedDict

from dagctl.cli.invocation import PLANNED
from dagctl.errors import ConflictError, ExitCode, SpecError
from dagctl.session.redaction import redacted
from dagctl.views.finding import DiagnosticData, finding_data
from dagctl.views.form import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dagctl.cli.invocation import Invocation
    from dagctl.errors import DagctlError, Diagnostic

SCHEMA_VERSION = "1.0"
"""A new minor version may add keys; a new major version may change or remove them."""


class ErrorData(TypedDict):
    """Why a run failed."""

    code: Annotated[str, rules(pattern="^[A-Z_]+$")]
    """As in `dagctl explain CODE`."""
    exit_code: ExitCode
    message: str
    state: str
    """What state things are in now."""
    fix: str | None
    """The one next step."""
    retryable: bool
    """Whether the same command may succeed later, as it is."""
    diff: str | None
    """For a conflict: what stands against what was expected."""


class EnvelopeData(TypedDict):
    """What `--output json` prints. Readers pass over keys that they do not know."""

    schema_version: Annotated[str, rules(pattern=r"^1\.[0-9]+$")]
    """A minor version may add keys."""
    command: str | None
    ok: bool
    dry_run: NotRequired[bool]
    """Of the commands that have `--dry-run`."""
    result: dict[str, Any] | None
    """Null after a failure, but for what was achieved before it."""
    diagnostics: list[DiagnosticData]
    error: ErrorData | None


def envelope(
    invocation: Invocation,
    *,
    result: Mapping[str, Any] | None = None,
    diagnostics: Iterable[Diagnostic] = (),
    error: DagctlError | None = None,
) -> EnvelopeData:
    """Return the one JSON document of a run."""
    document: EnvelopeData = {
        "schema_version": SCHEMA_VERSION,
        "command": invocation.command,
        "ok": error is None,
        "result": None if result is None else dict(result),
        "diagnostics": [finding_data(diagnostic) for diagnostic in diagnostics],
        "error": None if error is None else _error(error),
    }
    if invocation.command in PLANNED:
        document["dry_run"] = invocation.dry_run
    return document


def failure(invocation: Invocation, error: DagctlError) -> EnvelopeData:
    """Return the one JSON document of a run that failed."""
    diagnostics = error.diagnostics if isinstance(error, SpecError) else ()
    return envelope(invocation, result=invocation.result, diagnostics=diagnostics, error=error)


def _error(error: DagctlError) -> ErrorData:
    return {
        "code": error.code,
        "exit_code": error.exit_code,
        "message": redacted(error.message),
        "state": redacted(error.state),
        "fix": None if error.hint is None else redacted(error.hint),
        "retryable": error.exit_code == ExitCode.UNAVAILABLE,
        "diff": redacted(error.diff) if isinstance(error, ConflictError) and error.diff else None,
    }
