"""How long, and about how many tokens, the answers of an auth server are remembered."""

from __future__ import annotations

import threading
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
    from collections.abc import Callable

    from dagctl.session.model import User

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


class SlowServer(Rotation):
    """An auth server that answers when it is let go on; it knows all users."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.asking = 0
        self.most = 0
        self._lock = threading.Lock()

    def user(self, access_token: str) -> User:
        with self._lock:
            self.asking += 1
            self.most = max(self.most, self.asking)
        self.go.wait(30)
        with self._lock:
            self.asking -= 1
        if access_token.endswith("x"):
            raise NotSignedInError("no")
        return ADA


def flood(verifier: TokenVerifier, count: int) -> tuple[list[threading.Thread], list[str]]:
    """Let strangers send so many made-up tokens at once; return what they hear."""
    heard: list[str] = []

    def send(number: int) -> None:
        try:
            verifier.verify(token(number, sub=str(uuid4()))[:-1] + "x")
        except (NotSignedInError, UnavailableError) as error:
            heard.append(type(error).__name__)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    return threads, heard


def wait_until(is_so: Callable[[], bool]) -> None:
    for _ in range(3000):
        if is_so():
            return
        threading.Event().wait(0.01)
    raise AssertionError


def test_strangers_ask_few_questions_at_once_and_take_no_turn_of_a_known_user() -> None:
    server = SlowServer()
    verifier = TokenVerifier(URL, server, lambda: NOW)
    server.go.set()
    verifier.verify(token(0))
    server.go.clear()
    threads, heard = flood(verifier, 60)
    refused_at_once = 60 - bearer.MOST_ASKED - bearer.MOST_WAITING
    wait_until(lambda: len(heard) >= refused_at_once and server.asking == bearer.MOST_ASKED)
    known = threading.Thread(target=verifier.verify, args=(token(1),))
    known.start()
    wait_until(lambda: server.asking == bearer.MOST_ASKED + 1)
    server.go.set()
    for thread in (*threads, known):
        thread.join()
    assert server.most == bearer.MOST_ASKED + 1
    assert heard.count("UnavailableError") >= refused_at_once
    assert verifier.verify(token(2)).user_id == ADA.id


def test_no_token_is_kept() -> None:
    verifier = TokenVerifier(URL, UserServer(), lambda: NOW)
    verifier.verify(token(0))
    assert token(0) not in repr(vars(verifier._answers))
