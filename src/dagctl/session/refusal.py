"""How a session ends: for good, and what the user reads about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import NotSignedInError
from dagctl.next_step import LOGIN, Fix

if TYPE_CHECKING:
    from dagctl.session.session import Session

IN_CI = (
    "in CI: set DAGCTL_SUPABASE_URL with DAGCTL_EMAIL and DAGCTL_PASSWORD, or DAGCTL_ACCESS_TOKEN"
)
LOG_IN = Fix(LOGIN, f" ({IN_CI})")

REASONS = {
    "refresh_token_already_used": "an old copy of it was used elsewhere",
    "refresh_token_not_found": "it was signed out elsewhere",
    "session_not_found": "it was signed out elsewhere",
    "refresh_token_invalid": "its refresh token is damaged",
    "session_expired": "it ran out",
    "user_banned": "the user is banned",
    "user_not_found": "the user was deleted",
    "invalid_grant": "the server does not know it",
}
"""The answers that end a session for good, by error code of Supabase Auth, and what each means."""


UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
"""Spans of time in seconds, the largest first."""


class SessionEndedError(NotSignedInError):
    """The server will never renew this session again."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the session has ended: {REASONS.get(reason, 'the server refused it')}", hint=LOG_IN
        )
        self.reason = reason


def ended(session: Session, profile: str | None, now: float) -> NotSignedInError:
    """Return the error about a session that is known to have ended.

    Args:
        session: The session.
        profile: The profile under which it is kept, if it is.
        now: Seconds since 1970.
    """
    why = REASONS.get(session.ended or "", "the server refused it")
    about = [f"profile {profile}"] if profile else []
    if session.began_at is not None:
        about.append(f"signed in {_ago(now - session.began_at)}")
    which = f" ({', '.join(about)})" if about else ""
    return NotSignedInError(
        f"the session of {session.user.email}{which} has ended: {why}", hint=LOG_IN
    )


def not_signed_in(url: str, profile: str | None) -> NotSignedInError:
    """Return the error about a session that does not exist."""
    which = f" (profile {profile})" if profile else ""
    return NotSignedInError(f"not signed in to {url}{which}", hint=LOG_IN)


def _ago(seconds: float) -> str:
    """Return how long ago something was, in its largest unit: `3 days ago`."""
    for unit, name in UNITS:
        count = int(seconds // unit)
        if count > 0:
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"
