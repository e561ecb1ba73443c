"""Threads that need a key while another one is asking for it."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from dagctl.errors import NotSignedInError, UnavailableError
from dagctl.session.key_cache import FRESH, LAST, PAUSE, KeyCache
from tests.unit.session.people import Rotation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KEY: dict[str, object] = json.loads(
    ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key())
)
WAIT = 30


@dataclass
class KeyServer(Rotation):
    """An auth server that answers when it is let."""

    ids: tuple[str, ...] = ("k",)
    down: bool = False
    broken: bool = False
    asked: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    answers: threading.Event = field(default_factory=threading.Event)
    now: float = 1_000_000.0

    def __post_init__(self) -> None:
        self.answers.set()

    def signing_keys(self) -> Sequence[Mapping[str, object]]:
        self.asked += 1
        self.reached.set()
        assert self.answers.wait(WAIT)
        if self.broken:
            raise ZeroDivisionError
        if self.down:
            raise UnavailableError("no answer")
        return [KEY | {"kid": key_id} for key_id in self.ids]

    def cache(self) -> KeyCache:
        return KeyCache(self, lambda: self.now)

    def hold(self) -> None:
        self.reached.clear()
        self.answers.clear()


def test_who_has_an_old_key_does_not_wait_for_the_new_ones() -> None:
    server = KeyServer()
    cache = server.cache()
    cache.find("k")
    server.now += FRESH + 1
    server.hold()
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(cache.find, "k")
        assert server.reached.wait(WAIT)
        assert cache.find("k").id == "k"
        assert not cache.is_empty()
        assert not asking.done()
        server.answers.set()
        assert asking.result(WAIT).id == "k"
    assert server.asked == 2


@pytest.mark.parametrize("down", [False, True])
def test_all_who_wait_share_one_answer(*, down: bool) -> None:
    server = KeyServer(down=down)
    cache = server.cache()
    server.hold()
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(cache.find, "k") for _ in range(8)]
        assert server.reached.wait(WAIT)
        server.answers.set()
        errors = {type(one.exception(WAIT)) for one in waiting}
    assert errors == ({UnavailableError} if down else {type(None)})
    assert server.asked == 1


def test_a_failure_is_not_kept_for_longer_than_a_moment() -> None:
    server = KeyServer(down=True)
    cache = server.cache()
    with pytest.raises(UnavailableError, match="cannot be checked: no answer"):
        cache.is_empty()
    server.down = False
    server.now += 2
    assert cache.find("k").id == "k"


def test_after_a_bug_the_next_thread_asks() -> None:
    server = KeyServer(broken=True)
    cache = server.cache()
    with pytest.raises(ZeroDivisionError):
        cache.find("k")
    server.broken = False
    assert cache.find("k").id == "k"


def test_a_clock_that_is_put_back_makes_one_question_more() -> None:
    server = KeyServer()
    cache = server.cache()
    cache.find("k")
    server.now -= 1000
    assert cache.find("k").id == "k"
    assert cache.find("k").id == "k"
    assert server.asked == 2
    server.down = True
    server.now -= LAST + 1
    with pytest.raises(UnavailableError):
        cache.find("k")


def test_a_project_may_begin_to_sign_with_keys() -> None:
    server = KeyServer(ids=())
    cache = server.cache()
    assert cache.is_empty()
    with pytest.raises(NotSignedInError):
        cache.find("k")
    server.ids = ("k",)
    server.now += PAUSE + 1
    assert cache.find("k").id == "k"
    assert not cache.is_empty()
