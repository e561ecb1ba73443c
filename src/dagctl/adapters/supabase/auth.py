"""The `AuthServer` over Supabase Auth (`/auth/v1`).

The endpoints, their answers and error codes are those of the API version 2024-01-01.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from dagctl.adapters.http.http_client import ONCE, PatientClient
from dagctl.adapters.http.retry import pause
from dagctl.adapters.supabase.http import open_client
from dagctl.errors import NotFoundError, NotSignedInError, UnavailableError, UsageError
from dagctl.next_step import EXPORT_MIGRATIONS, Fix
from dagctl.session.redaction import redacted
from dagctl.session.refusal import REASONS, SessionEndedError
from dagctl.session.session import Tokens, User

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagctl.adapters.http.http_client import Connections
    from dagctl.adapters.http.messages import Response
    from dagctl.endpoint import Endpoint

VERSION = {"X-Supabase-Api-Version": "2024-01-01"}
WORDS = {
    "invalid_credentials": "the e-mail address or the password is wrong",
    "email_not_confirmed": "the e-mail address is not confirmed yet: see your mail",
    "email_provider_disabled": "the project does not allow passwords: use --otp or --provider",
    "otp_disabled": "there is no user with this e-mail address, or codes are not allowed",
    "otp_expired": "the code is wrong or has run out",
    "user_banned": "the user is banned",
    "flow_state_expired": "the login took longer than 5 minutes",
    "flow_state_not_found": "the login took too long, or was used already",
}
"""What error codes mean to a person who signs in."""
NO_PROVIDERS = frozenset({"email", "phone", "anonymous_users"})
"""What the server lists among the providers, but has no page to sign in."""
LONGEST_LIFE = 10 * 365 * 86_400
"""The most seconds that an access token may be good for: more is nonsense."""
LONGEST_TEXT = 200
"""How much of what a server says is repeated."""
UNAUTHORIZED, NOT_FOUND, CONFLICT = 401, 404, 409
MALFORMED = "validation_failed"
"""What a refresh is answered whose token has not even the form of one (GoTrue's `Validate`)."""
LONGEST_LINK = 4_096
"""Characters of a link that is pasted in place of a code."""


class SupabaseAuth:
    """The auth endpoints of one project. Connects on the first call; safe to use from threads.

    Args:
        endpoint: The project.
        connections: What to send requests through; by default connections of its own.
    """

    def __init__(self, endpoint: Endpoint, connections: Connections | None = None) -> None:
        self._endpoint = endpoint
        self._connections = connections
        self._opening = threading.Lock()
        self._opened: PatientClient | None = None

    # --- Beginning a session ---

    def sign_in(self, email: str, password: str) -> Tokens:
        """Return the tokens of a new session."""
        return self._grant("password", {"email": email, "password": password})

    def send_code(self, email: str) -> None:
        """Mail a one-time code; a typing error does not create a user."""
        self._called("POST", "/otp", {"email": email, "create_user": False}, once=True)

    def verify_code(self, email: str, code: str) -> Tokens:
        """Return the tokens of a new session for the code that was mailed, or for its link.

        Of a link only the token in it is used; it goes to this project, wherever the link leads.

        Raises:
            UsageError: It is a link without a token.
        """
        fields = _of_link(code) or {"type": "email", "email": email, "token": code}
        return _tokens(self._called("POST", "/verify", fields, once=True))

    def providers(self) -> frozenset[str]:
        """Return at which providers users of the project may sign in."""
        settings = self._called("GET", "/settings")
        external = settings.get("external") if isinstance(settings, dict) else None
        enabled = external.items() if isinstance(external, dict) else ()
        return frozenset(str(name) for name, on in enabled if on is True) - NO_PROVIDERS

    def authorize_url(self, provider: str, redirect_to: str, challenge: str) -> str:
        """Return the page that a browser opens to sign in at a provider."""
        query = {
            "provider": provider,
            "redirect_to": redirect_to,
            "code_challenge": challenge,
            "code_challenge_method": "s256",
        }
        return f"{self._endpoint.url}/auth/v1/authorize?{urlencode(query)}"

    def exchange_code(self, code: str, verifier: str) -> Tokens:
        """Return the tokens of a new session for the code that a browser brought back."""
        fields = {"auth_code": code, "code_verifier": verifier}
        return self._grant("pkce", fields, once=True)

    # --- Going on with it, and ending it ---

    def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens for the session.

        Raises:
            SessionEndedError: The session is over, for good.
            UnavailableError: Anything else: the session stands.
        """
        response = self._refresh_response(refresh_token)
        if response.is_success:
            return _tokens(_json(response))
        code, text = _refusal(response)
        if code == MALFORMED:
            raise SessionEndedError("refresh_token_invalid")
        if code in REASONS:
            raise SessionEndedError(code)
        raise UnavailableError(
            f"the session could not be renewed: HTTP {response.status_code}: {text}",
            state="the session is kept",
        )

    def user(self, access_token: str) -> User:
        """Return whom a token belongs to, as the server sees it now."""
        return _user(self._called("GET", "/user", token=access_token))

    def role(self, access_token: str, project_id: str) -> str | None:
        """Return the user's role in a project, or None.

        Raises:
            NotFoundError: The project has none of dagctl's tables and functions.
        """
        response = self._client.post(
            f"{self._endpoint.url}/rest/v1/rpc/project_role",
            json={"p_project": project_id},
            headers={"Authorization": f"Bearer {access_token}"},
        )
        if response.status_code == NOT_FOUND:
            raise NotFoundError(
                "the Supabase project has no function project_role",
                hint=Fix("apply dagctl's migrations: ", EXPORT_MIGRATIONS),
            )
        if not response.is_success:
            raise _refused(response)
        role = _json(response)
        return role if isinstance(role, str) else None

    def sign_out(self, access_token: str) -> None:
        """End the session on the server: this device's only."""
        self._called("POST", "/logout?scope=local", token=access_token)

    def signing_keys(self) -> Sequence[Mapping[str, object]]:
        """Return the public keys that tokens are signed with, each a JSON Web Key."""
        response = self._send("GET", "/.well-known/jwks.json", once=True)
        document = _json(response) if response.is_success else None
        keys = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
            raise UnavailableError(
                f"{response.url.host} answered HTTP {response.status_code} and no key set",
                hint="check the url of the project",
            )
        return keys

    def close(self) -> None:
        """Hang up."""
        with self._opening:
            if self._opened is not None:
                self._opened.close()
            self._opened = None

    # --- Inside ---

    @property
    def _client(self) -> PatientClient:
        with self._opening:
            if self._opened is None:
                self._opened = open_client(self._endpoint, connections=self._connections)
            return self._opened

    def _grant(self, kind: str, fields: Mapping[str, str], *, once: bool = False) -> Tokens:
        return _tokens(self._called("POST", f"/token?grant_type={kind}", fields, once=once))

    def _refresh_response(self, refresh_token: str) -> Response:
        """Return the answer to a refresh; the server asks for a second try if many come at once."""
        path, fields = "/token?grant_type=refresh_token", {"refresh_token": refresh_token}
        response = self._send("POST", path, fields)
        for tries in range(1, 4):
            if response.status_code != CONFLICT:
                break
            self._client.wait(pause(tries, response.headers))
            response = self._send("POST", path, fields)
        return response

    def _called(
        self,
        method: str,
        path: str,
        fields: Mapping[str, object] | None = None,
        *,
        token: str | None = None,
        once: bool = False,
    ) -> object:
        """Return the JSON of a call that succeeds; nothing for an empty answer."""
        response = self._send(method, path, fields, token=token, once=once)
        if not response.is_success:
            raise _refused(response)
        return _json(response) if response.content else None

    def _send(
        self,
        method: str,
        path: str,
        fields: Mapping[str, object] | None = None,
        *,
        token: str | None = None,
        once: bool = False,
    ) -> Response:
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        return self._client.request(
            method,
            f"{self._endpoint.url}/auth/v1{path}",
            json=fields,
            headers={**VERSION, **bearer},
            extensions=ONCE if once else {},
        )


# --- What the server says -------------------------------------------------------------------------


def _of_link(text: str) -> dict[str, str] | None:
    """Return what a link in a mail stands for; None for a code."""
    if not text.lower().startswith(("http://", "https://")):
        return None
    query = parse_qs(urlsplit(text[:LONGEST_LINK]).query)
    token = next(iter(query.get("token_hash") or query.get("token") or ()), None)
    if token is None:
        raise UsageError(
            "the link has no token", hint="copy the link from the mail, and do not open it before"
        )
    return {"type": "email", "token_hash": token}


def _json(response: Response) -> object:
    try:
        return response.json()
    except (ValueError, RecursionError):
        host = response.url.host
        raise UnavailableError(
            f"{host} answered something that is not JSON", hint="check the url of the project"
        ) from None  # its text may hold what was answered


def _tokens(data: object) -> Tokens:
    fields = data if isinstance(data, dict) else {}
    lifetime = fields.get("expires_in")
    if not isinstance(lifetime, int | float) or not 0 < lifetime <= LONGEST_LIFE:
        raise _no_session()
    return Tokens(
        user=_user(fields.get("user")),
        access_token=_token(fields.get("access_token")),
        refresh_token=_token(fields.get("refresh_token")),
        expires_in=float(lifetime),
    )


def _token(value: object) -> str:
    """Return a token that can stand in a header as it is."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value:
        raise _no_session()
    return value


def _user(data: object) -> User:
    fields: dict[str, Any] = data if isinstance(data, dict) else {}
    if not isinstance(fields.get("id"), str):
        raise _no_session()
    return User(fields["id"], str(fields.get("email") or ""))


def _no_session() -> UnavailableError:
    return UnavailableError(
        "the server answered something that is not a session", hint="check the url of the project"
    )


def _refused(response: Response) -> Exception:
    """Return the error about an answer that refuses."""
    code, text = _refusal(response)
    if response.status_code == UNAUTHORIZED and "api key" in text.lower():
        return UsageError(
            f"the project does not know the publishable key: {text}",
            hint="copy it from the project's settings, API keys",
        )
    if code in REASONS and code not in WORDS:
        return SessionEndedError(code)
    return NotSignedInError(WORDS.get(code, f"the server refused: {text}"))


def _refusal(response: Response) -> tuple[str, str]:
    """Return the error code and the text of an answer, in whichever of its shapes."""
    try:
        data = response.json()
    except (ValueError, RecursionError):
        data = None
    fields = data if isinstance(data, dict) else {}
    code = next((fields[key] for key in ("error_code", "code", "error") if key in fields), "")
    texts = (fields.get(key) for key in ("message", "msg", "error_description", "error"))
    text = next((str(message) for message in texts if message), f"HTTP {response.status_code}")
    return str(code), redacted(text)[:LONGEST_TEXT]
