"""Operations with an idempotency key."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from dagctl import Client
from tests.e2e.conftest import Killer, in_child

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.commands.create import CreateResult
    from dagctl.ports import Listener
    from tests.supabase.place import Place


KEY = "7f9c2ba4-e88f-4278-95aa-1f2d6b4f2a10"


def create(
    place: Place, *specs: Path, key: str | None = KEY, listener: Listener | None = None
) -> CreateResult:
    with Client.open(place.root, listener=listener) as client:
        return client.create(list(specs), key=key)


def killed(place: Place, spec: Path, step: str, *, done: bool = True) -> None:
    status = in_child(lambda: create(place, spec, listener=Killer(step, done=done)))
    assert status == -signal.SIGKILL
