"""Promise 7: planted tokens and keys show up nowhere, whatever goes wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import Shell
from tests.stand_in import faults
from tests.supabase.place import PASSWORD
from tests.supabase.test_faults import DONE, KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stand_in.faults import Fault
    from tests.supabase.place import Place


@pytest.fixture
def user(place: Place, shell: Shell) -> Shell:
    return Shell(place.root, shell.environ | {"XDG_STATE_HOME": os.environ["XDG_STATE_HOME"]})


def canaries(user: Shell) -> list[str]:
    """Return the tokens of the stored session, and the parts of the access token."""
    folder = Path(user.environ["XDG_STATE_HOME"])
    texts = [file.read_text() for file in folder.rglob("*") if file.is_file()]
    sessions = [json.loads(text) for text in texts if text.startswith("{")]
    access = [str(one["access_token"]) for one in sessions]
    refresh = [str(one["refresh_token"]) for one in sessions]
    signatures = [token.rpartition(".")[2] for token in access]
    return [*access, *refresh, *signatures, PASSWORD]


def everything(place: Place, *outputs: str) -> str:
    """Return all that was shown, journalled, committed, stored and recorded."""
    journal = [file.read_text() for file in (place.root / ".dagctl").rglob("*") if file.is_file()]
    objects = [(content or b"").decode() for content in place.objects().values()]
    rows = place.stand_in.sql("select to_json(d)::text from public.user_dags d")
    committed = place.git("log", "-p", "--all")
    return "\n".join([*outputs, *journal, *objects, *(row for (row,) in rows), committed])


def mirrored(status: int) -> Callable[[str], Fault]:
    """Return an answer that repeats what it was sent, as a debugging proxy does."""

    def fault(token: str) -> Fault:
        return faults.answer(status, {"message": f"Bearer {token}", "code": None, "error": token})

    return fault


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("step", DONE)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_promise_7_a_token_that_the_server_repeats_is_told_nowhere(
    user: Shell, place: Place, step: str, status: int
) -> None:
    place.spec("specs/x.yaml")
    planted = canaries(user)
    assert len(planted) == 4
    method, path = DONE[step]
    place.stand_in.faults.add(method, path, mirrored(status)(planted[0]), times=None)
    done = user.run("--debug", "--verbose", "create", "specs/x.yaml")
    assert done.code != 0
    shown = everything(place, done.out, done.err)
    assert [one for one in planted if one in shown] == []


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("kind", KINDS)
def test_promise_7_no_fault_shows_a_token(user: Shell, place: Place, kind: str) -> None:
    place.spec("specs/x.yaml")
    planted = canaries(user)
    for method, path in DONE.values():
        place.stand_in.faults.add(method, path, KINDS[kind]())
    done = user.run("--debug", "--verbose", "create", "specs/x.yaml")
    later = user.run("--debug", "recover")
    shown = everything(place, done.out, done.err, later.out, later.err)
    assert [one for one in (*planted, *canaries(user)) if one in shown] == []
