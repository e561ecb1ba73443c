"""`SignedIn`: what those who talk to Supabase need of a session."""

from __future__ import annotations

from typing import Protocol


class SignedIn(Protocol):
    """A user with a good access token, whenever one is asked for. Safe to use from many threads."""

    @property
    def user_id(self) -> str:
        """The user's id in Supabase (`auth.users.id`)."""

    @property
    def email(self) -> str:
        """The user's e-mail address, or an empty text if the token has none."""

    def access_token(self) -> str:
        """Return a token that is good for some time yet; renew it first if need be.

        Raises:
            NotSignedInError: The session is over.
            UnavailableError: It had to be renewed, and the server does not answer.
        """

    def refresh_after_401(self, token: str) -> str:
        """Return a token other than `token`, which the server has just refused.

        Raises:
            NotSignedInError: The session is over.
            UnavailableError: The server does not answer.
        """

    def close(self) -> None:
        """End what was begun for this process only."""
