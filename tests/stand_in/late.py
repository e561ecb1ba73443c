"""Requests that arrive late: held back by the network, acted on when nobody waits any more."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Delivery:
    """One late request, which arrives once at most."""

    def __init__(self, arrive: Callable[[], object], seconds: float) -> None:
        self._arrive = arrive
        self._over = False
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self.arrive)
        self._timer.daemon = True
        self._timer.start()

    def arrive(self) -> None:
        """Let it arrive now; if it is arriving already, wait until it has been acted on."""
        with self._lock:
            if not self._over:
                self._over = True
                self._arrive()
        self._timer.cancel()

    def lose(self) -> None:
        """Let it never arrive."""
        with self._lock:
            self._over = True
        self._timer.cancel()


@dataclass
class Held:
    """A request that the server acts on after a while, for a client that may still wait."""

    free: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


@dataclass
class LateRequests:
    """All requests that are on their way."""

    _deliveries: list[Delivery] = field(default_factory=list)
    _held: list[Held] = field(default_factory=list)

    def add(self, arrive: Callable[[], object], seconds: float) -> None:
        self._deliveries.append(Delivery(arrive, seconds))

    @contextmanager
    def held(self, seconds: float) -> Iterator[None]:
        """Hold a request for so long, or until everything is to arrive; act on it in the block."""
        held = Held()
        self._held.append(held)
        held.free.wait(seconds)
        try:
            yield
        finally:
            held.over.set()

    def settle(self) -> None:
        """Let everything arrive now; return when all of it has been acted on."""
        while self._deliveries:
            self._deliveries.pop().arrive()
        while self._held:
            held = self._held.pop()
            held.free.set()
            held.over.wait()

    def lose(self) -> None:
        """Let nothing of it arrive."""
        while self._deliveries:
            self._deliveries.pop().lose()
        self._held.clear()
