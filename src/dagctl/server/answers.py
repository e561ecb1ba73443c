"""Answers: JSON that any client can decode, and failures as `application/problem+json`."""

from __future__ import annotations

import hashlib
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from starlette.responses import JSONResponse, PlainTextResponse

from dagctl.errors import (
    ConflictError,
    ExitCode,
    KeyReusedError,
    SpecError,
    StaleVersionError,
    UnnamedVersionError,
    WorkspaceError,
)
from dagctl.explanations import EXPLANATIONS
from dagctl.patterns import lazy_pattern
from dagctl.server.refusals import ASK_OPERATORS, RETRYABLE, STATUSES, BusyError, RequestError
from dagctl.session.redaction import redacted
from dagctl.views.finding import bare_finding_data
from dagctl.views.versions import newer_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from dagctl.errors import DagctlError, Diagnostic
    from dagctl.next_step import Fix
    from dagctl.server.forms import FindingData, ProblemData

RETRY_AFTER = "2"
"""Seconds after which a client may try again."""
_STEPS = {
    ExitCode.NOT_SIGNED_IN: "sign in again",
    ExitCode.NOT_FOUND: "GET /dags lists what there is",
    ExitCode.UNFINISHED: "ask again: the next operation in this project settles it first",
}
"""What to do instead of a command, by the exit code that the failure would have."""
_PARAMETERS = frozenset({"if_exists"})
"""The options of commands that requests have, too."""
_CALLS = {
    "restore": "POST /dags/{dag_id}/restore",
    "history": "GET /dags/{dag_id}/versions",
    "show": "GET /dags/{dag_id}",
    "operators": "GET /operators?q=",
}
"""The request that does what a command does, by the command's name."""
_REQUESTS = {
    lazy_pattern(r"`dagctl help spec`"): "GET /openapi.json",
    lazy_pattern(r"`dagctl schema`"): "GET /schema",
    lazy_pattern(r"`dagctl templates`"): "GET /templates?project_id=",
    lazy_pattern(r"\bdagctl operators show ([\w.]+)"): r"GET /operators/\1",
    lazy_pattern(r"\bdagctl operators (\w+)"): r"GET /operators?q=\1",
}
"""The request that answers what a command would."""


class JsonAnswer(JSONResponse):
    """JSON in ASCII: clients that take a body without a charset for Latin-1 read it too."""

    def render(self, content: object) -> bytes:
        """Return the document as bytes."""
        return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def tagged(content: object) -> JsonAnswer:
    """Return an answer with an `ETag` of its bytes: for lists, which have no version."""
    answer = JsonAnswer(content)
    answer.headers["ETag"] = f'"{hashlib.sha256(answer.body).hexdigest()}"'
    return answer


class ProblemAnswer(JsonAnswer):
    """A failure, in the form of RFC 9457."""

    media_type = "application/problem+json"


class SourceAnswer(PlainTextResponse):
    """A DAG file."""

    media_type = "text/x-python"


def problem(error: DagctlError, request: Request) -> ProblemAnswer:
    """Return the answer to a request that failed."""
    status = _precondition(error, request) or status_of(error)
    _note(error, status, request)
    places_hidden = request.app.state.service.projects.shown

    def shown(text: str | None) -> str | None:
        return None if text is None else redacted(places_hidden(text))

    content: ProblemData = {
        "type": f"urn:dagctl:{error.code.lower().replace('_', '-')}",
        "title": _title(error),
        "status": int(status),
        "detail": shown(_detail(error)) or "",
        "code": error.code,
        "state": shown(error.state) or "",
        "fix": shown(_fix(error)),
        "retryable": error.exit_code in RETRYABLE,
        "request_id": request.state.request_id,
        "diagnostics": findings(error.diagnostics if isinstance(error, SpecError) else ()),
        "diff": shown(error.diff) if isinstance(error, ConflictError) else None,
        "newer": newer_data(error) if isinstance(error, StaleVersionError) else None,
    }
    return ProblemAnswer(content, int(status), _headers(error, request))


def _precondition(error: DagctlError, request: Request) -> HTTPStatus | None:
    """Return the status of an update that is based on no version, or on an older one."""
    if isinstance(error, UnnamedVersionError):  # RFC 6585
        return HTTPStatus.PRECONDITION_REQUIRED
    is_stale = isinstance(error, StaleVersionError) and "if-match" in request.headers
    return HTTPStatus.PRECONDITION_FAILED if is_stale else None


def status_of(error: DagctlError) -> HTTPStatus:
    """Return the HTTP status of a failure."""
    if isinstance(error, KeyReusedError):  # as the draft about the header has it
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return (
        error.status if isinstance(error, RequestError | BusyError) else STATUSES[error.exit_code]
    )


def _detail(error: DagctlError) -> str:
    """Return what failed; the keys of operations are no words of the caller's."""
    if isinstance(error, KeyReusedError):
        return "the Idempotency-Key was used for another request"
    return error.message


def _note(error: DagctlError, status: HTTPStatus, request: Request) -> None:
    """Let the log know, and in full where the operators have to see to it."""
    request.state.code = error.code
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        request.state.detail = error.message


def findings(diagnostics: tuple[Diagnostic, ...]) -> list[FindingData]:
    """Return findings about a body as JSON data."""
    return [_finding(diagnostic) for diagnostic in diagnostics]


def _finding(diagnostic: Diagnostic) -> FindingData:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in diagnostic.path)
    data = cast("FindingData", bare_finding_data(diagnostic))
    data["pointer"] = "".join(f"/{step}" for step in steps)
    data["hint"] = _hint(diagnostic.hint)
    if diagnostic.file is not None:  # a template or a file with settings; else the body
        data["file"] = diagnostic.file
    return data


def _hint(hint: str | None) -> str | None:
    """Return what to do about a finding, for a caller who has no command line here."""
    for command, request in _REQUESTS.items():
        hint = hint and command.sub(request, hint)
    return None if hint and "`dagctl " in hint else hint


def _fix(error: DagctlError) -> str | None:
    """Return the next step; one who calls has no command line here."""
    fix = error.fix
    calls = [_CALLS[name] for name in (fix.commands if fix else ()) if name in _CALLS]
    if calls:
        return calls[0]
    if isinstance(error, WorkspaceError) or (fix is not None and not _is_of_a_request(fix)):
        return _STEPS.get(error.exit_code, ASK_OPERATORS)
    if fix is None:
        return None
    worded = fix.worded({option: f"{option.name}={option.value}" for option in fix.options})
    return _hint(worded) or None


def _is_of_a_request(fix: Fix) -> bool:
    """Return whether a caller can take the step: no command, and parameters of requests only."""
    return not fix.commands and all(option.name in _PARAMETERS for option in fix.options)


def _title(error: DagctlError) -> str:
    """Return what kind of failure it is: HTTP's own words where the request itself is wrong."""
    return (
        error.status.phrase if isinstance(error, RequestError) else EXPLANATIONS[error.code].title
    )


def _headers(error: DagctlError, request: Request) -> Mapping[str, str]:
    if error.exit_code == ExitCode.NOT_SIGNED_IN:  # RFC 6750, section 3
        flaw = ', error="invalid_token"' if "authorization" in request.headers else ""
        return {"WWW-Authenticate": f'Bearer realm="dagctl"{flaw}'}
    if error.exit_code in RETRYABLE:
        return {"Retry-After": RETRY_AFTER}
    return error.headers if isinstance(error, RequestError) else {}
