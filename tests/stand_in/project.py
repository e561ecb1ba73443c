"""One Supabase project: what its services share, and who a request comes from."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.stand_in.auth.sessions import Sessions
from tests.stand_in.database import Caller, Database

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stand_in.auth.tokens import TokenIssuer
    from tests.stand_in.clock import Clock
    from tests.stand_in.messages import Request


@dataclass(slots=True)
class Settings:
    """What a project's owner can set, with the defaults of hosted projects."""

    max_rows: int = 1000
    repeated_seconds: float = 30.0
    """For how long a transaction is repeated that deadlocks; a true server does so without end."""
    access_token_seconds: int = 3600
    otp_seconds: int = 3600
    flow_seconds: int = 300
    while_uploading: Callable[[], object] = int
    """What happens while the bytes of an upload travel: after the policies, before the write."""
    password_login: bool = True
    providers: frozenset[str] = frozenset({"github", "google"})
    site_url: str = "http://site.example"
    key_as_token: bool = False
    """Whether the gateway puts a token of the role `anon` where only the API key was sent."""


@dataclass
class Keys:
    """The two API keys of a project; a client may hold the publishable one only."""

    publishable: str = field(default_factory=lambda: f"sb_publishable_{secrets.token_urlsafe(24)}")
    secret: str = field(default_factory=lambda: f"sb_secret_{secrets.token_urlsafe(24)}")

    def role(self, key: str | None) -> str | None:
        """Return the database role that a key stands for, or None if it is not ours."""
        return {self.publishable: "anon", self.secret: "service_role"}.get(key or "")


@dataclass
class Flow:
    """A login that went to a provider and has come back with a code."""

    user_id: str
    challenge: str
    method: str
    started_at: float


@dataclass
class Project:
    """A database and everything that lives beside it. Tests get a fresh one each."""

    database: Database
    keys: Keys
    clock: Clock
    tokens: TokenIssuer
    url: str = ""
    settings: Settings = field(default_factory=Settings)
    sessions: Sessions = field(default_factory=Sessions)
    objects: dict[str, bytes] = field(default_factory=dict)
    """The bytes of stored objects by version."""
    codes: dict[str, tuple[str, float]] = field(default_factory=dict)
    """One-time codes by e-mail address, with the time they were sent."""
    flows: dict[str, Flow] = field(default_factory=dict)
    provider_user: str | None = None
    """The user whom the provider's page logs in; None: who clicks "cancel" there."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def key_caller(self, request: Request) -> Caller:
        """Return the caller that the API key alone stands for."""
        role = self.keys.role(api_key(request)) or "anon"
        return Caller(role, {"role": role})

    def caller(self, request: Request, *, leeway: float = 0.0) -> Caller:
        """Return who sent the request, by its bearer token or else by its API key.

        Raises:
            TokenError: The token is not accepted.
        """
        token = request.bearer
        if token is None or self.keys.role(token):
            return self.key_caller(request)
        claims = self.tokens.verify(token, leeway=leeway)
        return Caller(str(claims.get("role", "anon")), claims)


def api_key(request: Request) -> str:
    return request.header("apikey") or request.parameter("apikey")
