"""What a session is. Tokens never show in a `repr`."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

from dagctl.frozen import frozen
from dagctl.session.redaction import remember

if TYPE_CHECKING:
    from collections.abc import Mapping


END_OF_TIME = 253_402_300_800
"""The year 10000 in seconds since 1970: no calendar of ours has it."""

EARLY = 120.0
"""Seconds before its end at which an access token is renewed."""


@frozen
class User:
    """Who is signed in."""

    id: str
    email: str


@frozen(kw_only=True)
class Tokens:
    """What an auth server answers to a login or a refresh."""

    user: User
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: float
    """Seconds, counted from the answer: so that a wrong clock does no harm."""

    def __post_init__(self) -> None:
        """Let both tokens be hidden in whatever is shown."""
        remember(self.access_token, self.refresh_token)


@frozen(kw_only=True)
class Session:
    """A login on this device, bound to the URL that it came from."""

    url: str
    user: User
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    """Empty in a session that was loaded, if the keyring holds it."""
    expires_at: float
    """When the access token runs out: seconds of this machine's clock."""
    lifetime: float
    """How many seconds the access token was good for at first."""
    ended: str | None = None
    """Why the server refused to renew it, if it did: such a session is never sent again."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """The user's role by project id, as the server last gave it."""
    in_keyring: bool = False
    """Whether the system's keyring keeps the refresh token."""
    began_at: float | None = None
    """When the user signed in, by this machine's clock; None: a session of an older dagctl."""

    def __post_init__(self) -> None:
        """Let both tokens be hidden in whatever is shown."""
        remember(self.access_token, self.refresh_token)

    @classmethod
    def begin(cls, url: str, tokens: Tokens, now: float, *, in_keyring: bool = False) -> Session:
        """Return the session that a login starts."""
        return cls(
            url=url,
            user=tokens.user,
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires_at=now + tokens.expires_in,
            lifetime=tokens.expires_in,
            in_keyring=in_keyring,
            began_at=now,
        )

    def is_fresh(self, now: float) -> bool:
        """Return whether the access token need not be renewed yet.

        One that seems good for longer than it ever was shows that the clock was put back.
        """
        left = self.expires_at - now
        return min(EARLY, self.lifetime / 2) <= left <= self.lifetime + 1

    def renewed(self, tokens: Tokens, now: float) -> Session:
        """Return the session with the tokens of a refresh."""
        return replace(
            self,
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires_at=now + tokens.expires_in,
            lifetime=tokens.expires_in,
        )

    def dead(self, reason: str) -> Session:
        """Return what is left of a session that the server has ended: no token."""
        return replace(self, access_token="", refresh_token="", ended=reason)

    def with_role(self, project_id: str, role: str | None) -> Session:
        """Return the session with what the server said about a project."""
        others = {key: value for key, value in self.roles.items() if key != project_id}
        return replace(self, roles=others if role is None else {**others, project_id: role})
