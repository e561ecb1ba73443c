"""Operations whose process is killed."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from dagctl import Client
from tests.e2e.conftest import Killer, in_child

if TYPE_CHECKING:
    from pathlib import Path

    from tests.supabase.place import Place


def spec_of(place: Place, kind: str) -> Path:
    if kind == "update":
        place.create(place.spec("specs/x.yaml"))
        return place.spec("specs/x.yaml", word="two")
    return place.spec("specs/x.yaml")


def killed(place: Place, spec: Path, step: str) -> None:
    """Let Ada's `create` be killed after a step."""

    def run() -> None:
        with Client.open(place.root, listener=Killer(step, done=True)) as client:
            client.create(spec)

    assert in_child(run) == -signal.SIGKILL


UPLOAD = ("POST", "/storage/v1/object/*")
