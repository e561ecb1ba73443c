"""What only a server refuses, with its HTTP status; everything else is a command's refusal."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from dagctl.errors import ExitCode, UnavailableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.next_step import Fix

ASK_OPERATORS = "ask the operators of the server"
"""The one next step of a caller where only they can do something."""


class RequestError(UsageError):
    """The request itself is wrong: its path, parameters, headers or body."""

    def __init__(
        self,
        message: str,
        *,
        status: HTTPStatus = HTTPStatus.BAD_REQUEST,
        hint: Fix | str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.headers = headers or {}
        """What the answer says besides."""


class BusyError(UnavailableError):
    """Too much is under way; nothing was begun."""

    status = HTTPStatus.TOO_MANY_REQUESTS


def shutting_down() -> UnavailableError:
    """Return the answer to what the server does not begin, or does not wait for, as it stops."""
    return UnavailableError("the server is shutting down", hint="try again in a moment")


STATUSES = {
    ExitCode.BUG: HTTPStatus.INTERNAL_SERVER_ERROR,
    ExitCode.USAGE: HTTPStatus.BAD_REQUEST,
    ExitCode.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    ExitCode.NOT_SIGNED_IN: HTTPStatus.UNAUTHORIZED,
    ExitCode.NOT_A_MEMBER: HTTPStatus.FORBIDDEN,
    ExitCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ExitCode.CONFLICT: HTTPStatus.CONFLICT,
    ExitCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    ExitCode.UNFINISHED: HTTPStatus.SERVICE_UNAVAILABLE,
    ExitCode.INTERRUPTED: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The HTTP status of each exit code that a failure can have."""
RETRYABLE = frozenset(
    code for code, status in STATUSES.items() if status is HTTPStatus.SERVICE_UNAVAILABLE
)
"""The exit codes of failures after which the same request may succeed."""
