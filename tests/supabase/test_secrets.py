"""Promise 7: planted tokens and keys show up nowhere, whatever goes wrong."""

from __future__ import annotations

import os
import random
import signal
from itertools import product
from typing import TYPE_CHECKING

import pytest

from dagctl.cli.app import run
from tests.cli.conftest import Shell
from tests.e2e.conftest import in_child, kill_at_effect
from tests.stand_in import faults
from tests.supabase.breaking import bad_disk
from tests.supabase.local_faults import DISKS, disk_id, prepared
from tests.supabase.place import ADA, PASSWORD
from tests.supabase.remote_faults import DONE, KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stand_in.faults import Fault
    from tests.supabase.canaries import Canaries
    from tests.supabase.place import Place


@pytest.fixture
def user(place: Place, shell: Shell) -> Shell:
    return Shell(place.root, shell.environ | {"XDG_STATE_HOME": os.environ["XDG_STATE_HOME"]})


def mirrored(status: int) -> Callable[[str], Fault]:
    """Return an answer that repeats what it was sent, as a debugging proxy does."""

    def fault(token: str) -> Fault:
        return faults.answer(status, {"message": f"Bearer {token}", "code": None, "error": token})

    return fault


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("step", DONE)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_promise_7_a_token_that_the_server_repeats_is_shown_nowhere(
    user: Shell, place: Place, canaries: Canaries, step: str, status: int
) -> None:
    place.spec("specs/x.yaml")
    (token,) = (one for one in canaries.planted if one.count(".") == 2)
    method, path = DONE[step]
    place.stand_in.faults.add(method, path, mirrored(status)(token), times=None)
    done = user.run("--debug", "--verbose", "create", "specs/x.yaml")
    assert done.code != 0
    canaries.check(done.out, done.err)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("kind", KINDS)
def test_promise_7_no_fault_shows_a_token(
    user: Shell, place: Place, canaries: Canaries, kind: str
) -> None:
    place.spec("specs/x.yaml")
    for method, path in DONE.values():
        place.stand_in.faults.add(method, path, KINDS[kind]())
    done = user.run("--debug", "--verbose", "create", "specs/x.yaml")
    later = user.run("--debug", "recover")
    canaries.check(done.out, done.err, later.out, later.err)


# --- On a machine that is not well ---

LOUD = ("--debug", "--verbose")
SOURCES = ("stored", "password", "token")
"""Where the session comes from: a login, or the variables of a pipeline."""
LOUD_DISKS = [(*disk, SOURCES[number % 3]) for number, disk in enumerate(DISKS)]
LOUD_KILLS = list(product(range(1, 100), SOURCES))


def disk_and_source_id(disk: tuple[str, int, int, bool, str]) -> str:
    return f"{disk_id(disk[:4])}, {disk[4]}"


def session_from(source: str, place: Place, ada: str, canaries: Canaries) -> dict[str, str]:
    """Return the variables that the session comes from; a stored one has to be renewed first."""
    url = place.stand_in.url
    if source == "stored":
        place.expire()
        return {}
    if source == "password":
        return {"DAGCTL_SUPABASE_URL": url, "DAGCTL_EMAIL": ADA, "DAGCTL_PASSWORD": PASSWORD}
    token = place.stand_in.token(ada)
    canaries.plant(token, token.rpartition(".")[2])
    return {"DAGCTL_SUPABASE_URL": url, "DAGCTL_ACCESS_TOKEN": token}


def check_disk(
    user: Shell,
    place: Place,
    canaries: Canaries,
    ada: str,
    disk: tuple[str, int, int, bool, str],
) -> None:
    command, number, code, lasting, source = disk
    prepared(place, command)
    variables = session_from(source, place, ada, canaries)
    with (
        pytest.MonkeyPatch.context() as patch,
        bad_disk(patch, number, code, lasting=lasting),
    ):
        done = user.run(*LOUD, "create", "specs/x.yaml", **variables)
    later = user.run(*LOUD, "recover", **variables)
    assert later.code == 0, later.err
    canaries.check(done.out, done.err, later.out, later.err)
    place.check_agreement()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("disk", random.Random(6).sample(LOUD_DISKS, 8), ids=disk_and_source_id)
def test_promise_7_on_a_bad_disk(
    user: Shell, place: Place, canaries: Canaries, ada: str, disk: tuple[str, int, int, bool, str]
) -> None:
    check_disk(user, place, canaries, ada, disk)


@pytest.mark.sweep
@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("disk", LOUD_DISKS, ids=disk_and_source_id)
def test_promise_7_on_every_bad_disk(
    user: Shell, place: Place, canaries: Canaries, ada: str, disk: tuple[str, int, int, bool, str]
) -> None:
    check_disk(user, place, canaries, ada, disk)


def kill_id(kill: tuple[int, str]) -> str:
    return f"{kill[0]}, {kill[1]}"


def check_kill(
    user: Shell, place: Place, canaries: Canaries, ada: str, kill: tuple[int, str]
) -> None:
    """Kill the command line, in a process of its own, before its n-th effect."""
    number, source = kill
    place.spec("specs/x.yaml")
    variables = session_from(source, place, ada, canaries)

    def run_dagctl() -> None:
        os.chdir(place.root)
        os.environ.update(variables)
        kill_at_effect(number)
        run((*LOUD, "create", "specs/x.yaml"))

    assert in_child(run_dagctl) in {0, -signal.SIGKILL}
    canaries.check()
    later = user.run(*LOUD, "recover", **variables)
    assert later.code == 0, later.err
    canaries.check(later.out, later.err)
    place.check_agreement()


@pytest.mark.usefixtures("quick", "kept_secret")
@pytest.mark.parametrize("kill", random.Random(7).sample(LOUD_KILLS, 5), ids=kill_id)
def test_promise_7_after_a_kill(
    user: Shell, place: Place, canaries: Canaries, ada: str, kill: tuple[int, str]
) -> None:
    check_kill(user, place, canaries, ada, kill)


@pytest.mark.sweep
@pytest.mark.usefixtures("quick", "kept_secret")
@pytest.mark.parametrize("kill", LOUD_KILLS, ids=kill_id)
def test_promise_7_after_a_kill_before_every_effect(
    user: Shell, place: Place, canaries: Canaries, ada: str, kill: tuple[int, str]
) -> None:
    check_kill(user, place, canaries, ada, kill)


@pytest.mark.parametrize("where", ["output", "journal", "git", "temporary file", "session"])
def test_a_secret_that_is_shown_is_found(place: Place, canaries: Canaries, where: str) -> None:
    canaries.check()
    secret = max(canaries.planted)
    if where == "git":
        (place.root / "x").write_text(secret)
        place.git("hash-object", "-w", "x")
        (place.root / "x").unlink()
    folders = {
        "journal": place.root / ".git/dagctl/top/journal",
        "temporary file": canaries.others[0],
        "session": canaries.state / "dagctl",
    }
    if where in folders:
        folders[where].mkdir(parents=True, exist_ok=True)
        (folders[where] / "x").write_text(secret)
    with pytest.raises(AssertionError):
        canaries.check(secret if where == "output" else "")
