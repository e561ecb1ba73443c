"""Whose turn it is to have a token checked by the auth server."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from dagctl.server.fair_slots import FairSlots

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

AT_ONCE, MOST_WAITING = 8, 16
"""How many questions may be under way at once, and how many more may wait: each for users whom the
auth server has accepted lately, and again for all others."""
SECONDS = 3.0
"""How long a question waits for its turn."""


class Questions:
    """Turns to ask the auth server, shared fairly by the addresses that the questions come from.

    Anyone can make up tokens that only the auth server can check. Of who sends many, the own
    questions wait or are refused, and not those of another address.
    """

    def __init__(self) -> None:
        self._of_known, self._of_others = _slots(), _slots()

    def turn(self, address: str, *, is_known: bool) -> AbstractContextManager[None]:
        """Hold a turn for the length of the block.

        Args:
            address: Where the question comes from.
            is_known: The auth server has accepted a token of its user lately.

        Raises:
            BusyError: Too many questions from there wait already.
            UnavailableError: The turn does not come in time.
        """
        slots = self._of_known if is_known else self._of_others
        return slots.slot(share_of(address), SECONDS)


def share_of(address: str) -> str:
    """Return what stands for all addresses that one client may have.

    For IPv6 that is a network of 64 bits, as one host has all addresses in it (RFC 7381, section
    2.6). What is no address has one share together.
    """
    try:
        number = ip_address(address)
    except ValueError:
        return ""
    if isinstance(number, IPv6Address):
        return str(number.ipv4_mapped or int(number) >> 64)
    return str(number)


def _slots() -> FairSlots:
    return FairSlots(
        AT_ONCE,
        of_one=AT_ONCE - 1,
        most_waiting=MOST_WAITING,
        most_in_all=MOST_WAITING,
        whose="from your address",
    )
