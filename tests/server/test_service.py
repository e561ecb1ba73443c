"""What a request may take is counted in all, and threads are counted as long as they are there."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest
from starlette.datastructures import Headers

from dagctl.adapters.local_user import local_user_id
from dagctl.errors import UnavailableError
from dagctl.server.identity import LocalDoor
from dagctl.server.options import Options
from dagctl.server.projects import Projects
from dagctl.server.service import CHECKERS, Service

if TYPE_CHECKING:
    from pathlib import Path

HERE = Headers({"host": "127.0.0.1"})
EMAIL = "ana@example.com"


def opened(root: Path, seconds: float, *, cors_origins: tuple[str, ...] = ()) -> Service:
    options = Options(
        root=root, local_user=EMAIL, request_timeout=seconds, cors_origins=cors_origins
    )
    door = LocalDoor(EMAIL, local_user_id(EMAIL))
    return Service(options, door, Projects(options, {}), {}, lambda _: None)


def test_a_step_gets_what_the_steps_before_have_left(tmp_path: Path) -> None:
    async def request() -> None:
        service = opened(tmp_path, 5)
        await service.admit(HERE)
        before = service.seconds_left()
        await asyncio.sleep(0.01)
        assert 0 < service.seconds_left() < before < 5

    asyncio.run(request())


def test_nothing_is_begun_when_the_time_is_up(tmp_path: Path) -> None:
    begun: list[str] = []

    async def request() -> None:
        service = opened(tmp_path, 0.5)
        caller = await service.admit(HERE)
        await asyncio.sleep(service.seconds_left() + 0.01)
        assert service.seconds_left() == 0
        for step in (
            service.work(lambda: begun.append("work")),
            service.compute(lambda: begun.append("compute")),
            service.change("p", caller, lambda _: begun.append("change")),
        ):
            with pytest.raises(UnavailableError, match=r"no answer within 0\.5 s"):
                await step

    asyncio.run(request())
    assert begun == []


def test_a_thread_that_nobody_waits_for_any_more_still_counts(tmp_path: Path) -> None:
    begun: list[int] = []
    go_on = threading.Event()

    def slow() -> int:
        begun.append(len(begun))
        assert go_on.wait(60)
        return len(begun)

    async def requests() -> None:
        service = opened(tmp_path, 1)
        many = [service.compute(slow) for _ in range(2 * CHECKERS)]
        ends = await asyncio.gather(*many, return_exceptions=True)
        assert {type(one) for one in ends} == {UnavailableError}
        assert len(begun) == CHECKERS
        go_on.set()
        assert await service.compute(slow) == CHECKERS + 1

    asyncio.run(requests())
