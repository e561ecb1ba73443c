"""Hostile and broken servers: what they answer is bounded, and never taken for what it is not."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.http import bounds
from dagctl.adapters.http.http_client import ONCE, Connections
from dagctl.adapters.supabase.http import open_client
from dagctl.endpoint import Endpoint
from dagctl.errors import (
    DagctlError,
    ExitCode,
    NotSignedInError,
    UnavailableError,
    UnexpectedError,
    UsageError,
)
from tests.stand_in.faults import Fault, answer
from tests.stand_in.messages import Response
from tests.supabase.conftest import ada, place, quick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.supabase.place import Place

__all__ = ["ada", "place", "quick"]

KEY = "sb_publishable_test"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


# --- Answers that trickle, never end, or unpack to more than a machine has ---


def trickle(connection: socket.socket, data: bytes, over: threading.Event) -> None:
    for byte in data:
        connection.sendall(bytes([byte]))
        if over.wait(0.05):
            return


def head_trickles(connection: socket.socket, over: threading.Event) -> None:
    trickle(connection, HEAD + b"X-Long: " + b"x" * 10_000, over)


def body_trickles(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(HEAD + b"Content-Length: 10000\r\n\r\n")
    trickle(connection, b" " * 10_000, over)


def body_never_ends(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(HEAD + b"\r\n")
    while not over.is_set():
        connection.sendall(b" " * 65_536)


def packed(connection: socket.socket, body: bytes, encoding: bytes) -> None:
    head = HEAD + b"Content-Encoding: " + encoding + b"\r\nContent-Length: %d\r\n\r\n" % len(body)
    connection.sendall(head + body)


def values_without_end(connection: socket.socket, over: threading.Event) -> None:
    """Few bytes each, and hundreds in memory: a part of the largest answer takes gigabytes."""
    connection.sendall(HEAD + b"\r\n[")
    for _ in range(60):
        if over.is_set():
            return
        connection.sendall(b"{}," * 10_000)
    connection.sendall(b"0]")


def bomb(connection: socket.socket, over: threading.Event) -> None:
    del over
    packer = zlib.compressobj(wbits=31)
    body = b"".join(packer.compress(b"\0" * 2**20) for _ in range(64)) + packer.flush()
    packed(connection, body, b"gzip")


def bomb_in_a_bomb(connection: socket.socket, over: threading.Event) -> None:
    del over
    packed(connection, gzip.compress(gzip.compress(b"\0" * 2**20)), b"gzip, gzip")


def packed_in_no_way(connection: socket.socket, over: threading.Event) -> None:
    del over
    packed(connection, b"not packed at all", b"gzip")


@contextmanager
def server(act: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """Answer each connection on a loopback port by `act`; yield the URL."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, suppress(OSError):
                    connection.recv(65_536)
                    act(connection, over)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(10)


@pytest.mark.parametrize("act", [head_trickles, body_trickles])
def test_an_answer_that_trickles_ends_with_the_requests_time(
    act: Callable[[socket.socket, threading.Event], None],
) -> None:
    with (
        server(act) as url,
        open_client(Endpoint(url, KEY), connections=Connections(patience=1.0)) as client,
        pytest.raises(UnavailableError),
    ):
        client.get(url)


@pytest.mark.parametrize("act", [body_never_ends, bomb, bomb_in_a_bomb, packed_in_no_way])
def test_an_answer_is_never_larger_than_the_limit(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[socket.socket, threading.Event], None]
) -> None:
    monkeypatch.setattr(bounds, "LARGEST", 8 * 2**20)
    with (
        server(act) as url,
        open_client(Endpoint(url, KEY)) as client,
        pytest.raises(UnavailableError),
    ):
        client.get(url, extensions=ONCE)


def test_an_answer_has_no_more_values_than_the_limit() -> None:
    with (
        server(values_without_end) as url,
        open_client(Endpoint(url, KEY)) as client,
        pytest.raises(UnavailableError, match="more than 1000000 values"),
    ):
        client.get(url, extensions=ONCE)


def test_a_packed_answer_is_unpacked() -> None:
    def act(connection: socket.socket, over: threading.Event) -> None:
        del over
        packed(connection, gzip.compress(b'{"a": "\xc3\xa9"}' + b" " * 100_000), b"gzip")

    with server(act) as url, open_client(Endpoint(url, KEY)) as client:
        assert client.get(url).json() == {"a": "é"}


# --- Answers that say success and are something else ---

HTML = Response(200, b"<html>please sign in to the wifi</html>", {"content-type": "text/html"})
DEEP = Response(200, b"[" * 200_000, {"content-type": "application/json"})
NOTHING = Response(204, b"", {})
ANSWERS = {
    "html": Fault("answer", response=HTML),
    "deep": Fault("answer", response=DEEP),
    "204": Fault("answer", response=NOTHING),
    "[]": answer(200, []),
    "{}": answer(200, {}),
    "a text": answer(200, "yes"),
}
CALLS = {
    "find": ("POST", "/rest/v1/rpc/find_dags"),
    "reserve": ("POST", "/rest/v1/rpc/reserve"),
    "upload": ("POST", "/storage/v1/object/*"),
    "confirm": ("POST", "/rest/v1/rpc/confirm"),
}
HARMLESS = {("find", "[]")}
"""Which of these answers is a good one."""


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("what", ANSWERS)
@pytest.mark.parametrize("call", CALLS)
def test_what_is_no_answer_of_supabase_is_unavailable_and_undone(
    place: Place, call: str, what: str
) -> None:
    if (call, what) in HARMLESS:
        return
    spec = place.spec("specs/orders.yaml")
    place.stand_in.faults.add(*CALLS[call], ANSWERS[what], times=None)
    with pytest.raises(DagctlError) as caught:
        place.create(spec)
    assert not isinstance(caught.value, UnexpectedError)
    assert caught.value.exit_code in {ExitCode.UNAVAILABLE, ExitCode.UNFINISHED}
    place.stand_in.faults.clear()
    place.recover()
    place.create(spec)
    place.check_agreement()
    assert place.versions() == {"orders": 1}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("dag_id", ["../../x", "orders_x", "x", "orders/../x", ""])
def test_a_name_that_was_not_asked_for_is_not_taken(place: Place, dag_id: str) -> None:
    granted = {
        "row_id": "5f0c9c1e-5a56-5d0e-8c64-1c2f7a1d9a01",
        "dag_id": dag_id,
        "version": 1,
        "user_id": "5f0c9c1e-5a56-5d0e-8c64-1c2f7a1d9a01",
        "created_at": "2026-01-01T00:00:00+00:00",
        "spec_digest": "",
        "is_unchanged": False,
        "file_path": None,
        "commit_id": None,
    }
    place.stand_in.faults.add(*CALLS["reserve"], answer(200, [granted]), times=None)
    with pytest.raises(UnavailableError):
        place.create(place.spec("specs/orders.yaml"))
    assert place.files() == {}


# --- Storage's 400, and what it means ---


def storage_says(status: str, error: str, message: str) -> Fault:
    return answer(400, {"statusCode": status, "error": error, "message": message})


@pytest.mark.usefixtures("quick")
def test_storage_that_is_too_busy_is_asked_again(place: Place) -> None:
    busy = storage_says("429", "TooManyRequests", "slow down")
    place.stand_in.faults.add(*CALLS["upload"], busy, times=2)
    place.create(place.spec("specs/orders.yaml"))
    place.check_agreement()
    assert place.versions() == {"orders": 1}


@pytest.mark.usefixtures("quick")
def test_a_token_that_storage_does_not_take_is_a_matter_of_signing_in(place: Place) -> None:
    refused = storage_says("400", "InvalidJWT", "jwt malformed")
    place.stand_in.faults.add(*CALLS["upload"], refused, times=None)
    with pytest.raises(NotSignedInError):
        place.create(place.spec("specs/orders.yaml"))
    assert place.rows() == []


# --- A database without the newest migrations ---


@pytest.mark.usefixtures("quick")
def test_a_function_that_is_missing_names_the_migrations_that_make_it(place: Place) -> None:
    place.stand_in.sql("drop function public.find_dags")
    with pytest.raises(UsageError, match="migrations up to 2026") as caught:
        place.create(place.spec("specs/orders.yaml"))
    assert "dagctl migrations export" in str(caught.value.hint)
