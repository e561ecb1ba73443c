"""A session that renews itself, early, and once for all who share it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from dagctl.errors import NotSignedInError, UnavailableError
from dagctl.session.refusal import LOG_IN, SessionEndedError, ended, not_signed_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.session.ports import AuthServer, Clock, SessionStore
    from dagctl.session.session import Session


class RenewingSession:
    """The session in a store, as a `SignedIn`.

    A refresh token is good once, and one that is two steps behind ends the session everywhere. So
    none is kept in memory: under the store's lock the session is read again, and only if it is
    still the old one is its refresh token sent. Sending the same one again after a lost answer is
    harmless: the server then answers with the token that it had answered before.
    """

    def __init__(self, url: str, store: SessionStore, auth: AuthServer, clock: Clock) -> None:
        self._url = url
        self._store = store
        self._auth = auth
        self._clock = clock
        self._mutex = threading.Lock()
        self._session = self._checked(store.load())

    @property
    def user_id(self) -> str:
        """The user's id."""
        return self._session.user.id

    @property
    def email(self) -> str:
        """The user's e-mail address."""
        return self._session.user.email

    def access_token(self) -> str:
        """Return a token that is good for two minutes yet."""
        with self._mutex:
            if not self._is_fresh(self._session):
                self._session = self._refreshed(unless=self._is_fresh)
            return self._session.access_token

    def refresh_after_401(self, token: str) -> str:
        """Return a token other than `token`."""
        with self._mutex:
            if self._session.access_token == token:
                self._session = self._refreshed(
                    unless=lambda session: session.access_token != token and self._is_fresh(session)
                )
            return self._session.access_token

    def close(self) -> None:
        """Hang up; the session itself outlives the process."""
        self._auth.close()

    def _is_fresh(self, session: Session) -> bool:
        return session.is_fresh(self._clock())

    def _refreshed(self, *, unless: Callable[[Session], bool]) -> Session:
        with self._store.lock():
            session = self._same_user(self._checked(self._store.load()))
            return session if unless(session) else self._renewed(session)

    def _renewed(self, session: Session) -> Session:
        try:
            tokens = self._auth.refresh(self._store.refresh_token(session))
        except SessionEndedError as error:
            dead = session.dead(error.reason)
            self._store.save(dead)
            raise ended(dead, self._store.profile, self._clock()) from error
        if tokens.user.id != session.user.id:
            raise UnavailableError("the server answered a refresh with another user's session")
        renewed = session.renewed(tokens, self._clock())
        self._store.save(renewed)
        return renewed

    def _checked(self, session: Session | None) -> Session:
        """Return the session, if it may be sent to the project's URL."""
        if session is None or session.url != self._url:
            raise not_signed_in(self._url, self._store.profile)
        if session.ended is not None:
            raise ended(session, self._store.profile, self._clock())
        return session

    def _same_user(self, session: Session) -> Session:
        if session.user.id != self._session.user.id:
            raise NotSignedInError(
                f"{session.user.email} has signed in meanwhile, in place of {self.email}",
                hint=LOG_IN,
            )
        return session
