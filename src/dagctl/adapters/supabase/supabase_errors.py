"""What Supabase refuses, as dagctl's own errors. Pure.

Facts come from PostgREST's `references/errors` and from Storage's source: its business errors are
all HTTP 400, the real status stands in the body.
"""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus

from dagctl.adapters.supabase.rows import stale_version_of
from dagctl.errors import (
    ConflictError,
    DagctlError,
    NotAMemberError,
    NotSignedInError,
    UnavailableError,
    UsageError,
)
from dagctl.frozen import frozen
from dagctl.next_step import DOCTOR, EXPORT_MIGRATIONS, LINK, TRY_LATER, Command, Fix
from dagctl.session.redaction import redacted


class TooLargeError(UnavailableError):
    """An answer has more bytes than dagctl takes, or the database makes: ask for less."""


NEWEST_MIGRATION = "20261130000100"
"""The migration that this dagctl works with, which `dagctl_version` of the project answers."""
NO_FUNCTION = frozenset({"PGRST202", "PGRST205", "42883", "42P01"})
"""How PostgREST and PostgreSQL say that a function or a table does not exist."""

LONGEST = 500
"""How much of what a server says is repeated, in characters."""

TOKEN_FLAWS = ('"exp" claim', "JWS", "JWT", "signature verification failed")
"""How Storage words that a token is not good; its status is that of a missing right."""


@frozen(kw_only=True)
class Refusal:
    """An answer that is no success, whichever service gave it."""

    status: int
    """The real one: Storage has it in the body."""
    code: str | None = None
    """The SQLSTATE or PGRST code; for Storage the `error` of the body."""
    message: str = ""
    details: str | None = None
    hint: str | None = None
    is_foreign: bool = False
    """Whether it is not in the form of the service: a gateway or a proxy spoke."""


def error_of(refusal: Refusal, what: str) -> DagctlError:
    """Return the error that a refusal means.

    Args:
        refusal: What was answered.
        what: What was asked for, for people: "reserve", "upload of dags/x.py".
    """
    refusal = replace(refusal, message=_plain(refusal.message), hint=_plain(refusal.hint or ""))
    said = refusal.message or f"HTTP {refusal.status}"
    if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:  # it may have been acted on
        return UnavailableError(f"{what}: {said}", hint=TRY_LATER)
    if refusal.status == HTTPStatus.UNAUTHORIZED or _is_about_token(refusal):
        return _not_signed_in(refusal, said)
    if refusal.status == HTTPStatus.FORBIDDEN or refusal.code == "42501":
        return NotAMemberError(_denied(refusal, what, said), hint=_denied_hint(refusal))
    if refusal.status == HTTPStatus.NOT_FOUND or refusal.code in NO_FUNCTION:
        return _missing(refusal, what, said)
    if refusal.status == HTTPStatus.CONFLICT:
        return _conflict(refusal, said)
    return ConflictError(f"{what} was refused: {said}", hint=_limit_hint(refusal))


def is_missing_object(refusal: Refusal) -> bool:
    """Return whether Storage itself says that an object does not exist, or is not visible."""
    return (
        refusal.status == HTTPStatus.NOT_FOUND
        and not refusal.is_foreign
        and "ucket" not in refusal.message
    )


def _plain(text: str) -> str:
    """Return a server's words on one line, without a token and without end."""
    return redacted(" ".join(text.split()))[:LONGEST]


def _is_about_token(refusal: Refusal) -> bool:
    is_flaw = refusal.code == "InvalidJWT" or any(flaw in refusal.message for flaw in TOKEN_FLAWS)
    return is_flaw and not refusal.is_foreign


def _missing(refusal: Refusal, what: str, said: str) -> UsageError:
    if refusal.code not in NO_FUNCTION:
        return UsageError(f"{what}: the project has no such thing: {said}", hint=Fix(DOCTOR))
    return UsageError(
        f"{what}: the project lacks dagctl's migrations up to {NEWEST_MIGRATION}: {said}",
        hint=Fix("apply them: ", EXPORT_MIGRATIONS),
    )


def _conflict(refusal: Refusal, said: str) -> ConflictError:
    """Return the conflict; of an update whose DAG has moved on, the `hint` is data (JSON)."""
    if refusal.details != "version_moved":
        return ConflictError(said, hint=refusal.hint or "run the command again")
    try:
        return stale_version_of(json.loads(refusal.hint or ""))
    except (ValueError, RecursionError, UnavailableError):  # a database without that data
        return ConflictError(said, hint="run the command again")


def _not_signed_in(refusal: Refusal, said: str) -> DagctlError:
    if "API key" in refusal.message:
        return UsageError(
            f"the server does not accept the publishable key: {said}",
            hint=Fix("copy it again from the project's settings: ", LINK),
        )
    return NotSignedInError(f"the server does not accept the session: {said}")


def _denied(refusal: Refusal, what: str, said: str) -> str:
    if refusal.details == "not_a_member":
        return said
    return f"{what}: the project does not allow you this: {said}"


def _denied_hint(refusal: Refusal) -> Fix | str:
    if refusal.message.startswith("permission denied for"):
        return Fix(DOCTOR, ": a migration or a grant is missing")
    return refusal.hint or "ask an owner of the project to add you as an editor"


def _limit_hint(refusal: Refusal) -> Fix | str:
    hints: dict[int, Fix | str] = {
        413: "raise the file size limit of the bucket, or split the DAG",
        415: Fix("allow text/x-python in the bucket: ", Command("migrations", "export")),
    }
    return hints.get(refusal.status) or refusal.hint or Fix(DOCTOR)
