"""Use case: who is signed in, as what, by which token, for how long."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dagctl.errors import NotSignedInError
from dagctl.frozen import frozen
from dagctl.session.refusal import ended, not_signed_in

if TYPE_CHECKING:
    from dagctl.ports import GitIdentity
    from dagctl.session.ports import AuthServer, Clock, SessionStore
    from dagctl.session.session import User
    from dagctl.session.signed_in import SignedIn
    from dagctl.session.static_token import GivenToken


@frozen(kw_only=True)
class Identity:
    """Who is signed in."""

    url: str | None
    """The Supabase project; None: the local backend."""
    email: str
    user_id: str | None
    """None: only a login would show it."""
    source: str
    """What gave the token: the variables, or the path of the session."""
    project_id: str | None
    role: str | None = None
    """The role in the project: as the server last named it, or names it now if it was asked."""
    expires_at: datetime | None = None
    renews: bool = False
    """Whether the token renews itself."""
    is_checked: bool = False
    """Whether the server was asked."""


def stored(store: SessionStore, url: str, project_id: str | None, clock: Clock) -> Identity:
    """Return who is signed in by `dagctl login`; no server is asked.

    Raises:
        NotSignedInError: There is no session.
    """
    session = store.load()
    if session is None:
        raise not_signed_in(url, store.profile)
    if session.ended is not None:
        raise ended(session, store.profile, clock())
    return Identity(
        url=url,
        email=session.user.email,
        user_id=session.user.id,
        source=f"{store.place} and the keyring" if session.in_keyring else store.place,
        project_id=project_id,
        role=session.roles.get(project_id or ""),
        expires_at=datetime.fromtimestamp(session.expires_at, UTC),
        renews=True,
    )


def local(user: GitIdentity, user_id: str, project_id: str) -> Identity:
    """Return who works on the local backend: the user of git, who may do everything."""
    return Identity(
        url=None,
        email=user.email,
        user_id=user_id,
        source="git",
        project_id=project_id,
        role="owner",
    )


def given(token: GivenToken, url: str, source: str, project_id: str | None) -> Identity:
    """Return whom a token from the environment belongs to, by its own words."""
    until = token.expires_at
    return Identity(
        url=url,
        email=token.email,
        user_id=token.user_id,
        source=source,
        project_id=project_id,
        expires_at=None if until is None else datetime.fromtimestamp(until, UTC),
    )


def by_password(email: str, url: str, source: str, project_id: str | None) -> Identity:
    """Return who would be signed in by a password from the environment."""
    return Identity(
        url=url,
        email=email,
        user_id=None,
        source=source,
        project_id=project_id,
        renews=True,
    )


def ask(signed_in: SignedIn, auth: AuthServer, project_id: str | None) -> tuple[User, str | None]:
    """Return the user and the role in the project, as the server sees them now.

    Raises:
        NotSignedInError: The session is over.
        UnavailableError: The server does not answer.
    """
    user, token = _user(signed_in, auth)
    return user, None if project_id is None else auth.role(token, project_id)


def remember(store: SessionStore, project_id: str | None, role: str | None) -> None:
    """Keep what the server said about the role beside the stored session."""
    with store.lock():
        session = store.load()
        if session and project_id and session.roles.get(project_id) != role:
            store.save(session.with_role(project_id, role))


def _user(signed_in: SignedIn, auth: AuthServer) -> tuple[User, str]:
    """Return the user, and a token that the server accepts."""
    token = signed_in.access_token()
    try:
        return auth.user(token), token
    except NotSignedInError:
        newer = signed_in.refresh_after_401(token)
        return auth.user(newer), newer
