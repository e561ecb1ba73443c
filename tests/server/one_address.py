"""One address in front of several servers, as a load balancer has it: a connection for each."""

from __future__ import annotations

import itertools
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

_AT_ONCE = 64
_BYTES = 65536


class OneAddress:
    """Hands each connection to the next server that takes it; one that is down gets none."""

    def __init__(self, urls: Sequence[str]) -> None:
        places = [url.partition("://")[2].rpartition(":") for url in urls]
        self._servers = [(host, int(port)) for host, _, port in places]
        self._turns = itertools.cycle(range(len(urls)))
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_AT_ONCE)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.taken = [0] * len(urls)
        """How many connections each server got."""

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        first = next(self._turns)
        for step in range(len(self._servers)):
            number = (first + step) % len(self._servers)
            try:
                server = socket.create_connection(self._servers[number], timeout=10)
            except OSError:
                continue
            server.settimeout(None)
            self.taken[number] += 1
            with client, server:
                back = threading.Thread(target=_copy, args=(server, client), daemon=True)
                back.start()
                _copy(client, server)
                back.join()
            return
        client.close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Send on what comes, until one side hangs up; then nothing more is sent either way."""
    with suppress(OSError):
        while data := source.recv(_BYTES):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
