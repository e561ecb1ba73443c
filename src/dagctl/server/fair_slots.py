"""A few slots for many users: each gets its turn, and no user gets all of them."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dagctl.errors import UnavailableError
from dagctl.frozen import mutable
from dagctl.next_step import TRY_LATER
from dagctl.server.refusals import BusyError

if TYPE_CHECKING:
    from collections.abc import Iterator


@mutable(eq=False)
class _Ticket:
    """A request that waits: until it has a slot, or has given way."""

    has_slot: bool = False
    gave_way: bool = False


class FairSlots:
    """Slots that are given to the users in rotation. Safe to use from many threads.

    A user who asks often waits for the own requests, not others for them: one slot at least is
    always left for another user, and who waits comes after one request of each other user at most.
    """

    def __init__(
        self,
        slots: int,
        *,
        of_one: int,
        most_waiting: int,
        most_in_all: int | None = None,
        whose: str = "of yours",
    ) -> None:
        """Set the limits.

        Args:
            slots: How many may be taken at once.
            of_one: How many of them one user may have.
            most_waiting: How many requests of one user may wait.
            most_in_all: How many requests may wait; if there is one more, the last one of the user
                with the most of them is refused. None: there is no limit.
            whose: Ends "requests ..." where a user has too many.
        """
        self._free = slots
        self._of_one = of_one
        self._most_waiting = most_waiting
        self._most_in_all = most_in_all
        self._whose = whose
        self._changed = threading.Condition()
        self._taken: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[_Ticket]] = OrderedDict()

    @property
    def in_use(self) -> int:
        """How many requests have a slot or wait for one."""
        with self._changed:
            return self._count() + self._taken.total()

    @contextmanager
    def slot(self, user: str, seconds: float) -> Iterator[None]:
        """Hold a slot, when the user's turn has come.

        Raises:
            BusyError: Too many requests of the user wait already.
            UnavailableError: The turn did not come within so many seconds.
        """
        self._take(user, seconds)
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._taken -= Counter({user: 1})
                self._grant()

    def _take(self, user: str, seconds: float) -> None:
        ticket = _Ticket()
        with self._changed:
            waiting = self._waiting.setdefault(user, deque())
            if len(waiting) >= self._most_waiting:
                raise self._busy()
            waiting.append(ticket)
            self._grant()
            self._make_room()
            self._changed.wait_for(lambda: ticket.has_slot or ticket.gave_way, seconds)
            if ticket.has_slot:
                return
            if ticket.gave_way:
                raise self._busy()
            waiting.remove(ticket)
            self._forget(user)
        raise UnavailableError(f"the turn did not come within {seconds:.3g} s", hint=TRY_LATER)

    def _make_room(self) -> None:
        """Let one request give way, if too many wait: of users with as many, that of the last."""
        if self._most_in_all is not None and self._count() > self._most_in_all:
            longest = max(reversed(self._waiting), key=lambda user: len(self._waiting[user]))
            self._waiting[longest].pop().gave_way = True
            self._forget(longest)
            self._changed.notify_all()

    def _count(self) -> int:
        return sum(map(len, self._waiting.values()))

    def _busy(self) -> BusyError:
        return BusyError(f"too many requests {self._whose} wait already", hint=TRY_LATER)

    def _grant(self) -> None:
        """Give the free slots to the users who wait, the one who has waited longest first."""
        for user in list(self._waiting):
            if not self._free:
                break
            if self._waiting[user] and self._taken[user] < self._of_one:
                self._waiting[user].popleft().has_slot = True
                self._taken[user] += 1
                self._free -= 1
                self._waiting.move_to_end(user)
            self._forget(user)
        if self._free and any(
            waiting and self._taken[user] < self._of_one for user, waiting in self._waiting.items()
        ):
            self._grant()
        self._changed.notify_all()

    def _forget(self, user: str) -> None:
        if not self._waiting.get(user, True):
            del self._waiting[user]
