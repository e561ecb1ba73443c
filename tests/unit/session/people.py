"""A session, and an auth server in memory that rotates refresh tokens as Supabase Auth does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dagctl.errors import NotSignedInError, UnavailableError
from dagctl.session.refusal import SessionEndedError
from dagctl.session.session import Session, Tokens, User

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

URL = "https://abc.supabase.co"
ADA = User("6f1c2e0a-3a44-4b0e-9d0c-6b1f1f6d9a57", "ada@example.com")


def tokens(number: int, *, user: User = ADA, lifetime: float = 3600) -> Tokens:
    return Tokens(
        user=user,
        access_token=f"access-{number}",
        refresh_token=f"refresh-{number}",
        expires_in=lifetime,
    )


def session(number: int = 0, *, now: float = 0) -> Session:
    return Session.begin(URL, tokens(number), now)


@dataclass
class Rotation:
    """The auth server of one session. A token two steps behind ends the session for all."""

    active: int = 0
    fault: str | None = None
    sent: list[int] = field(default_factory=list)
    over: str | None = None
    lifetime: float = 3600
    signed_out: list[str] = field(default_factory=list)

    def refresh(self, refresh_token: str) -> Tokens:
        number = int(refresh_token.removeprefix("refresh-"))
        self.sent.append(number)
        fault, self.fault = self.fault, None
        if fault == "lost before":
            raise UnavailableError("no answer")
        if self.over or number < self.active - 1:
            self.over = self.over or "refresh_token_already_used"
            raise SessionEndedError(self.over)
        self.active += number == self.active
        if fault == "lost after":
            raise UnavailableError("no answer")
        return tokens(self.active, lifetime=self.lifetime)

    def sign_in(self, email: str, password: str) -> Tokens:
        if password != "good":
            raise NotSignedInError("the e-mail address or the password is wrong")
        return tokens(self.active, user=User(ADA.id, email))

    def send_code(self, email: str) -> None:
        raise NotImplementedError(email)

    def verify_code(self, email: str, code: str) -> Tokens:
        raise NotImplementedError(email, code)

    def providers(self) -> frozenset[str]:
        raise NotImplementedError

    def authorize_url(self, provider: str, redirect_to: str, challenge: str) -> str:
        raise NotImplementedError(provider, redirect_to, challenge)

    def exchange_code(self, code: str, verifier: str) -> Tokens:
        raise NotImplementedError(code, verifier)

    def user(self, access_token: str) -> User:
        raise NotImplementedError(access_token)

    def role(self, access_token: str, project_id: str) -> str | None:
        raise NotImplementedError(access_token, project_id)

    def sign_out(self, access_token: str) -> None:
        self.signed_out.append(access_token)

    def signing_keys(self) -> Sequence[Mapping[str, object]]:
        raise NotImplementedError

    def close(self) -> None:
        """There is nothing to hang up."""
