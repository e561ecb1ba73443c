"""The service at `/auth/v1`: what dagctl and the `supabase` client need of Supabase Auth.

Users are rows of `auth.users`; sessions, codes and flows live in the project's memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.stand_in.auth import codes, redirects
from tests.stand_in.auth.errors import AuthError, refusal
from tests.stand_in.auth.fields import fields_of
from tests.stand_in.auth.grants import GRANTS, existing_user
from tests.stand_in.auth.sessions import RefreshRefusedError
from tests.stand_in.auth.tokens import TokenError
from tests.stand_in.messages import Response, json_response

if TYPE_CHECKING:
    from tests.stand_in.auth.users import User
    from tests.stand_in.messages import Request
    from tests.stand_in.project import Project

FLAWS = {
    "parts": "token is malformed: token contains an invalid number of segments",
    "expired": "token has invalid claims: token is expired",
    "signature": "token signature is invalid",
}
PROVIDERS = frozenset({"github", "google", "gitlab", "azure", "apple"})
"""Some of the providers that Supabase Auth knows, enabled in a project or not."""


def handle(project: Project, request: Request) -> Response:
    """Answer one request."""
    route = ROUTES.get((request.method, request.path))
    if route is None:
        return Response(404, b"404 page not found\n", {"content-type": "text/plain"})
    try:
        return route(project, request)
    except AuthError as error:
        return refusal(request, error)
    except RefreshRefusedError as error:
        return refusal(request, AuthError(400, error.code, str(error)))


def _token(project: Project, request: Request) -> Response:
    grant = GRANTS.get(request.parameter("grant_type"))
    if grant is None:
        raise AuthError(400, "invalid_credentials", "unsupported_grant_type")
    return grant(project, fields_of(request))


# --- The browser ---


def _authorize(project: Project, request: Request) -> Response:
    provider = request.parameter("provider")
    if provider not in project.settings.providers:
        is_known = provider in PROVIDERS
        flaw = "provider is not enabled" if is_known else f"Provider {provider} could not be found"
        raise AuthError(400, "validation_failed", f"Unsupported provider: {flaw}")
    challenge = request.parameter("code_challenge")
    method = request.parameter("code_challenge_method")
    if not challenge or not method:
        text = "PKCE flow requires code_challenge_method and code_challenge"
        raise AuthError(400, "validation_failed", text)
    if not 43 <= len(challenge) <= 128:  # RFC 7636, section 4.2
        text = "code challenge has to be between 43 and 128 characters"
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
    user = existing_user(project, str(claims["sub"]))
    if claims.get("session_id") and project.sessions.get(claims["session_id"]) is None:
        text = "Session from session_id claim in JWT does not exist"
        raise AuthError(403, "session_not_found", text)
    if user.banned:
        raise AuthError(403, "user_banned", "User is banned")
    return user, claims


# --- What anybody may read ---


def _jwks(project: Project, _request: Request) -> Response:
    return json_response(200, project.tokens.jwks(), {"cache-control": "public, max-age=600"})


def _settings(project: Project, _request: Request) -> Response:
    external = dict.fromkeys(project.settings.providers, True)
    external["email"] = project.settings.password_login
    return json_response(200, {"external": external, "disable_signup": True})


def _health(_project: Project, _request: Request) -> Response:
    return json_response(200, {"version": "stand-in", "name": "GoTrue", "description": ""})


ROUTES = {
    ("POST", "/token"): _token,
    ("POST", "/otp"): codes.send,
    ("POST", "/verify"): codes.verify,
    ("GET", "/authorize"): _authorize,
    ("GET", "/user"): _user,
    ("POST", "/logout"): _logout,
    ("GET", "/.well-known/jwks.json"): _jwks,
    ("GET", "/settings"): _settings,
    ("GET", "/health"): _health,
}
OPEN = frozenset({"/authorize", "/verify", "/.well-known/jwks.json"})
"""The routes that the gateway lets through without an API key: a browser opens them."""
