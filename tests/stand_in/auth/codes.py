"""Logging in with a one-time code that was sent to an address."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from tests.stand_in.auth import users
from tests.stand_in.auth.errors import AuthError
from tests.stand_in.auth.fields import fields_of
from tests.stand_in.auth.grants import new_session
from tests.stand_in.messages import Response, json_response

if TYPE_CHECKING:
    from tests.stand_in.messages import Request
    from tests.stand_in.project import Project


def send(project: Project, request: Request) -> Response:
    """ "Send" a code, that is, keep it where the test finds it."""
    fields = fields_of(request)
    email = str(fields.get("email") or "").lower()
    if not email:
        raise AuthError(400, "validation_failed", "One of email or phone must be set")
    user = users.by_email(project.database, email)
    if user is None and not fields.get("create_user", True):
        raise AuthError(422, "otp_disabled", "Signups not allowed for otp")
    if user is None:
        users.add(project.database, email, password=None)
    project.codes[email] = (f"{secrets.randbelow(10**6):06d}", project.clock.now())
    return json_response(200, {})


def verify(project: Project, request: Request) -> Response:
    """Open a session for whoever knows the code. Each code is good once."""
    fields = fields_of(request)
    email, code = str(fields.get("email") or "").lower(), str(fields.get("token") or "")
    if fields.get("token_hash"):
        email, code = _of_hash(project, str(fields["token_hash"]))
    if not email or not code or not fields.get("type"):
        text = "Verify requires either a token or a token hash"
        raise AuthError(400, "validation_failed", text)
    sent = project.codes.get(email)
    fresh = sent and project.clock.now() <= sent[1] + project.settings.otp_seconds
    user = users.by_email(project.database, email)
    if user is None or sent is None or not fresh or not secrets.compare_digest(sent[0], code):
        raise AuthError(403, "otp_expired", "Token has expired or is invalid")
    del project.codes[email]
    return new_session(project, user, "otp")


def token_hash(email: str, code: str) -> str:
    """Return what stands in the mail's link (`crypto.GenerateTokenHash` of Supabase Auth)."""
    return hashlib.sha224(f"{email}{code}".encode()).hexdigest()


def _of_hash(project: Project, given: str) -> tuple[str, str]:
    for email, (code, _) in project.codes.items():
        if secrets.compare_digest(token_hash(email, code), given):
            return email, code
    raise AuthError(403, "otp_expired", "Email link is invalid or has expired")
