"""Whose turn it is to have a token checked by the auth server."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from dagctl.errors import NotSignedInError
from dagctl.server.fair_slots import FairSlots

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

AT_ONCE, MOST_WAITING = 8, 16
"""How many questions may be under way at once, and how many more may wait: in each lane."""
LANES = 3
SECONDS = 3.0
"""How long a question waits for its turn."""
REFUSED_FOR = 600.0
"""Seconds for which an address counts as one that sends made-up tokens."""
MOST_REFUSED = 5
"""After how many refused tokens in a row a user is no longer believed where they were accepted."""
MOST_REMEMBERED = 16_384
"""How many users with their addresses, and how many networks, are remembered."""


class Questions:
    """Turns to ask the auth server, shared fairly by the addresses that the questions come from.

    Anyone can make up tokens that only the auth server can check, with any user's id in them. What
    they cannot make up is the address that they call from. There are three lanes, each with turns
    of its own: for a user whom the auth server has accepted from that address, for addresses of
    which nothing is known, and for those whose last token was refused lately. So each address is
    believed once, and of who sends many tokens, the own questions wait or are refused.

    In the first lane a whole site has one share, as it is the site that is believed. One refused
    token takes no user out of it, as a neighbour may have sent that in their name; several do.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._of_known, self._of_others, self._of_refused = (_slots() for _ in range(LANES))
        self._accepted = _Recent()
        """How many tokens were refused since one was accepted, by the users and their networks."""
        self._refused = _Recent()
        """When a token was refused last, by the networks."""

    @contextmanager
    def turn(self, address: str, user_id: str) -> Iterator[None]:
        """Hold a turn for the length of the block, which raises what the auth server refuses.

        Args:
            address: Where the question comes from.
            user_id: Whom the token names.

        Raises:
            BusyError: Too many questions from there wait already.
            UnavailableError: The turn does not come in time.
        """
        network = network_of(address)
        who = (user_id, network)
        lane = self._lane(who)
        share = network if lane is self._of_known else share_of(address)
        with lane.slot(share, SECONDS):
            try:
                yield
            except NotSignedInError:
                self._refused.put(network, self._clock())
                self._accepted.count(who, MOST_REFUSED)
                raise
            self._accepted.put(who, 0)
            self._refused.forget(network)

    def _lane(self, who: tuple[str, str]) -> FairSlots:
        if self._accepted.get(who) is not None:
            return self._of_known
        since = self._refused.get(who[1])
        was_refused = since is not None and self._clock() - since < REFUSED_FOR
        return self._of_refused if was_refused else self._of_others


class _Recent:
    """A number for each of those that were put in last. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: OrderedDict[Hashable, float] = OrderedDict()

    def get(self, key: Hashable) -> float | None:
        with self._lock:
            return self._numbers.get(key)

    def put(self, key: Hashable, number: float) -> None:
        with self._lock:
            self._numbers[key] = number
            self._numbers.move_to_end(key)
            while len(self._numbers) > MOST_REMEMBERED:
                self._numbers.popitem(last=False)

    def count(self, key: Hashable, most: int) -> None:
        """Add one to the number of a key that is there, and forget the key at the most."""
        with self._lock:
            if key in self._numbers:
                self._numbers[key] += 1
                if self._numbers[key] >= most:
                    del self._numbers[key]

    def forget(self, key: Hashable) -> None:
        with self._lock:
            self._numbers.pop(key, None)


def share_of(address: str) -> str:
    """Return what stands for all addresses that one client may have.

    For IPv6 that is a network of 64 bits, as one host has all addresses in it (RFC 7381, section
    2.6). What is no address has one share together.
    """
    return _prefix(address, 64)


def network_of(address: str) -> str:
    """Return what stands for all addresses that one customer of a network may have.

    For IPv6 that is a network of 48 bits, the most that one site is given (RFC 6177, section 2).
    """
    return _prefix(address, 48)


def _prefix(address: str, bits: int) -> str:
    try:
        number = ip_address(address)
    except ValueError:
        return ""
    if isinstance(number, IPv6Address):
        return str(number.ipv4_mapped or int(number) >> (128 - bits))
    return str(number)


def _slots() -> FairSlots:
    return FairSlots(
        AT_ONCE,
        of_one=AT_ONCE - 1,
        most_waiting=MOST_WAITING,
        most_in_all=MOST_WAITING,
        whose="from your address",
    )
