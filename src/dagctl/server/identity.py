"""Who calls: the user of a verified access token, or the one user of a local server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from dagctl.bootstrap import Caller
from dagctl.endpoint import is_loopback
from dagctl.errors import NotSignedInError, UnavailableError, UsageError
from dagctl.ports import Identity
from dagctl.server.refusals import ASK_OPERATORS, RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagctl.adapters.supabase.http import Connections
    from dagctl.session.signed_in import SignedIn

SIGN_IN = "send `Authorization: Bearer <Supabase access token>`"


class Door(Protocol):
    """Lets callers in."""

    def admit(self, headers: Mapping[str, str]) -> Caller:
        """Return who sends a request with these headers.

        Raises:
            NotSignedInError: Nobody who is known.
            UnavailableError: Nobody can tell just now.
        """


class TokenDoor:
    """Admits users of a Supabase project by their access tokens."""

    def __init__(self, verify: Callable[[str], SignedIn], connections: Connections) -> None:
        self._verify = verify
        self._connections = connections

    def admit(self, headers: Mapping[str, str]) -> Caller:
        """Return the user to whom the token belongs."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotSignedInError("the request has no access token", hint=SIGN_IN)
        try:
            signed_in = self._verify(token.strip())
        except UsageError as error:  # not the caller's fault: the project knows not our key
            raise UnavailableError(
                f"the server cannot ask its Supabase project: {error.message}", hint=ASK_OPERATORS
            ) from error
        return Caller(
            user_id=signed_in.user_id,
            author=author_of(signed_in.email, signed_in.user_id),
            signed_in=signed_in,
            connections=self._connections,
        )


class LocalDoor:
    """Admits whoever is on this machine, as its one user.

    A page in a browser may have its own name lead to this machine: what such a page sends names
    another host, and is refused.
    """

    def __init__(self, email: str, user_id: str) -> None:
        self._caller = Caller(user_id=user_id, author=author_of(email, user_id))

    def admit(self, headers: Mapping[str, str]) -> Caller:
        """Return the user."""
        if not _names_loopback(headers.get("host", "")):
            raise RequestError("this server is for this machine only", hint="call 127.0.0.1")
        return self._caller


def author_of(email: str, user_id: str) -> Identity:
    """Return who commits for a user, in characters that git takes."""
    plain = "".join(char for char in email if char.isascii() and char.isprintable())
    address = plain.replace("<", "").replace(">", "").strip() or f"{user_id}@users.noreply.invalid"
    return Identity(address.partition("@")[0] or address, address)


def _names_loopback(host: str) -> bool:
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False
