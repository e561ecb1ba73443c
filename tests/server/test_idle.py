"""Connections on which nothing, or next to nothing, comes or goes: they stop nobody, and end."""

from __future__ import annotations

import json
import resource
import socket
import threading
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.server.rows import insert_rows
from tests.server.served import PROJECT, spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.server.served import Person, Served
    from tests.stand_in import StandIn

SILENT, TRICKLING = 1000, 200
FEW_FILES = 256
"""What a shell may allow a process to open; the server asks for what the system allows."""
MEGABYTES = 100
"""What these connections may cost the server: 80 kB each, the first of each kind of request and
the libraries for it included."""
DEADLINE = 90.0
"""Seconds after which something never happens."""
HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
WHOLE = HEAD + b"\r\n"


def test_a_thousand_silent_connections_stop_no_one(served: Served, ada: Person) -> None:
    served.kill()
    with few_files():
        served.start()
    assert ada.create().json()["dag_id"] == "orders"
    before = memory(served)
    with connections(served, SILENT) as silent, connections(served, TRICKLING) as slow:
        heads, bodies = slow[::2], slow[1::2]
        for one in heads:
            one.sendall(HEAD)
        for one in bodies:
            one.sendall(post(ada, 10_000))
        with trickling(slow):
            created = [ada.create().json()["dag_id"] for _ in range(3)]
            assert created == ["orders_2", "orders_3", "orders_4"]
            assert len(ada.get("/dags").json()["dags"]) == 4
            assert ada.get("/healthz").text == "ok"
            assert memory(served) - before < MEGABYTES
            for one in [*silent, *heads]:
                assert rest_of(one) == b""
            assert ada.get("/healthz").text == "ok"


def test_a_head_that_does_not_end_ends_any_connection(local: Served) -> None:
    with connections(local, 5) as (kept, one_by_one, at_once, behind, idle):
        for one in (kept, idle):
            one.sendall(WHOLE)
            assert next_answer(one) == (200, b"ok")
        kept.sendall(WHOLE)  # a second request, on the same connection
        assert next_answer(kept) == (200, b"ok")
        for byte in (WHOLE[n : n + 1] for n in range(len(WHOLE))):
            one_by_one.sendall(byte)
        assert next_answer(one_by_one) == (200, b"ok")
        at_once.sendall(WHOLE * 3)
        assert [next_answer(at_once) for _ in range(3)] == [(200, b"ok")] * 3
        behind.sendall(WHOLE + HEAD)
        assert next_answer(behind) == (200, b"ok")
        slow = (kept, one_by_one, at_once, behind)
        for one in slow[:3]:
            one.sendall(HEAD)
        with trickling(slow):
            for one in (*slow, idle):
                assert rest_of(one) == b""


def test_a_head_of_up_to_64_kib_is_read(local: Served) -> None:
    with connections(local, 2) as (large, too_large):
        large.sendall(HEAD + b"X-Large: " + b"x" * 65_000 + b"\r\n\r\n")
        assert next_answer(large) == (200, b"ok")
        with suppress(ConnectionError):
            too_large.sendall(HEAD + b"X-Large: " + b"x" * 90_000 + b"\r\n\r\n")
        assert rest_of(too_large)[:12] in {b"", b"HTTP/1.1 400"}


@pytest.mark.parametrize("options", [("--request-timeout", "2")], ids=["2 s"])
def test_a_body_that_does_not_end_is_answered(local: Served) -> None:
    with connections(local, 1) as (one,), trickling([one]):
        one.sendall(post(None, 10_000))
        status, body = next_answer(one)
        assert (status, json.loads(body)["detail"]) == (408, "the body did not arrive in time")
        assert rest_of(one) == b""


@pytest.mark.parametrize("options", [("--request-timeout", "10")], ids=["10 s"])
def test_an_answer_that_no_one_takes_ends_the_connection(
    served: Served, ada: Person, stand_in: StandIn
) -> None:
    insert_rows(stand_in, PROJECT, 1000, description="x" * 4000)
    ask = f"GET /dags?project_id={PROJECT} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {ada.token}"
    with connections(served, 1) as (one,):
        one.sendall(f"{ask}\r\n\r\n".encode() * 10)  # some 45 MB, more than any buffer of a socket
        wait_until_closed(served, one)
        with suppress(ConnectionResetError):
            assert len(rest_of(one)) < 40_000_000
    assert ada.get("/healthz").text == "ok"


# --- Connections ---


@contextmanager
def connections(served: Served, count: int) -> Iterator[list[socket.socket]]:
    """Open connections to the server; none has sent anything yet."""
    at = urlsplit(served.url)
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                closing(socket.create_connection((at.hostname, at.port), timeout=DEADLINE))
            )
            for _ in range(count)
        ]


@contextmanager
def trickling(sockets: Sequence[socket.socket]) -> Iterator[None]:
    """Let one byte after another go to each of the connections."""
    is_over = threading.Event()

    def trickle() -> None:
        while not is_over.wait(0.3):
            send_to_each(sockets)

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def send_to_each(sockets: Iterable[socket.socket]) -> None:
    for one in sockets:
        with suppress(OSError):  # the server has closed it
            one.sendall(b"a")


def post(caller: Person | None, length: int) -> bytes:
    """Return the head of a create, and the beginning of its body."""
    token = "" if caller is None else f"Authorization: Bearer {caller.token}\r\n"
    head = f"POST /create-dag HTTP/1.1\r\nHost: localhost\r\n{token}Content-Length: {length}\r\n"
    return f"{head}Content-Type: application/json\r\n\r\n".encode() + json.dumps(spec()).encode()


def next_answer(one: socket.socket) -> tuple[int, bytes]:
    """Return status and body of the next answer on a connection."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = one.recv(1)
        assert byte, head
        head += byte
    first, *lines = head.decode().split("\r\n")
    named = dict(line.lower().split(": ", 1) for line in lines if line)
    length, body = int(named["content-length"]), b""
    while len(body) < length:
        part = one.recv(length - len(body))
        assert part, body
        body += part
    return int(first.split()[1]), body


def rest_of(one: socket.socket) -> bytes:
    """Return all that still comes on a connection, once the server has closed it."""
    parts = []
    with suppress(ConnectionResetError):  # it was closed with bytes from here unread
        while part := one.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


# --- The server's process ---


@contextmanager
def few_files() -> Iterator[None]:
    """Let what is started in the block have few open files, unless it asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW_FILES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))


def memory(served: Served) -> float:
    """Return the megabytes that the server's process holds."""
    lines = Path(f"/proc/{served.pid}/status").read_text().splitlines()
    (found,) = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
    return int(found) / 1024


def wait_until_closed(served: Served, one: socket.socket) -> None:
    """Return when the server has closed its end of a connection, though nothing is read from it."""
    here = f":{one.getsockname()[1]:04X}"
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        lines = Path(f"/proc/{served.pid}/net/tcp").read_text().splitlines()[1:]
        ends = [line.split() for line in lines]
        if not any(end[2].endswith(here) and end[3] == "01" for end in ends):
            return
        time.sleep(0.1)
    raise AssertionError("the connection is still there")
