"""Rows that are too large for memory go into a file, and each try of the request sends them all."""

from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING

import httpx
import pytest

from dagctl.adapters.supabase import large_body
from dagctl.adapters.supabase.large_body import LARGE, body_of
from dagctl.adapters.supabase.supabase_client import DataClient
from dagctl.endpoint import Endpoint
from dagctl.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROW = {"dag_id": "orders", "spec": {"words": "ü" * 1000}}


def rows(count: int) -> Iterator[dict[str, object]]:
    for number in range(count):
        yield {**ROW, "number": number}


class Server(httpx.BaseTransport):
    """Answers 503 once, then 200; it keeps what was sent."""

    patience = 30.0

    def __init__(self) -> None:
        self.sent: list[tuple[int, bytes]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        body = b"".join(request.stream)
        self.sent.append((int(request.headers["content-length"]), body))
        return httpx.Response(503 if len(self.sent) == 1 else 200, json="confirmed")


class SignedIn:
    def access_token(self) -> str:
        return "token"


@pytest.mark.parametrize("count", [0, 1, 3000])
def test_each_try_sends_all_rows_in_one_json_object(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    server = Server()
    endpoint = Endpoint("https://abc.supabase.co", "sb_publishable_x")
    client = DataClient(endpoint, SignedIn(), server)  # type: ignore[arg-type]
    answer = client.call_with_rows("confirm", {"p_operation": "x"}, "p_records", rows(count))
    client.close()
    assert answer == "confirmed"
    assert len(server.sent) == 2
    for length, body in server.sent:
        assert length == len(body)
        assert json.loads(body) == {"p_operation": "x", "p_records": list(rows(count))}


def test_memory_does_not_grow_with_the_rows() -> None:
    tracemalloc.start()
    peaks = []
    for count in (3_000, 12_000):
        tracemalloc.reset_peak()
        with body_of({}, "p_records", rows(count)) as (plain, body):
            assert body is not None
            assert plain == {}
            assert body.size > count * 2000
            assert sum(map(len, body)) == body.size
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert peaks[1] < peaks[0] + LARGE / 10


def test_small_rows_need_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(large_body, "TemporaryFile")
    with body_of({"p": 1}, "p_records", rows(3)) as (plain, body):
        assert plain == {"p": 1, "p_records": list(rows(3))}
        assert body is None


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_body, "TemporaryFile", lambda: open("/dev/full", "r+b"))  # noqa: PTH123, SIM115 - as the one that it stands for
    with pytest.raises(UnavailableError, match="cannot be written: No space left"):  # noqa: SIM117
        with body_of({}, "p_records", rows(3000)):
            pass
