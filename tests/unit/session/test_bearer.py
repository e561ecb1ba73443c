"""How long, and about how many tokens, the answers of an auth server are remembered."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import jwt
import pytest

from dagctl.errors import NotSignedInError, UnavailableError
from dagctl.session import bearer
from dagctl.session.bearer import TokenVerifier
from tests.unit.session.people import ADA, URL, Rotation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.session.session import User

NOW = 1_800_000_000.0


@dataclass
class UserServer(Rotation):
    """An auth server that knows one user."""

    asked: int = 0

    def user(self, access_token: str) -> User:
        self.asked += 1
        if access_token.endswith("x"):
            raise NotSignedInError("no")
        return ADA


def token(number: int, **changes: str) -> str:
    claims = {
        "iss": f"{URL}/auth/v1",
        "sub": ADA.id,
        "aud": "authenticated",
        "role": "authenticated",
        "exp": NOW + 3600,
        "number": number,
        **changes,
    }
    return jwt.encode(claims, "k" * 32, "HS256")


def test_the_oldest_answer_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bearer, "MOST_REMEMBERED", 3)
    server = UserServer()
    verifier = TokenVerifier(URL, server, lambda: NOW)
    for number in (0, 1, 2, 3, 1, 2, 3):
        verifier.verify(token(number))
    assert server.asked == 4
    verifier.verify(token(0))
    assert server.asked == 5


def test_a_refusal_is_not_remembered_and_takes_no_place() -> None:
    server = UserServer()
    verifier = TokenVerifier(URL, server, lambda: NOW)
    for _ in range(3):
        with pytest.raises(NotSignedInError, match="the auth server does not accept the token: no"):
            verifier.verify(token(0)[:-1] + "x")
    assert server.asked == 3


def test_what_is_remembered_must_still_be_in_time() -> None:
    now = [NOW]
    verifier = TokenVerifier(URL, UserServer(), lambda: now[0], leeway=0)
    now[0] = NOW + 3590
    verifier.verify(token(0))
    now[0] = NOW + 3600
    with pytest.raises(NotSignedInError, match="has run out"):
        verifier.verify(token(0))


def test_a_clock_that_is_put_back_makes_the_server_be_asked() -> None:
    now = [NOW]
    server = UserServer()
    verifier = TokenVerifier(URL, server, lambda: now[0])
    verifier.verify(token(0))
    now[0] = NOW - 10
    verifier.verify(token(0))
    assert server.asked == 2


def test_a_question_waits_for_its_turn_and_says_whom_the_token_names() -> None:
    server = UserServer()
    verifier = TokenVerifier(URL, server, lambda: NOW)
    turns: list[tuple[str, int]] = []
    other = str(uuid4())

    @contextmanager
    def turn(user_id: str) -> Iterator[None]:
        turns.append((user_id, server.asked))
        yield

    verifier.verify(token(0), turn)
    verifier.verify(token(0), turn)
    verifier.verify(token(1), turn)
    with pytest.raises(NotSignedInError):
        verifier.verify(token(2, sub=other)[:-1] + "x", turn)
    assert turns == [(ADA.id, 0), (ADA.id, 1), (other, 2)]


def test_without_a_turn_nothing_is_asked() -> None:
    server = UserServer()
    verifier = TokenVerifier(URL, server, lambda: NOW)

    @contextmanager
    def turn(_: str) -> Iterator[None]:
        raise UnavailableError("later")
        yield

    with pytest.raises(UnavailableError, match="later"):
        verifier.verify(token(0), turn)
    assert server.asked == 0


def test_no_token_is_kept() -> None:
    verifier = TokenVerifier(URL, UserServer(), lambda: NOW)
    verifier.verify(token(0))
    assert token(0) not in repr(vars(verifier._answers))
