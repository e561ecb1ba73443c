"""Sockets: uvicorn, made to bear clients that send or take nothing, and to end well."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
import threading
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from dagctl.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

    from fastapi import FastAPI

    from dagctl.server.server_options import ServerOptions

HEAD_SECONDS = 10.0
"""How long a client may take to send the head of a request, on a new connection or a kept one."""
AT_ONCE = 4 * 1024
"""Bytes that are taken from a connection before the others have their turn.

asyncio takes 256 KiB: as chunks of one byte each, these are work for seconds.
"""
LARGEST_HEAD = 64 * 1024
"""Bytes that the head of a request may have: with a token, and the cookies of a whole domain."""
BACKLOG = 2048


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection on which no request head arrives, or no answer is taken.

    A connection either is answering a request, or is kept for a moment by uvicorn, or awaits the
    end of a head; only in the last state the time of a client runs. Bytes that trickle do not begin
    it again.
    """

    def __init__(self, *arguments: Any, answer_seconds: float, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Take over what uvicorn gives.

        Args:
            arguments: uvicorn's.
            answer_seconds: How long a client may leave an answer in the server's buffer.
            named: uvicorn's.
        """
        super().__init__(*arguments, **named)
        self._answer_seconds = answer_seconds
        self._head_timer: asyncio.TimerHandle | None = None
        self._answer_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Begin to wait for the first request."""
        transport.max_size = AT_ONCE  # type: ignore[attr-defined] # how asyncio's own name it
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Take some bytes; a head that has begun has to end in time, too."""
        super().data_received(data)
        if self._is_answering():
            self._stop_waiting()
        elif self._head_timer is None and not self.transport.is_closing():
            self._await_head()

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not take its answer."""
        super().pause_writing()
        if self._answer_timer is None:
            self._answer_timer = self.loop.call_later(self._answer_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: the answer was taken."""
        super().resume_writing()
        self._stop_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        self._stop_writing()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # None before the first request
        return cycle is not None and not cycle.response_complete

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_writing(self) -> None:
        if self._answer_timer is not None:
            self._answer_timer.cancel()
            self._answer_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if not self._is_answering() and not self.transport.is_closing():
            self.transport.close()


class EndingServer(uvicorn.Server):
    """A server that reports when it stops, and that a second signal stops at once."""

    def __init__(self, config: uvicorn.Config, on_exit: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_exit = on_exit

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; if that has begun already, let nothing more end by itself."""
        if self.should_exit:
            asyncio.get_running_loop().call_soon_threadsafe(self._cut_off)
        else:
            super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take SIGHUP, if the surroundings do not ignore it, as SIGTERM is taken."""
        with super().capture_signals():
            before = signal.getsignal(signal.SIGHUP)
            is_main = threading.current_thread() is threading.main_thread()
            if not is_main or before == signal.SIG_IGN:
                yield
                return
            signal.signal(signal.SIGHUP, self.handle_exit)
            try:
                yield
            finally:
                signal.signal(signal.SIGHUP, before)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, and give requests under way their time to end."""
        self._on_exit()
        await super().shutdown(sockets)

    def _cut_off(self) -> None:
        for task in self.server_state.tasks:
            task.cancel()


def bind(options: ServerOptions) -> socket.socket:
    """Return a socket that listens at the address; close it. Who connects early waits in line.

    Raises:
        UnavailableError: The address cannot be had.
    """
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    # the protocol by name: only then asyncio turns Nagle's algorithm off, which would let each
    # answer wait for the client's delayed ACK of its head, some 40 ms
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((options.host, options.port))
        bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise UnavailableError(
            f"{options.host} port {options.port}: {error.strerror or error}",
            hint="choose another --port or --host",
        ) from error
    return bound


def listen(
    app: FastAPI, options: ServerOptions, bound: socket.socket, on_exit: Callable[[], None]
) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP, then give requests under way their time to end."""
    _allow_many_connections()
    settings: dict[str, Any] = {
        "http": partial(ImpatientProtocol, answer_seconds=options.request_timeout),
        "h11_max_incomplete_event_size": LARGEST_HEAD,
        "ws": "none",
        "loop": "asyncio",
        "lifespan": "off",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": True,
        "forwarded_allow_ips": list(options.trusted_proxies),
        "backlog": BACKLOG,
        "timeout_graceful_shutdown": options.grace,
    }
    with suppress(KeyboardInterrupt):  # raised again by uvicorn, once all is done
        EndingServer(uvicorn.Config(app, **settings), on_exit).run(sockets=[bound])


def _allow_many_connections() -> None:
    """Let the process have as many open sockets as the system allows it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
