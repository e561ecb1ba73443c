"""The service at `/auth/v1`: what dagctl and the `supabase` client need of Supabase Auth.

Users are rows of `auth.users`; sessions, codes and flows live in the project's memory.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

from tests.stand_in import redirects, users
from tests.stand_in.messages import Response, json_response
from tests.stand_in.sessions import RefreshRefusedError
from tests.stand_in.tokens import TokenError

if TYPE_CHECKING:
    from tests.stand_in.messages import Request
    from tests.stand_in.project import Project
    from tests.stand_in.sessions import Session
    from tests.stand_in.users import User

API_VERSION = "2024-01-01"
FLAWS = {
    "parts": "token is malformed: token contains an invalid number of segments",
    "expired": "token has invalid claims: token is expired",
    "signature": "token signature is invalid",
}


class AuthError(Exception):
    """A refusal with its HTTP status and the error code of Supabase Auth."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def handle(project: Project, request: Request) -> Response:
    """Answer one request."""
    route = ROUTES.get((request.method, request.path))
    if route is None:
        return Response(404, b"404 page not found\n", {"content-type": "text/plain"})
    try:
        return route(project, request)
    except AuthError as error:
        return _refusal(request, error)
    except RefreshRefusedError as error:
        return _refusal(request, AuthError(400, error.code, str(error)))


def _refusal(request: Request, error: AuthError) -> Response:
    version = request.header("x-supabase-api-version")
    coded = {"x-sb-error-code": error.code}
    if version:
        body: dict[str, Any] = {"code": error.code, "message": str(error)}
        return json_response(error.status, body, coded | {"x-supabase-api-version": API_VERSION})
    body = {"code": error.status, "error_code": error.code, "msg": str(error)}
    return json_response(error.status, body, coded)


# --- Tokens ---


def _token(project: Project, request: Request) -> Response:
    grant = GRANTS.get(request.parameter("grant_type"))
    if grant is None:
        raise AuthError(400, "invalid_credentials", "unsupported_grant_type")
    return grant(project, _fields(request))


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
    return _new_session(project, user, "password")


def _refresh_grant(project: Project, fields: dict[str, Any]) -> Response:
    token = fields.get("refresh_token")
    if not token:
        oauth = {"error": "invalid_request", "error_description": "refresh_token required"}
        return json_response(400, oauth)
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
    return _new_session(project, _existing(project, flow.user_id), "oauth")


def _challenge(method: str, verifier: str) -> str:
    if method.lower() == "plain":
        return verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def _new_session(project: Project, user: User, method: str) -> Response:
    session = project.sessions.open(user.id, method, project.clock.now())
    return _session_response(project, user, session)


def _session_response(project: Project, user: User, session: Session) -> Response:
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
            "weak_password": None,
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


# --- One-time codes ---


def _otp(project: Project, request: Request) -> Response:
    fields = _fields(request)
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


def _verify(project: Project, request: Request) -> Response:
    fields = _fields(request)
    email, code = str(fields.get("email") or "").lower(), str(fields.get("token") or "")
    if not email or not code or not fields.get("type"):
        text = "Verify requires either a token or a token hash"
        raise AuthError(400, "validation_failed", text)
    sent = project.codes.get(email)
    fresh = sent and project.clock.now() <= sent[1] + project.settings.otp_seconds
    user = users.by_email(project.database, email)
    if user is None or sent is None or not fresh or not secrets.compare_digest(sent[0], code):
        raise AuthError(403, "otp_expired", "Token has expired or is invalid")
    del project.codes[email]
    return _new_session(project, user, "otp")


# --- The browser ---


def _authorize(project: Project, request: Request) -> Response:
    provider = request.parameter("provider")
    if provider not in project.settings.providers:
        text = "Unsupported provider: provider is not enabled"
        raise AuthError(400, "validation_failed", text)
    challenge = request.parameter("code_challenge")
    method = request.parameter("code_challenge_method")
    if not challenge or not method:
        text = "PKCE flow requires code_challenge_method and code_challenge"
        raise AuthError(400, "validation_failed", text)
    back = redirects.allowed(request.parameter("redirect_to"), project.settings.site_url)
    return redirects.come_back(project, back, challenge, method)


# --- The user ---


def _user(project: Project, request: Request) -> Response:
    user, _ = _authenticated(project, request)
    return json_response(200, user.described())


def _logout(project: Project, request: Request) -> Response:
    scope = request.parameter("scope") or "global"
    user, claims = _authenticated(project, request)
    session_id = str(claims.get("session_id"))
    match scope:
        case "local":
            project.sessions.close(session_id)
        case "others":
            project.sessions.close_all(user.id, but=session_id)
        case "global":
            project.sessions.close_all(user.id)
        case _:
            raise AuthError(400, "validation_failed", f'Unsupported logout scope "{scope}"')
    return Response(204)


def _authenticated(project: Project, request: Request) -> tuple[User, dict[str, Any]]:
    if not request.bearer:
        text = "This endpoint requires a valid Bearer token"
        raise AuthError(401, "no_authorization", text)
    try:
        claims = project.tokens.verify(request.bearer)
    except TokenError as error:
        flaw = FLAWS.get(error.flaw, "token is unverifiable")
        text = f"invalid JWT: unable to parse or verify signature, {flaw}"
        raise AuthError(403, "bad_jwt", text) from error
    if not claims.get("sub"):
        raise AuthError(403, "bad_jwt", "invalid claim: missing sub claim")
    user = _existing(project, str(claims["sub"]))
    if claims.get("session_id") and project.sessions.get(claims["session_id"]) is None:
        text = "Session from session_id claim in JWT does not exist"
        raise AuthError(403, "session_not_found", text)
    if user.banned:
        raise AuthError(403, "user_banned", "User is banned")
    return user, claims


def _existing(project: Project, user_id: str) -> User:
    user = users.by_id(project.database, user_id)
    if user is None:
        text = "User from sub claim in JWT does not exist"
        raise AuthError(403, "user_not_found", text)
    return user


# --- What anybody may read ---


def _jwks(project: Project, _request: Request) -> Response:
    return json_response(200, project.tokens.jwks(), {"cache-control": "public, max-age=600"})


def _settings(project: Project, _request: Request) -> Response:
    external = dict.fromkeys(project.settings.providers, True)
    external["email"] = project.settings.password_login
    return json_response(200, {"external": external, "disable_signup": True})


def _health(_project: Project, _request: Request) -> Response:
    return json_response(200, {"version": "stand-in", "name": "GoTrue", "description": ""})


def _fields(request: Request) -> dict[str, Any]:
    try:
        fields = request.json()
    except json.JSONDecodeError as error:
        text = "Could not parse request body as JSON"
        raise AuthError(400, "bad_json", text) from error
    return fields if isinstance(fields, dict) else {}


GRANTS = {"password": _password_grant, "refresh_token": _refresh_grant, "pkce": _pkce_grant}
ROUTES = {
    ("POST", "/token"): _token,
    ("POST", "/otp"): _otp,
    ("POST", "/verify"): _verify,
    ("GET", "/authorize"): _authorize,
    ("GET", "/user"): _user,
    ("POST", "/logout"): _logout,
    ("GET", "/.well-known/jwks.json"): _jwks,
    ("GET", "/settings"): _settings,
    ("GET", "/health"): _health,
}
OPEN = frozenset({"/authorize", "/verify", "/.well-known/jwks.json"})
"""The routes that the gateway lets through without an API key: a browser opens them."""
