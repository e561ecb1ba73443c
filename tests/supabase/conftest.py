"""A workspace on the stand-in, in which Ada, an editor, is signed in."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.http import retry
from dagctl.adapters.supabase import http
from tests.cli.conftest import shell
from tests.supabase.canaries import Canaries
from tests.supabase.place import ADA, PASSWORD, PROJECT, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Sandbox
    from tests.stand_in import StandIn

__all__ = ["shell"]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait and retry as ever, only sooner."""
    monkeypatch.setattr(retry, "FIRST_PAUSE", 0.002)
    monkeypatch.setattr(http, "MOMENT", 0.002)
    monkeypatch.setattr(http, "TIMEOUT", 0.4)


@pytest.fixture
def ada(stand_in: StandIn) -> str:
    """Ada's user id."""
    user_id = stand_in.add_user(ADA, PASSWORD)
    stand_in.add_member(PROJECT, user_id)
    return user_id


@pytest.fixture
def place(
    sandbox: Sandbox,
    stand_in: StandIn,
    ada: str,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Place:
    del ada
    state = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    sandbox.commit("notes.txt", b"one\n")
    found = Place(sandbox.root, stand_in)
    found.link()
    found.sign_in()
    stand_in.requests.clear()
    return found


@pytest.fixture
def canaries(
    place: Place, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Canaries:
    """What is secret about Ada's session; temporary files are made where they can be looked at."""
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    found = Canaries(place, Path(os.environ["XDG_STATE_HOME"]), (temporary,))
    found.plant()
    return found


@pytest.fixture
def kept_secret(canaries: Canaries, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Check, when the test is over, that no secret is to be seen anywhere."""
    yield
    canaries.check(*capfd.readouterr())
