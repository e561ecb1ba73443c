"""What a request may take is counted in all, and threads are counted as long as they are there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest
from starlette.datastructures import Headers

from dagctl.adapters.local_user import local_user_id
from dagctl.errors import UnavailableError
from dagctl.server.body import Body
from dagctl.server.identity import LocalDoor
from dagctl.server.options import Options
from dagctl.server.projects import Projects
from dagctl.server.service import Service

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.server.checks import Checks

HERE = Headers({"host": "127.0.0.1"})
EMAIL = "ana@example.com"
NO_CHECKS = cast("Checks", None)
"""Nothing is checked here."""


def opened(root: Path, seconds: float, *, cors_origins: tuple[str, ...] = ()) -> Service:
    options = Options(
        root=root, local_user=EMAIL, request_timeout=seconds, cors_origins=cors_origins
    )
    door = LocalDoor(EMAIL, local_user_id(EMAIL))
    projects = Projects(options, {})
    return Service(options, door, projects, {}, waited=lambda _: None, checks=NO_CHECKS)


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
            service.check(caller, Body(b"", "yaml")),
            service.change("p", caller, lambda _: begun.append("change")),
        ):
            with pytest.raises(UnavailableError, match=r"no answer within 0\.5 s"):
                await step

    asyncio.run(request())
    assert begun == []
