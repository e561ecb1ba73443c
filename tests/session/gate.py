"""A verifier in front of the stand-in, with a clock that tests can put forward."""

from __future__ import annotations

import logging
import time
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.supabase.auth import SupabaseAuth
from dagctl.endpoint import Endpoint
from dagctl.errors import NotSignedInError
from dagctl.session.bearer import TokenVerifier
from tests.session.forger import Forger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stand_in import StandIn

JWKS = "/auth/v1/.well-known/jwks.json"
USER = "/auth/v1/user"
SIGNATURE = "the signature of the token is wrong"
UNKNOWN = "a key that the project does not have"
NONE = "signed with none of ES256, EdDSA, RS256, HS256"
BY_SERVER = "the auth server does not accept the token"
NO_TOKEN = "this is no JSON Web Token"


@dataclass
class Time:
    """The clock of the verifier: it stands still, until a test puts it forward."""

    ahead: float = 0.0
    began: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.began + self.ahead


@dataclass
class Gate:
    """A verifier in front of a project, and somebody who wants to get past it."""

    server: StandIn
    verifier: TokenVerifier
    clock: Time
    forger: Forger

    def lets_in(self, token: str) -> bool:
        return self.verifier.verify(token).user_id == self.forger.user_id

    def asked(self, path: str = JWKS) -> int:
        return self.server.requests.count("GET", path)


def opened(server: StandIn, user_id: str) -> Iterator[Gate]:
    clock = Time()
    auth = SupabaseAuth(Endpoint(server.url, server.publishable_key))
    verifier = TokenVerifier(server.url, auth, clock)
    yield Gate(server, verifier, clock, Forger(server, user_id))
    verifier.close()


def told(error: BaseException | None) -> str:
    """Return all that an error and those behind it tell, to whoever may look."""
    if error is None:
        return ""
    lines = "".join(traceback.format_exception(error))
    fields = f"{error!r} {error.args!r} {vars(error)!r} {vars(error).get('doc', '')}"
    return lines + fields + told(error.__cause__) + told(error.__context__)


def refusal(gate: Gate, token: str, caplog: pytest.LogCaptureFixture) -> str:
    """Return why a token is refused, once it is sure that nobody was told the token."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(NotSignedInError) as caught:
        gate.verifier.verify(token)
    assert "renew the session" in str(caught.value.hint)
    seen = told(caught.value) + caplog.text
    secrets = [part for part in (token, *token.split(".")) if len(part) > 20]
    assert not [part for part in secrets if part in seen]
    return str(caught.value)
