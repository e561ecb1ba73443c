"""Who calls: the user of a verified access token, or the one user of a local server."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from dagctl.bootstrap import Caller
from dagctl.endpoint import is_loopback
from dagctl.errors import NotSignedInError, UnavailableError, UsageError
from dagctl.ports import GitIdentity
from dagctl.server.questions import Questions
from dagctl.server.refusals import ASK_OPERATORS, RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.datastructures import Headers

    from dagctl.session.bearer import Turn
    from dagctl.session.signed_in import SignedIn

SIGN_IN = "send `Authorization: Bearer <Supabase access token>`"


class Authenticator(Protocol):
    """Lets callers in."""

    def admit(self, headers: Headers, address: str) -> Caller:
        """Return who sends a request.

        Args:
            headers: Those of the request.
            address: Where it comes from.

        Raises:
            NotSignedInError: The caller is not known.
            UnavailableError: That cannot be found out just now.
        """


class TokenAuthenticator:
    """Admits users of a Supabase project by their access tokens."""

    def __init__(
        self, verify: Callable[[str, Turn], SignedIn], caller: Callable[..., Caller] = Caller
    ) -> None:
        """Let users in.

        Args:
            verify: Returns whose token it is; the turn is taken where that must be asked.
            caller: Makes a caller of what is known of the user.
        """
        self._verify = verify
        self._caller = caller
        self._questions = Questions()

    def admit(self, headers: Headers, address: str) -> Caller:
        """Return the user to whom the token belongs."""
        turns = self._questions
        try:
            signed_in = self._verify(
                _bearer_token(headers), lambda user_id: turns.turn(address, user_id)
            )
        except UsageError as error:  # not the caller's fault: the project knows not our key
            raise UnavailableError(
                f"the server cannot ask its Supabase project: {error.message}", hint=ASK_OPERATORS
            ) from error
        return self._caller(
            user_id=signed_in.user_id,
            author=author_of(signed_in.email, signed_in.user_id),
            signed_in=signed_in,
        )


class LocalAuthenticator:
    """Admits callers on this machine, as its one user.

    A page in a browser may call too. It says so in the header `Origin` (RFC 6454, section 7), and
    is refused unless it came from this server or from an origin that the operator allows. A page
    whose own name leads to this machine names another host, and is refused.
    """

    def __init__(self, email: str, user_id: str, origins: Sequence[str] = ()) -> None:
        """Let one user in.

        Args:
            email: The user's address.
            user_id: The id that goes with it.
            origins: Of pages that may call besides the server's own; `*` stands for all.
        """
        self._caller = Caller(user_id=user_id, author=author_of(email, user_id))
        self._origins = frozenset(origins)

    def admit(self, headers: Headers, address: str) -> Caller:
        """Return the user."""
        del address
        host = headers.get("host", "")
        if not _names_loopback(host):
            raise RequestError("this server is for this machine only", hint="call 127.0.0.1")
        for origin in headers.getlist("origin"):
            if origin != f"http://{host}" and not self._origins & {origin, "*"}:
                raise RequestError(
                    f"a page of {origin[:100]!a} may not call this server",
                    status=HTTPStatus.FORBIDDEN,
                    hint="start the server with --cors-origin and the origin of the page",
                )
        return self._caller


def _bearer_token(headers: Headers) -> str:
    """Return the access token of a request.

    The scheme may be in any case (RFC 9110, section 11.1). A request has one such header (section
    5.3): of two, a proxy and this server may take different ones for the caller's.

    Raises:
        NotSignedInError: There is none, or more than one.
    """
    given = headers.getlist("authorization")
    if len(given) > 1:
        raise NotSignedInError("the request has two Authorization headers", hint=SIGN_IN)
    scheme, _, token = "".join(given).partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedInError("the request has no access token", hint=SIGN_IN)
    return token.strip()


def author_of(email: str, user_id: str) -> GitIdentity:
    """Return who commits for a user, in characters that git takes."""
    plain = "".join(char for char in email if char.isascii() and char.isprintable())
    address = plain.replace("<", "").replace(">", "").strip() or f"{user_id}@users.noreply.invalid"
    return GitIdentity(address.partition("@")[0] or address, address)


def _names_loopback(host: str) -> bool:
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False
