"""Keeps the public keys of a project, and says when its auth server is asked again."""

from __future__ import annotations

import threading
from dataclasses import field, replace
from typing import TYPE_CHECKING

from dagctl.errors import UnavailableError
from dagctl.frozen import frozen
from dagctl.session.signature import SigningKey, public_keys
from dagctl.session.token_claims import refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.session.ports import AuthServer, Clock

FRESH = 600.0
"""Seconds for which a key set is used unasked: as long as Supabase lets it be cached."""
LAST = 3600.0
"""Seconds after which a key set is not used any more, even if the server does not answer."""
PAUSE = 30.0
"""Seconds between two questions while there are keys: made-up key ids must not cause more."""
SHORT_PAUSE = 1.0
"""Seconds between two questions while there are none."""


@frozen
class _Known:
    """What the auth server has answered so far."""

    keys: Mapping[str, SigningKey] = field(default_factory=dict)
    answered_at: float = float("-inf")
    asked_at: float = float("-inf")
    """When the last question ended, with or without an answer."""
    asked: int = 0
    failure: str = ""
    """Why the last question was not answered."""

    def is_fresh(self, now: float) -> bool:
        return 0 <= now - self.answered_at < FRESH

    def is_usable(self, now: float) -> bool:
        return abs(now - self.answered_at) < LAST

    def is_pausing(self, now: float) -> bool:
        return 0 <= now - self.asked_at < (PAUSE if self.is_usable(now) else SHORT_PAUSE)


class KeyCache:
    """The public keys of one project. Safe to use from many threads, of which one at a time asks.

    Who can go on with an old key set does not wait for the new one.
    """

    def __init__(self, auth: AuthServer, clock: Clock) -> None:
        self._auth = auth
        self._clock = clock
        self._asking = threading.Lock()
        self._known = _Known()

    def find(self, key_id: str) -> SigningKey:
        """Return a key.

        Raises:
            NotSignedInError: The project has no key of this id.
            UnavailableError: The auth server does not answer, so it is not known.
        """
        known = self._current(key_id)
        if key_id in known.keys:
            return known.keys[key_id]
        if known.failure:
            raise _unanswered(known)
        raise refused("the token is signed with a key that the project does not have")

    def is_empty(self) -> bool:
        """Return whether the project has no public keys: it signs with a shared secret.

        Raises:
            UnavailableError: The auth server does not answer.
        """
        return not self._current().keys

    def _current(self, key_id: str | None = None) -> _Known:
        """Return what is known, asked again if it is old or does not have the key."""
        known = self._known
        now = self._clock()
        lacking = not known.is_usable(now) or (key_id is not None and key_id not in known.keys)
        if lacking or not known.is_fresh(now):
            known = self._asked_since(known, wait=lacking)
        if not known.is_usable(self._clock()):
            raise _unanswered(known)
        return known

    def _asked_since(self, known: _Known, *, wait: bool) -> _Known:
        """Return what is known after the next question, of any thread."""
        if not self._asking.acquire(blocking=wait):
            return self._known
        try:
            if self._known.asked == known.asked and not known.is_pausing(self._clock()):
                self._known = self._ask()
            return self._known
        finally:
            self._asking.release()

    def _ask(self) -> _Known:
        began, asked = self._clock(), self._known.asked + 1
        try:
            keys = public_keys(self._auth.signing_keys())
        except UnavailableError as error:
            failure = error.message
            return replace(self._known, asked=asked, asked_at=self._clock(), failure=failure)
        return _Known(keys, answered_at=began, asked_at=self._clock(), asked=asked)


def _unanswered(known: _Known) -> UnavailableError:
    return UnavailableError(
        f"the token cannot be checked: {known.failure}", hint="send the request again later"
    )
