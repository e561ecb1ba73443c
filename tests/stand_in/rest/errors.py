"""Errors of `/rest/v1`: the database's own, under the HTTP status that PostgREST gives them.

The table is that of PostgREST, `src/library/PostgREST/Error.hs`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.stand_in.messages import Response, json_response

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

    from tests.stand_in.auth.tokens import TokenError

EXACT = {
    "23503": 409,
    "23505": 409,
    "25006": 405,
    "21000": 500,  # but see `_status`
    "53400": 500,
    "57P01": 503,
    "P0001": 400,
    "42883": 404,
    "42P01": 404,
    "42P17": 500,
}
FIRST_TWO = {
    "08": 503,
    "09": 500,
    "0L": 403,
    "0P": 403,
    "25": 500,
    "28": 403,
    "2D": 500,
    "38": 500,
    "39": 500,
    "3B": 500,
    "40": 500,
    "53": 503,
    "54": 500,
    "55": 500,
    "57": 500,
    "58": 500,
    "F0": 500,
    "HV": 500,
    "P0": 500,
    "XX": 500,
}
NO_WHERE = "requires a WHERE clause"
"""How pg-safeupdate, which Supabase loads for the API, refuses to change every row of a table."""
CHALLENGE = {"www-authenticate": "Bearer"}
DECODING = {
    "key": "No suitable key or wrong key type",
    "algorithm": "Wrong or unsupported encoding algorithm",
    "signature": "No suitable key or wrong key type",
}
NO_KEY = "None of the keys was able to decode the JWT"
"""What stands in `details` where none of the project's keys has signed a token."""


class RestError(Exception):
    """A refusal as PostgREST words it."""

    def __init__(  # noqa: PLR0913 - a status, headers and the four fields of an error body
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: str | None = None,
        hint: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.details = details
        self.hint = hint
        self.headers = headers or {}

    def response(self) -> Response:
        body = {
            "code": self.code,
            "details": self.details,
            "hint": self.hint,
            "message": str(self),
        }
        proxy = {"proxy-status": f"PostgREST; error={self.code}"}
        return json_response(self.status, body, proxy | dict(self.headers))


def of_database(error: psycopg.Error, *, anonymous: bool) -> RestError:
    """Return the answer to an error of the database, whose words are kept."""
    if error.sqlstate is None:
        text = "Database client error. Retrying the connection."
        return RestError(503, "PGRST001", text, details=str(error))
    if error.sqlstate == "PGRST":
        return _raised_whole(error)
    status = _status(error.sqlstate, error.diag.message_primary or "", anonymous=anonymous)
    return RestError(
        status,
        error.sqlstate,
        error.diag.message_primary or str(error),
        details=error.diag.message_detail,
        hint=error.diag.message_hint,
        headers=CHALLENGE if status == 401 else {},
    )


def _status(sqlstate: str, message: str, *, anonymous: bool) -> int:
    if sqlstate == "42501":
        return 401 if anonymous else 403
    if sqlstate == "22023" and message.startswith("role") and message.endswith("does not exist"):
        return 401
    if sqlstate == "21000" and message.endswith(NO_WHERE):
        return 400
    if sqlstate.startswith("PT"):
        return int(sqlstate[2:]) if sqlstate[2:].isdigit() else 500
    return EXACT.get(sqlstate, FIRST_TWO.get(sqlstate[:2], 400))


def _raised_whole(error: psycopg.Error) -> RestError:
    """Read `raise sqlstate 'PGRST'`, with which a function writes the whole answer."""
    try:
        said = json.loads(error.diag.message_primary or "")
        told = json.loads(error.diag.message_detail or "")
        status, headers = int(told["status"]), told["headers"]
    except (ValueError, KeyError, TypeError):
        text = "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error"
        return RestError(500, "PGRST121", text)
    details, hint = said.get("details"), said.get("hint")
    return RestError(
        status, said["code"], said["message"], details=details, hint=hint, headers=headers
    )


def of_token(error: TokenError) -> RestError:
    """Return the answer to a token that is not accepted."""
    if error.flaw in {"expired", "future"}:
        text = "JWT expired" if error.flaw == "expired" else "JWT issued at future"
        return _unauthorized("PGRST303", text)
    if error.flaw == "parts":
        return _unauthorized("PGRST301", f"Expected 3 parts in JWT; got {error.parts}")
    details = NO_KEY if error.flaw in {"key", "signature"} else None
    return _unauthorized(
        "PGRST301", DECODING.get(error.flaw, "JWT couldn't be decoded"), details=details
    )


def _unauthorized(code: str, message: str, *, details: str | None = None) -> RestError:
    challenge = f'Bearer error="invalid_token", error_description="{message}"'
    headers = {"www-authenticate": challenge}
    return RestError(401, code, message, details=details, headers=headers)
