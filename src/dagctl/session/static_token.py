"""A token from the environment: used as it is, never renewed, never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.endpoint import claims, secret_kind
from dagctl.errors import NotSignedInError, UsageError
from dagctl.session.issuer import may_have_issued
from dagctl.session.redaction import remember
from dagctl.session.session import END_OF_TIME, User
from dagctl.session.session_source import TOKEN

if TYPE_CHECKING:
    from dagctl.session.ports import Clock

SKEW = 300.0
"""Seconds by which this machine's clock may be wrong; what the server says is the truth."""
HINT = f"set {TOKEN} to a new one, or use DAGCTL_EMAIL and DAGCTL_PASSWORD, which renew it"


class GivenToken:
    """The access token in `DAGCTL_ACCESS_TOKEN`, as a `SignedIn`."""

    def __init__(self, url: str, token: str, clock: Clock) -> None:
        remember(token)
        claims_of_token = _checked(url, token)
        self._token = token
        self._clock = clock
        self.user = User(str(claims_of_token["sub"]), str(claims_of_token.get("email") or ""))
        self.expires_at = _time(claims_of_token.get("exp"))

    @property
    def user_id(self) -> str:
        """The user's id."""
        return self.user.id

    @property
    def email(self) -> str:
        """The user's e-mail address, if the token has it."""
        return self.user.email

    def access_token(self) -> str:
        """Return the token.

        Raises:
            NotSignedInError: It has run out.
        """
        if self.expires_at is not None and self.expires_at + SKEW <= self._clock():
            raise NotSignedInError(f"the token in {TOKEN} has run out", hint=HINT)
        return self._token

    def refresh_after_401(self, token: str) -> str:
        """Refuse: there is no other token.

        Raises:
            NotSignedInError: Always.
        """
        del token
        raise NotSignedInError(f"the server refused the token in {TOKEN}", hint=HINT)

    def close(self) -> None:
        """Do nothing: nothing was begun."""


def _checked(url: str, token: str) -> dict[str, object]:
    """Return the claims of a user's token that was issued by the project at `url`."""
    kind = secret_kind(token)
    if kind:
        raise UsageError(
            f"{TOKEN} holds a {kind}, which dagctl never uses: it would bypass row level security",
            hint=HINT,
        )
    document = claims(token)
    if not document.get("sub") or not token.isascii() or not token.isprintable() or " " in token:
        raise NotSignedInError(f"{TOKEN} holds no access token of a user", hint=HINT)
    issuer = document.get("iss")
    if issuer is not None and not (isinstance(issuer, str) and may_have_issued(issuer, url)):
        raise NotSignedInError(
            f"the token in {TOKEN} was issued by another server than {url}: it is sent only to "
            "its issuer",
            hint=f"set DAGCTL_SUPABASE_URL to the project that issued it, or {HINT}",
        )
    return document


def _time(value: object) -> float | None:
    """Return a point in time that a calendar can have, or None."""
    if not isinstance(value, int | float) or not 0 <= value < END_OF_TIME:
        return None
    return float(value)
