"""The ways to a session: a password, a refresh token, a code from a provider's page."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

from tests.stand_in.auth import users
from tests.stand_in.auth.errors import AuthError
from tests.stand_in.auth.sessions import is_formed
from tests.stand_in.messages import Response, json_response

if TYPE_CHECKING:
    from tests.stand_in.auth.sessions import Session
    from tests.stand_in.auth.users import User
    from tests.stand_in.project import Project


def _password_grant(project: Project, fields: dict[str, Any]) -> Response:
    if not fields.get("email"):
        raise AuthError(400, "validation_failed", "missing email or phone")
    if not project.settings.password_login:
        raise AuthError(422, "email_provider_disabled", "Email logins are disabled")
    user = users.by_email(project.database, fields["email"])
    if user is None or not user.has_password:
        raise AuthError(400, "invalid_credentials", "Invalid login credentials")
    if user.banned:
        raise AuthError(400, "user_banned", "User is banned")
    if not user.accepts(str(fields.get("password", ""))):
        raise AuthError(400, "invalid_credentials", "Invalid login credentials")
    if not user.confirmed:
        raise AuthError(400, "email_not_confirmed", "Email not confirmed")
    return new_session(project, user, "password", weak_password=None)


def _refresh_grant(project: Project, fields: dict[str, Any]) -> Response:
    token = fields.get("refresh_token")
    if not is_formed(str(token or "")):
        raise AuthError(400, "validation_failed", "Refresh token is not valid")
    session = project.sessions.refresh(str(token), project.clock.now())
    user = users.by_id(project.database, session.user_id)
    if user is None:
        text = "Invalid Refresh Token: Refresh Token Not Found"
        raise AuthError(400, "refresh_token_not_found", text)
    if user.banned:
        raise AuthError(400, "user_banned", "Invalid Refresh Token: User Banned")
    return _session_response(project, user, session)


def _pkce_grant(project: Project, fields: dict[str, Any]) -> Response:
    code, verifier = fields.get("auth_code"), fields.get("code_verifier")
    if not code or not verifier:
        text = "invalid request: both auth code and code verifier should be non-empty"
        raise AuthError(400, "validation_failed", text)
    flow = project.flows.get(str(code))
    if flow is None:
        text = "invalid flow state, no valid flow state found"
        raise AuthError(404, "flow_state_not_found", text)
    if project.clock.now() > flow.started_at + project.settings.flow_seconds:
        text = "invalid flow state, flow state has expired"
        raise AuthError(422, "flow_state_expired", text)
    if not secrets.compare_digest(_challenge(flow.method, str(verifier)), flow.challenge):
        text = "code challenge does not match previously saved code verifier"
        raise AuthError(400, "bad_code_verifier", text)
    del project.flows[str(code)]
    return new_session(project, existing_user(project, flow.user_id), "oauth")


def _challenge(method: str, verifier: str) -> str:
    if method.lower() == "plain":
        return verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def new_session(project: Project, user: User, method: str, **told: object) -> Response:
    """Open a session for a user who has shown who it is; answer with its first tokens.

    Args:
        project: The project.
        user: The user.
        method: How the user has shown it.
        told: What else stands in the answer.
    """
    session = project.sessions.open(user.id, method, project.clock.now())
    return _session_response(project, user, session, **told)


def _session_response(project: Project, user: User, session: Session, **told: object) -> Response:
    lifetime = project.settings.access_token_seconds
    claims = access_claims(project, user, session)
    return json_response(
        200,
        {
            "access_token": project.tokens.sign(claims),
            "token_type": "bearer",
            "expires_in": lifetime,
            "expires_at": claims["exp"],
            "refresh_token": session.refresh_token(),
            "user": user.described(),
            **told,
        },
    )


def access_claims(project: Project, user: User, session: Session) -> dict[str, Any]:
    """Return the claims of an access token that is issued now."""
    now = int(project.clock.now())
    return {
        "iss": f"{project.url}/auth/v1",
        "sub": user.id,
        "aud": "authenticated",
        "exp": now + project.settings.access_token_seconds,
        "iat": now,
        "email": user.email,
        "phone": "",
        "app_metadata": user.app_metadata,
        "user_metadata": user.user_metadata,
        "role": "authenticated",
        "aal": "aal1",
        "amr": [{"method": session.method, "timestamp": int(session.started_at)}],
        "session_id": session.id,
        "is_anonymous": False,
    }


def existing_user(project: Project, user_id: str) -> User:
    """Return a user.

    Raises:
        AuthError: There is none of that id (any more).
    """
    user = users.by_id(project.database, user_id)
    if user is None:
        text = "User from sub claim in JWT does not exist"
        raise AuthError(403, "user_not_found", text)
    return user


GRANTS = {"password": _password_grant, "refresh_token": _refresh_grant, "pkce": _pkce_grant}
