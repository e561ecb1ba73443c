"""Use case: end the stored session, on this device only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import DagctlError, NotSignedInError
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from dagctl.session.ports import AuthServer, Clock, SessionStore
    from dagctl.session.session import Session, User


@frozen
class LogoutResult:
    """Whose session was removed from this device, and whether the server ended it too."""

    user: User | None
    """None: there was no session that could be read."""
    server: str | None
    """Why the server did not end the session; None: it did, or there was nothing to end."""


def logout(auth: AuthServer, store: SessionStore, clock: Clock) -> LogoutResult:
    """Delete the local copy, whatever state it is in; then end the session on the server.

    If there is none, nothing is made either, as a lock would be.

    The copy goes first: from then on no one else can use its tokens, and if the server does not
    answer, nothing is left that could be.

    Raises:
        UnavailableError: The local copy cannot be deleted.
    """
    if not store.is_there():
        return LogoutResult(None, None)
    with store.lock():
        session, token = _taken(store)
        store.delete()
    if session is None:
        return LogoutResult(None, None)
    if session.ended is not None:
        return LogoutResult(session.user, None)
    return LogoutResult(session.user, _end(auth, session, token, clock()))


def _taken(store: SessionStore) -> tuple[Session | None, str]:
    """Return the session and its refresh token, as far as they can be read."""
    try:
        session = store.load()
    except DagctlError:
        return None, ""
    if session is None or session.ended is not None:
        return session, ""
    try:
        return session, store.refresh_token(session)
    except DagctlError:
        return session, ""


def _end(auth: AuthServer, session: Session, refresh_token: str, now: float) -> str | None:
    """End the session on the server; return why that failed."""
    try:
        if session.is_fresh(now) or not refresh_token:
            auth.sign_out(session.access_token)
        else:
            auth.sign_out(auth.refresh(refresh_token).access_token)
    except NotSignedInError:  # the server knows it no more
        return None
    except DagctlError as error:
        return error.message
    return None
