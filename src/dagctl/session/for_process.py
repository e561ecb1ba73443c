"""A session of one process: signed in at its start, in memory, signed out at its end."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from dagctl.errors import DagctlError, NotSignedInError
from dagctl.next_step import LOGIN, Fix
from dagctl.session.redaction import remember
from dagctl.session.renewing import RenewingSession
from dagctl.session.session import Session
from dagctl.session.session_source import EMAIL, PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.session.ports import AuthServer, Clock
    from dagctl.session.session import Tokens


class MemorySession:
    """The `SessionStore` of one process."""

    place = "memory"
    profile = None

    def __init__(self, session: Session | None = None) -> None:
        self._session = session
        self._lock = threading.Lock()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the session for the length of the block."""
        with self._lock:
            yield

    def load(self) -> Session | None:
        """Return the session."""
        return self._session

    def refresh_token(self, session: Session) -> str:
        """Return the refresh token."""
        return session.refresh_token

    def save(self, session: Session) -> Session:
        """Keep the session."""
        self._session = session
        return session

    def is_there(self) -> bool:
        """Return whether there is a session."""
        return self._session is not None

    def delete(self) -> None:
        """Forget the session."""
        self._session = None


HINT = Fix(f"correct {EMAIL} and {PASSWORD}; without them, the session of `", LOGIN, "` is used")


class ProcessSession(RenewingSession):
    """The session for `DAGCTL_EMAIL` and `DAGCTL_PASSWORD`, as a `SignedIn`."""

    def __init__(
        self, url: str, credentials: tuple[str, str], auth: AuthServer, clock: Clock
    ) -> None:
        remember(credentials[1])
        try:
            tokens = _signed_in(auth, credentials)
        except DagctlError:
            auth.close()
            raise
        store = MemorySession(Session.begin(url, tokens, clock()))
        super().__init__(url, store, auth, clock)

    def close(self) -> None:
        """Sign out; if the server does not answer, the session ends by itself in time."""
        with suppress(DagctlError):
            self._auth.sign_out(self.access_token())
        self._store.delete()
        super().close()


def _signed_in(auth: AuthServer, credentials: tuple[str, str]) -> Tokens:
    """Return the tokens of a new session; a refusal names where the credentials come from."""
    try:
        return auth.sign_in(*credentials)
    except NotSignedInError as error:
        raise NotSignedInError(
            f"{EMAIL} and {PASSWORD} do not sign in: {error.message}", hint=HINT
        ) from error
