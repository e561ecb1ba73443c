"""Use case: begin a session and store it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagctl.errors import DagctlError
from dagctl.session.model import Session
from dagctl.session.pkce import Proof, code_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.session.model import Tokens, User
    from dagctl.session.ports import AuthServer, BrowserListener, Clock, SessionStore

    Way = Callable[[AuthServer], Tokens]

MINUTES = 5
"""How long a login through a browser may take; the server forgets it after that."""


@dataclass(frozen=True, slots=True)
class LoginResult:
    """Who is signed in, where, and as what."""

    user: User
    url: str
    place: str
    """Where the session is stored."""
    project_id: str | None
    role: str | None
    """The user's role in the project; None: no member, or the server did not tell."""


def login(  # noqa: PLR0913 - a login has two ends and three facts
    way: Way,
    auth: AuthServer,
    store: SessionStore,
    *,
    url: str,
    project_id: str | None,
    clock: Clock,
) -> LoginResult:
    """Sign in and store the session, in place of an earlier one.

    Raises:
        NotSignedInError: The server refuses.
        UnavailableError: It does not answer, or the session cannot be stored.
    """
    tokens = way(auth)
    session = Session.begin(url, tokens, clock())
    role = _role(auth, tokens.access_token, project_id)
    if project_id is not None:
        session = session.with_role(project_id, role)
    with store.lock():
        store.save(session)
    return LoginResult(tokens.user, url, store.place, project_id, role)


def by_password(email: str, password: str) -> Way:
    """Return the way in by a password."""
    return lambda auth: auth.sign_in(email, password)


def by_code(email: str, ask: Callable[[], str]) -> Way:
    """Return the way in by a code that is mailed, then asked for."""

    def way(auth: AuthServer) -> Tokens:
        auth.send_code(email)
        return auth.verify_code(email, ask())

    return way


def by_browser(provider: str, listener: BrowserListener, show: Callable[[str], None]) -> Way:
    """Return the way in through the page of a provider, which `show` brings to the user."""

    def way(auth: AuthServer) -> Tokens:
        proof = Proof()
        show(auth.authorize_url(provider, listener.redirect_to, proof.challenge))
        code = code_of(listener.wait(MINUTES * 60))
        return auth.exchange_code(code, proof.verifier)

    return way


def _role(auth: AuthServer, token: str, project_id: str | None) -> str | None:
    """Return the role, as far as the server tells: a login does not depend on it."""
    if project_id is None:
        return None
    try:
        return auth.role(token, project_id)
    except DagctlError:
        return None
