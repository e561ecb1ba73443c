"""The socket that the server listens on, as asyncio takes it over."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import closing
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.server import ServerState

from dagctl.server.listen import AT_ONCE, EndingServer, ImpatientProtocol, bind
from dagctl.server.server_options import ServerOptions

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Receive, Send


def test_an_answer_does_not_wait_for_the_acknowledgement_of_its_head(tmp_path: Path) -> None:
    assert asyncio.run(nodelay(ServerOptions(root=tmp_path, port=0)))


async def nodelay(options: ServerOptions) -> int:
    """Return whether Nagle's algorithm is off on a connection that was accepted."""
    found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    class Accepted(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            one = transport.get_extra_info("socket")
            found.set_result(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            transport.close()

    with bind(options) as bound:
        server = await asyncio.get_running_loop().create_server(Accepted, sock=bound)
        async with server:
            with closing(socket.create_connection(bound.getsockname())):
                return await found


def test_no_connection_has_more_than_its_share_taken_at_once(tmp_path: Path) -> None:
    sizes = asyncio.run(sizes_taken(ServerOptions(root=tmp_path, port=0), b"1\r\n \r\n" * 50_000))
    assert max(sizes) == AT_ONCE


async def sizes_taken(options: ServerOptions, chunks: bytes) -> list[int]:
    """Return how much is taken at once of a body in chunks of one byte."""
    sizes: list[int] = []

    class Measured(ImpatientProtocol):
        def data_received(self, data: bytes) -> None:
            sizes.append(len(data))
            super().data_received(data)

    async def app(scope: object, receive: Receive, send: Send) -> None:
        del scope
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    config = uvicorn.Config(app, log_config=None, lifespan="off")
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    with bind(options) as bound:
        server = await loop.create_server(
            lambda: Measured(config, state, {}, answer_seconds=60), sock=bound
        )
        async with server:
            reader, writer = await asyncio.open_connection(*bound.getsockname())
            head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            writer.write(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
            writer.close()
    return sizes


def test_who_connects_before_the_server_runs_waits_in_line(tmp_path: Path) -> None:
    with bind(ServerOptions(root=tmp_path, port=0)) as bound:
        socket.create_connection(bound.getsockname()).close()


def test_a_hang_up_ends_the_server_as_sigterm_does_unless_it_is_ignored() -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGHUP, lambda number, _: seen.append(number))
    try:
        for is_ignored in (False, True):
            server = EndingServer(uvicorn.Config("app"), on_exit=lambda: None)
            with server.capture_signals():
                signal.raise_signal(signal.SIGHUP)
                assert server.should_exit is not is_ignored
            assert seen == [signal.SIGHUP]  # what counted before is back, and hears of it
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
    finally:
        signal.signal(signal.SIGHUP, before)
