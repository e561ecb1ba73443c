"""Use case: begin a session and store it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import DagctlError, NotSignedInError, UsageError
from dagctl.frozen import frozen
from dagctl.next_step import Fix, Option
from dagctl.session.pkce import Proof, code_of
from dagctl.session.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.session.ports import AuthServer, BrowserListener, Clock, SessionStore
    from dagctl.session.session import Tokens, User
    from dagctl.settings import Remote

    Way = Callable[[AuthServer], Tokens]

MINUTES = 5
"""How long a login through a browser may take; the server forgets it after that."""


@frozen(kw_only=True)
class LoginResult:
    """Who is signed in, where, and as what."""

    user: User
    url: str
    place: str
    """Where the session is stored."""
    project_id: str | None
    role: str | None
    """The user's role in the project; None: no member, or not known."""
    role_failure: str | None
    """Why the role is not known; None: the server was asked and has answered, or need not be."""
    in_keyring: bool
    """Whether the system's keyring has the refresh token."""


def login(  # noqa: PLR0913 - two ends, and how
    way: Way,
    auth: AuthServer,
    store: SessionStore,
    *,
    remote: Remote,
    in_keyring: bool | None,
    clock: Clock,
) -> LoginResult:
    """Sign in and store the session, in place of an earlier one.

    Args:
        way: How to sign in.
        auth: Where.
        store: Where the session is kept.
        remote: What the session is for; the role in its project is asked for, if there is one.
        in_keyring: Whether the keyring shall have the refresh token; None: as the time before.
        clock: The time of this machine.

    Raises:
        NotSignedInError: The server refuses.
        UsageError: The project has no such provider.
        UnavailableError: It does not answer, or the session cannot be stored.
    """
    url, project_id = remote.endpoint.url, remote.project_id
    tokens = way(auth)
    now = clock()
    role, role_failure = _role(auth, tokens.access_token, project_id)
    with store.lock():
        keyring = _was_in_keyring(store) if in_keyring is None else in_keyring
        session = Session.begin(url, tokens, now, in_keyring=keyring)
        if project_id is not None and role_failure is None:
            session = session.with_role(project_id, role)
        kept = store.save(session)
    return LoginResult(
        user=tokens.user,
        url=url,
        place=store.place,
        project_id=project_id,
        role=role,
        role_failure=role_failure,
        in_keyring=kept.in_keyring,
    )


def by_password(email: str, password: str) -> Way:
    """Return the way in by a password."""
    return lambda auth: auth.sign_in(email, password)


def by_code(email: str, ask: Callable[[], str]) -> Way:
    """Return the way in by a code (or a link) that is mailed, then asked for."""

    def way(auth: AuthServer) -> Tokens:
        auth.send_code(email)
        tokens = auth.verify_code(email, ask())
        if tokens.user.email.lower() != email.strip().lower():  # a link may be another person's
            raise NotSignedInError(
                f"that link was mailed to another address than {email}",
                hint="paste the link of the newest mail to this address",
            )
        return tokens

    return way


def by_browser(provider: str, listener: BrowserListener, show: Callable[[str], None]) -> Way:
    """Return the way in through the page of a provider, which `show` brings to the user."""

    def way(auth: AuthServer) -> Tokens:
        _check_provider(provider, auth.providers())
        proof = Proof()
        show(auth.authorize_url(provider, listener.redirect_to, proof.challenge))
        code = code_of(listener.wait(MINUTES * 60))
        return auth.exchange_code(code, proof.verifier)

    return way


def _check_provider(provider: str, known: frozenset[str]) -> None:
    """Refuse at once what the provider's page would only show in the browser."""
    if provider not in known:
        names = ", ".join(sorted(known)) or "none"
        raise UsageError(
            f"the project has no sign-in at `{provider}`",
            hint=Fix(f"it has: {names}; or ", Option("otp")),
        )


def _role(auth: AuthServer, token: str, project_id: str | None) -> tuple[str | None, str | None]:
    """Return the role, and why it is not known if it is not: a login does not depend on it."""
    if project_id is None:
        return None, None
    try:
        return auth.role(token, project_id), None
    except DagctlError as error:
        return None, error.message


def _was_in_keyring(store: SessionStore) -> bool:
    try:
        before = store.load()
    except DagctlError:
        return False
    return before is not None and before.in_keyring
