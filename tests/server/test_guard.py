"""An unexpected error is answered as the command line would end."""

from __future__ import annotations

import asyncio
import errno
import os
from typing import TYPE_CHECKING

import httpx
import pytest

from dagctl.errors import InterruptedRunError, UnavailableError, UnfinishedError
from dagctl.server.app import make_app
from dagctl.server.metrics import Metrics
from tests.server.local_service import opened

if TYPE_CHECKING:
    from pathlib import Path

STATE = "unknown: see what is there before you try again"


APP = "https://app.example.com"


def answer_to(error: Exception, root: Path) -> httpx.Response:
    """Return the answer of a server in which an endpoint fails so; the server goes on."""

    async def failing() -> None:
        raise error

    async def asked() -> httpx.Response:
        app = make_app(opened(root, 5, cors_origins=(APP,)), Metrics())
        app.add_api_route("/failing", failing)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            sent = {"X-Request-ID": "the-one", "Origin": APP}
            answer = await client.get("/failing", headers=sent)
            assert (await client.get("/healthz")).text == "ok"
            return answer

    return asyncio.run(asked())


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE, errno.EROFS, errno.EIO])
def test_what_the_machine_lacks_is_no_bug(
    tmp_path: Path, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    answer = answer_to(OSError(number, os.strerror(number), "/of/the/machine"), tmp_path)
    told = answer.json()
    assert (answer.status_code, told["code"], told["retryable"]) == (503, "UNAVAILABLE", True)
    assert told["detail"] == f"the server's machine failed: {os.strerror(number)}"
    assert told["state"] == STATE
    assert "/of/the/machine" in caplog.text


@pytest.mark.parametrize(
    "error", [UnavailableError("x"), UnfinishedError("x"), InterruptedRunError("x")]
)
def test_whatever_is_answered_503_may_be_sent_again(tmp_path: Path, error: Exception) -> None:
    answer = answer_to(error, tmp_path)
    assert (answer.status_code, answer.json()["retryable"]) == (503, True)
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "none"), ZeroDivisionError()])
def test_a_bug_is_500_and_reported_to_the_operators_only(
    tmp_path: Path, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    answer = answer_to(error, tmp_path)
    told = answer.json()
    assert (answer.status_code, told["code"], told["retryable"]) == (500, "BUG", False)
    assert told["detail"] == "the server met an unexpected error"
    assert told["state"] == STATE
    assert told["fix"] == "give the operators the request id the-one"
    assert answer.headers["access-control-allow-origin"] == APP
    assert type(error).__name__ not in answer.text
    (logged,) = [one for one in caplog.records if one.getMessage() == "a bug"]
    assert vars(logged)["fields"] == {"request_id": "the-one"}
    assert type(error).__name__ in caplog.text
