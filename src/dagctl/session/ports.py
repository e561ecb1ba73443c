"""What a session needs of the world, as Protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from dagctl.session.session import Session, Tokens, User


class Clock(Protocol):
    """The clock of this machine."""

    def __call__(self) -> float:
        """Return the seconds since 1970."""


class SessionStore(Protocol):
    """Keeps one session: of one URL, under one profile."""

    @property
    def place(self) -> str:
        """Where it is kept, for people."""

    @property
    def profile(self) -> str | None:
        """The profile under which it is kept; None: it is not kept beyond this process."""

    def lock(self) -> AbstractContextManager[None]:
        """Hold the session, among all processes that may renew it, for the length of the block.

        Raises:
            UnavailableError: Somebody else has held it for too long.
        """

    def load(self) -> Session | None:
        """Return the session, or None if there is none.

        Raises:
            NotSignedInError: What is kept is damaged, or could have been read by others.
        """

    def refresh_token(self, session: Session) -> str:
        """Return the refresh token of a session that was just loaded.

        Raises:
            UnavailableError: The keyring that has it does not answer.
        """

    def save(self, session: Session) -> Session:
        """Keep the session, durably, in place of what was there; return it as it is kept.

        If the keyring does not take the refresh token, it is kept with the rest.
        """

    def is_there(self) -> bool:
        """Return whether there is anything to forget: a session, or what is left of one."""

    def delete(self) -> None:
        """Forget the session, whatever state it is in."""


class BrowserListener(Protocol):
    """Waits for a browser to come back from a provider's page."""

    @property
    def redirect_to(self) -> str:
        """The secret address that the browser is sent back to."""

    def wait(self, seconds: float) -> Mapping[str, str]:
        """Return the query that the browser brings.

        Raises:
            NotSignedInError: None came in time.
        """


class AuthServer(Protocol):
    """The auth endpoints of a project.

    Every call raises `UnavailableError` if the server does not answer, and `NotSignedInError` if it
    refuses; what the caller must distinguish is said at the call.
    """

    def sign_in(self, email: str, password: str) -> Tokens:
        """Return the tokens of a new session."""

    def send_code(self, email: str) -> None:
        """Mail a one-time code to a user who exists."""

    def verify_code(self, email: str, code: str) -> Tokens:
        """Return the tokens of a new session for the code that was mailed."""

    def providers(self) -> frozenset[str]:
        """Return at which providers users of the project may sign in."""

    def authorize_url(self, provider: str, redirect_to: str, challenge: str) -> str:
        """Return the page that a browser opens to sign in at a provider."""

    def exchange_code(self, code: str, verifier: str) -> Tokens:
        """Return the tokens of a new session for the code that a browser brought back."""

    def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens for the session.

        Raises:
            SessionEndedError: The session is over, for good.
            UnavailableError: Anything else: the session stands.
        """

    def user(self, access_token: str) -> User:
        """Return whom a token belongs to, as the server sees it now."""

    def role(self, access_token: str, project_id: str) -> str | None:
        """Return the user's role in a project, or None."""

    def sign_out(self, access_token: str) -> None:
        """End the session on the server: this device's only."""

    def signing_keys(self) -> Sequence[Mapping[str, object]]:
        """Return the public keys that tokens are signed with, each a JSON Web Key (RFC 7517).

        There are none if the project signs with a shared secret. It is asked once, without
        patience: who waits for an answer asks again.

        Raises:
            UnavailableError: The server does not answer, or not with a key set.
        """

    def close(self) -> None:
        """Hang up."""
