"""Made-up tokens of strangers lock no user out, whatever address they come from."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
import pytest

from dagctl.errors import NotSignedInError, UnavailableError
from dagctl.server import questions
from dagctl.server.questions import (
    AT_ONCE,
    MOST_REFUSED,
    MOST_WAITING,
    REFUSED_FOR,
    Questions,
    share_of,
)
from dagctl.server.refusals import BusyError
from tests.server.served import PROJECT, opened, person
from tests.session.forger import Forger, shared
from tests.session.gate import USER
from tests.stand_in import StandIn, faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres.server import Server
    from tests.server.served import World

HOME, ELSEWHERE = "192.0.2.1", "198.51.100.7"
ANA, EVE = "ana", "eve"
BOTS = [f"203.0.113.{number}" for number in range(AT_ONCE + MOST_WAITING)]


def test_one_address_never_has_all_turns() -> None:
    turns = Questions()
    with ExitStack() as held:
        for _ in range(AT_ONCE - 1):
            held.enter_context(turns.turn(ELSEWHERE, EVE))
        with turns.turn(HOME, ANA):
            pass


def test_who_is_known_has_turns_of_their_own() -> None:
    turns = Questions()
    with turns.turn(HOME, ANA):
        pass
    with ExitStack() as held:
        for number in range(AT_ONCE):
            held.enter_context(turns.turn(f"203.0.113.{number}", EVE))
        with turns.turn(HOME, ANA):
            pass


def test_where_too_many_wait_the_address_with_the_most_gives_way() -> None:
    turns = Questions()
    heard: list[str] = []

    def ask(address: str) -> None:
        try:
            with turns.turn(address, EVE):
                heard.append(address)
        except BusyError as error:
            heard.append(f"{address}: {error}")

    with ExitStack() as held:
        for number in range(AT_ONCE):
            held.enter_context(turns.turn(f"203.0.113.{number}", EVE))
        threads = [threading.Thread(target=ask, args=(ELSEWHERE,)) for _ in range(MOST_WAITING)]
        for thread in threads:
            thread.start()
        while turns._of_others.in_use < AT_ONCE + MOST_WAITING:
            threading.Event().wait(0.001)
        threads.append(threading.Thread(target=ask, args=(HOME,)))
        threads[-1].start()
        while not heard:
            threading.Event().wait(0.001)
    for thread in threads:
        thread.join(10)
    assert heard[0] == f"{ELSEWHERE}: too many requests from your address wait already"
    assert heard.count(HOME) == 1
    assert heard.count(ELSEWHERE) == MOST_WAITING - 1


def test_a_turn_that_does_not_come_is_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(questions, "SECONDS", 0.01)
    turns = Questions()
    with ExitStack() as held:
        for number in range(AT_ONCE):
            held.enter_context(turns.turn(f"192.0.2.{number}", EVE))
        with pytest.raises(UnavailableError), turns.turn(HOME, ANA):
            pass


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no question wait for its turn."""
    monkeypatch.setattr(questions, "SECONDS", 0.0)


def refuse(turns: Questions, address: str, user: str = EVE) -> None:
    """Ask about a token that the auth server does not accept."""
    with pytest.raises(NotSignedInError), turns.turn(address, user):
        raise NotSignedInError("made up")


def has_turn(turns: Questions, address: str, user: str = EVE) -> bool:
    """Return whether a question is asked at once."""
    with suppress(UnavailableError), turns.turn(address, user):
        return True
    return False


@pytest.fixture
def flooded(impatient: None) -> Iterator[Questions]:
    """Turns that are all taken by addresses which have sent a made-up token before."""
    del impatient
    turns = Questions()
    for address in BOTS:
        refuse(turns, address)
    with ExitStack() as held:
        for address in BOTS[:AT_ONCE]:
            held.enter_context(turns.turn(address, EVE))
        assert not has_turn(turns, BOTS[-1])
        yield turns


def test_many_addresses_with_made_up_tokens_take_no_turn_of_new_users(flooded: Questions) -> None:
    assert has_turn(flooded, HOME, ANA)
    assert has_turn(flooded, ELSEWHERE)  # whoever it is, one token is looked at


def test_a_user_counts_as_known_only_where_they_were_accepted(flooded: Questions) -> None:
    assert has_turn(flooded, HOME, ANA)
    assert not has_turn(flooded, BOTS[-1], ANA)


def test_an_accepted_user_keeps_the_own_turns_beside_a_stranger(flooded: Questions) -> None:
    assert has_turn(flooded, HOME, ANA)
    refuse(flooded, HOME)
    assert not has_turn(flooded, HOME)
    assert has_turn(flooded, HOME, ANA)


def test_a_made_up_token_in_the_name_of_a_user_takes_no_turn_of_theirs(
    flooded: Questions,
) -> None:
    assert has_turn(flooded, HOME, ANA)
    refuse(flooded, HOME, ANA)  # by a neighbour
    assert not has_turn(flooded, HOME, "bob")
    assert has_turn(flooded, HOME, ANA)


SITE = [f"2001:db8:1:{number:x}::1" for number in range(1, AT_ONCE + MOST_WAITING)]
"""Addresses of one site, each in a network of its own."""


@pytest.mark.usefixtures("impatient")
def test_a_site_with_one_user_takes_not_all_turns_of_those_who_are_known() -> None:
    turns = Questions()
    assert has_turn(turns, HOME, ANA)
    assert has_turn(turns, SITE[0])
    with ExitStack() as held:
        for address in SITE[:AT_ONCE]:
            with suppress(UnavailableError):
                held.enter_context(turns.turn(address, EVE))
        assert has_turn(turns, HOME, ANA)


@pytest.mark.usefixtures("impatient")
def test_accounts_in_many_networks_are_not_believed_after_a_few_refusals() -> None:
    turns = Questions()
    assert has_turn(turns, HOME, ANA)
    for address in BOTS[:AT_ONCE]:
        assert has_turn(turns, address)
        for _ in range(MOST_REFUSED):
            refuse(turns, address)
    with ExitStack() as held:
        for address in BOTS[:AT_ONCE]:
            held.enter_context(turns.turn(address, EVE))
        assert has_turn(turns, HOME, ANA)


def test_an_accepted_token_makes_up_for_refused_ones_in_the_same_name(flooded: Questions) -> None:
    for _ in range(3):
        assert has_turn(flooded, HOME, ANA)
        for _ in range(MOST_REFUSED - 1):
            refuse(flooded, HOME, ANA)
    assert not has_turn(flooded, HOME, "bob")
    assert has_turn(flooded, HOME, ANA)


def test_a_flood_from_a_site_with_one_user_refuses_no_other_user() -> None:
    turns = Questions()
    for address, user in ((HOME, ANA), (SITE[0], EVE)):
        with turns.turn(address, user):
            pass
    is_over = threading.Event()

    def send(address: str) -> None:
        while not is_over.is_set():
            with suppress(NotSignedInError, UnavailableError), turns.turn(address, EVE):
                threading.Event().wait(0.01)
                raise NotSignedInError("made up")

    threads = [threading.Thread(target=send, args=(address,)) for address in SITE * 2]
    for thread in threads:
        thread.start()
    try:
        for _ in range(20):
            with turns.turn(HOME, ANA):
                pass
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def test_an_address_is_believed_again_once_a_user_is_accepted_there(flooded: Questions) -> None:
    assert has_turn(flooded, HOME, ANA)
    refuse(flooded, HOME, ANA)  # by a token that is out of date
    assert has_turn(flooded, HOME, ANA)
    assert has_turn(flooded, HOME, "bob")


@pytest.mark.usefixtures("impatient")
def test_an_address_is_believed_again_after_a_while() -> None:
    now = [0.0]
    turns = Questions(lambda: now[0])
    refuse(turns, ELSEWHERE)
    with ExitStack() as held:
        for number in range(AT_ONCE):
            held.enter_context(turns.turn(f"192.0.2.{number}", EVE))
        assert has_turn(turns, ELSEWHERE)  # in a lane of its own
        now[0] = REFUSED_FOR
        assert not has_turn(turns, ELSEWHERE, "bob")


def test_one_site_is_believed_once_whatever_networks_it_has(flooded: Questions) -> None:
    refuse(flooded, "2001:db8:0:1::1")
    assert not has_turn(flooded, "2001:db8:0:2::1")
    assert has_turn(flooded, "2001:db8:1:1::1")


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("unknown", "", True),
    ],
)
def test_a_client_has_one_share(one: str, other: str, is_same: bool) -> None:  # noqa: FBT001 - a cell
    assert (share_of(one) == share_of(other)) is is_same


# --- Of a server ----------------------------------------------------------------------------------

NOT_PROXY = ("--trusted-proxy", "10.0.0.0/8")


@pytest.fixture
def moving(
    request: pytest.FixtureRequest,
    postgres_cluster: Server,
    project_template: str,
    tmp_path: Path,
) -> Iterator[World]:
    """A server of a project between a shared secret and public keys, whose answers take a while."""
    name = postgres_cluster.create_database(project_template)
    with StandIn(postgres_cluster.url_of(name), algorithm="HS256") as stand_in:
        for world in opened(stand_in, tmp_path, getattr(request, "param", ())):
            stand_in.faults.add("GET", USER, faults.delay(2), times=None)
            yield world
    postgres_cluster.drop_database(name)


@dataclass
class Flood:
    """Made-up tokens that strangers send at once, through a proxy, each from an address."""

    world: World
    client: httpx.Client
    forged: str
    statuses: list[int] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    def send(self, addresses: list[str]) -> None:
        """Send one token from each address; return when no more of them can be asked about."""

        def ask(address: str) -> None:
            self.statuses.append(self.status(self.forged, address))

        self.threads = [threading.Thread(target=ask, args=(address,)) for address in addresses]
        for thread in self.threads:
            thread.start()
        too_many = len(addresses) - AT_ONCE - MOST_WAITING
        while len(self.statuses) < too_many or self.asked() < AT_ONCE - 1:
            threading.Event().wait(0.005)

    def asked(self) -> int:
        return self.world.stand_in.requests.count("GET", USER)

    def status(self, token: str, address: str) -> int:
        """Return the status of an answer to somebody who calls through a proxy."""
        headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": address}
        url = f"{self.world.served.url}/dags"
        return self.client.get(url, params={"project_id": PROJECT}, headers=headers).status_code


@pytest.fixture
def flood(moving: World) -> Iterator[Flood]:
    user_id = moving.stand_in.add_user("eve@example.com", "a password of hers")
    forged = shared(lambda _: b"guessed")(Forger(moving.stand_in, user_id))
    with httpx.Client(timeout=60) as client:
        flood = Flood(moving, client, forged)
        yield flood
        for thread in flood.threads:
            thread.join()


def test_made_up_tokens_lock_out_no_user_who_calls_from_elsewhere(flood: Flood) -> None:
    world = flood.world
    user = person(world.served, world.stand_in, "ana", PROJECT)
    world.stand_in.rotate_key()
    flood.send([ELSEWHERE] * (AT_ONCE + MOST_WAITING + 4))
    assert flood.status(user.token, HOME) == 200
    assert set(flood.statuses) <= {401, 429, 503}


@pytest.mark.sweep
def test_made_up_tokens_of_many_addresses_lock_out_no_one_for_long(flood: Flood) -> None:
    world = flood.world
    user = person(world.served, world.stand_in, "ana", PROJECT)
    world.stand_in.rotate_key()
    addresses = [f"192.0.2.{number}" for number in range(2, AT_ONCE + MOST_WAITING + 6)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert set(pool.map(lambda address: flood.status(flood.forged, address), addresses)) == {
            401
        }
    world.stand_in.requests.clear()
    flood.send(addresses)
    assert flood.status(user.token, HOME) == 200


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("moving", "asked"), [((), AT_ONCE), (NOT_PROXY, AT_ONCE - 1)], indirect=["moving"]
)
def test_only_a_trusted_proxy_says_where_a_request_comes_from(flood: Flood, asked: int) -> None:
    flood.send([f"192.0.2.{number}" for number in range(AT_ONCE + MOST_WAITING + 4)])
    flood.world.served.wait_until(lambda: flood.asked() >= asked)
    assert flood.asked() == asked
