"""What a request may take is counted in all, and threads are counted as long as they are there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from starlette.datastructures import Headers

from dagctl.errors import UnavailableError
from dagctl.server.body import Body
from tests.server.local_service import opened

if TYPE_CHECKING:
    from pathlib import Path


HERE = Headers({"host": "127.0.0.1"})


def test_a_step_gets_what_the_steps_before_have_left(tmp_path: Path) -> None:
    async def request() -> None:
        service = opened(tmp_path, 5)
        await service.admit(HERE, "")
        before = service.seconds_left()
        await asyncio.sleep(0.01)
        assert 0 < service.seconds_left() < before < 5

    asyncio.run(request())


def test_nothing_is_begun_when_the_time_is_up(tmp_path: Path) -> None:
    begun: list[str] = []

    async def request() -> None:
        service = opened(tmp_path, 0.5)
        caller = await service.admit(HERE, "")
        await asyncio.sleep(service.seconds_left() + 0.01)
        assert service.seconds_left() == 0
        for step in (
            service.work(lambda: begun.append("work")),
            service.check(caller, Body(b"", "yaml")),
            service.change("p", caller, lambda _: begun.append("change")),
        ):
            with pytest.raises(UnavailableError, match=r"no answer within 0\.5 s"):
                await step

    asyncio.run(request())
    assert begun == []
