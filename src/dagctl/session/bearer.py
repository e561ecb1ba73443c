"""Whose access token a request carries: what a server must know before it acts for a user.

Row level security stays the gate: whatever is done is done with the user's own token. Loaded by
the server only (the extra `serve`).
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from contextlib import nullcontext
from dataclasses import field
from typing import TYPE_CHECKING

from dagctl.errors import NotSignedInError
from dagctl.frozen import frozen
from dagctl.session.key_cache import KeyCache
from dagctl.session.token_claims import SHARED, Claimed, read, refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from dagctl.session.ports import AuthServer, Clock

    Turn = Callable[[str], AbstractContextManager[None]]
    """Gives a turn to ask the auth server, for the length of a block; it is given whom the token
    names."""

LEEWAY = 60.0
"""Seconds by which the clocks may differ."""
REMEMBERED = 60.0
"""Seconds for which a good answer of the auth server about a token counts."""
MOST_REMEMBERED = 4096
"""About how many tokens answers are remembered; the oldest is forgotten first."""


@frozen(kw_only=True)
class BearerToken:
    """One access token that was verified, as a `SignedIn`. It cannot be renewed here."""

    user_id: str
    email: str
    expires_at: float
    """When it runs out: seconds since 1970, as the token says."""
    _token: str = field(repr=False)
    _clock: Clock = field(repr=False)
    _leeway: float = field(repr=False)

    def access_token(self) -> str:
        """Return the token.

        Raises:
            NotSignedInError: It has run out since.
        """
        if self.expires_at + self._leeway <= self._clock():
            raise refused("the token has run out")
        return self._token

    def refresh_after_401(self, token: str) -> str:
        """Refuse: only the app that sent the token can renew it.

        Raises:
            NotSignedInError: Always.
        """
        del token
        raise refused("the server refused the token")

    def close(self) -> None:
        """Do nothing: nothing was begun."""


class TokenVerifier:
    """Verifies access tokens that a project's auth server issued. Safe to use from many threads.

    Tokens with a public key are verified here. Those with a shared secret, which only the auth
    server has, it is asked about; then a good answer counts for a minute.

    A project that has public keys may share a secret too: one that moves to them publishes them
    first, and its older tokens stay good until they run out. So the auth server is asked there too.

    Anyone can make up tokens with a shared secret, and they cost one question each. So who calls
    `verify` decides whose turn it is to ask.
    """

    def __init__(self, url: str, auth: AuthServer, clock: Clock, leeway: float = LEEWAY) -> None:
        self._url = url
        self._auth = auth
        self._clock = clock
        self._leeway = leeway
        self._keys = KeyCache(auth, clock)
        self._answers = _Answers()

    def verify(self, token: str, turn: Turn = lambda _: nullcontext()) -> BearerToken:
        """Return the token as the session of its user.

        Args:
            token: What the caller has sent.
            turn: Waits for the caller's turn, if the auth server has to be asked.

        Raises:
            NotSignedInError: It is no good token; the message never quotes it.
            UnavailableError: The auth server had to be asked, and does not answer.
        """
        claimed = read(token, url=self._url, now=self._clock(), leeway=self._leeway)
        if claimed.algorithm == SHARED:
            self._check_by_server(token, claimed, turn)
        elif claimed.key_id is not None:
            self._check_signature(token, claimed, claimed.key_id)
        elif self._keys.is_empty():
            self._check_by_server(token, claimed, turn)
        else:
            raise refused("the token does not name the key that it is signed with")
        return BearerToken(
            user_id=claimed.user_id,
            email=claimed.email,
            expires_at=claimed.expires_at,
            _token=token,
            _clock=self._clock,
            _leeway=self._leeway,
        )

    def close(self) -> None:
        """Hang up."""
        self._auth.close()

    def _check_signature(self, token: str, claimed: Claimed, key_id: str) -> None:
        if not self._keys.find(key_id).has_signed(token, claimed.algorithm):
            raise refused("the signature of the token is wrong")

    def _check_by_server(self, token: str, claimed: Claimed, turn: Turn) -> None:
        digest = hashlib.sha256(token.encode("ascii")).digest()
        if self._answers.user_id(digest, self._clock()) == claimed.user_id:
            return
        with turn(claimed.user_id):
            began = self._clock()
            if self._asked(token) != claimed.user_id:
                raise refused("the token is not of the user whom it names")
            self._answers.add(digest, claimed.user_id, began)

    def _asked(self, token: str) -> str:
        """Return whom the auth server takes the token for."""
        try:
            return self._auth.user(token).id
        except NotSignedInError as error:
            reason = error.message
        raise refused(f"the auth server does not accept the token: {reason}")


class _Answers:
    """Whom the auth server took tokens for a moment ago; of a token there is only its digest."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_digest: OrderedDict[bytes, tuple[str, float]] = OrderedDict()

    def user_id(self, digest: bytes, now: float) -> str | None:
        with self._lock:
            user_id, asked_at = self._by_digest.get(digest, (None, now))
        return user_id if 0 <= now - asked_at < REMEMBERED else None

    def add(self, digest: bytes, user_id: str, now: float) -> None:
        with self._lock:
            self._by_digest[digest] = (user_id, now)
            self._by_digest.move_to_end(digest)
            while len(self._by_digest) > MOST_REMEMBERED:
                self._by_digest.popitem(last=False)
