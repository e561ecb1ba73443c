"""Errors of `/auth/v1`, in the form that the client's API version asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.stand_in.messages import Response, json_response

if TYPE_CHECKING:
    from tests.stand_in.messages import Request

API_VERSION = "2024-01-01"


class AuthError(Exception):
    """A refusal with its HTTP status and the error code of Supabase Auth."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def refusal(request: Request, error: AuthError) -> Response:
    """Return the answer to a refused request."""
    version = request.header("x-supabase-api-version")
    coded = {"x-sb-error-code": error.code}
    if version:
        body: dict[str, Any] = {"code": error.code, "message": str(error)}
        return json_response(error.status, body, coded | {"x-supabase-api-version": API_VERSION})
    body = {"code": error.status, "error_code": error.code, "msg": str(error)}
    return json_response(error.status, body, coded)
