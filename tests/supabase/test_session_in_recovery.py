"""Promise 3 where the session fails while an operation of a killed run is made good."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode
from dagctl.session.refusal import LOG_IN
from tests.cli.conftest import Shell
from tests.stand_in import faults
from tests.supabase.local_faults import RECOVERIES, REQUESTS, broken_first, follow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.cli.conftest import Done
    from tests.supabase.local_faults import Case
    from tests.supabase.place import Place

pytestmark = pytest.mark.usefixtures("quick")

REFRESH = ("POST", "/auth/v1/token")
CALLS = {
    "status": "registry.status",
    "confirm": "registry.confirm",
    "fence": "registry.begin_abort",
    "abort": "registry.abort",
    "download": "store.get",
    "put back": "store.put",
    "removal": "store.delete",
}
"""The requests of a recovery, and the calls that send them."""
UNANSWERED: Mapping[str, Callable[[], faults.Fault]] = {
    "503": lambda: faults.answer(503),
    "429": lambda: faults.too_many_requests(0),
    "lost request": faults.drop_before,
    "lost answer": faults.drop_after,
}
"""How the auth server may fail to renew a session, which goes on."""
AFTER_LOGIN = f"{LOG_IN}, then dagctl recover"
COMMANDS = (("recover",), ("create", "specs/x.yaml"), ("create", "specs/other.yaml"))


@dataclass(frozen=True)
class Expiry:
    """What was left, at which request of its recovery the token runs out, and what follows."""

    left: Case
    request: str
    renewal: str
    """`renewed`, `ended`, or how the auth server fails."""

    def __str__(self) -> str:
        return f"{self.left}, then {self.renewal} at {self.request}"


ALL = [
    Expiry(left, request, renewal)
    for (left, calls), request, renewal in product(
        RECOVERIES, REQUESTS, ("renewed", "ended", *UNANSWERED)
    )
    if CALLS[request] in calls
]
SAMPLE = random.Random(5).sample(ALL, 12)


@pytest.fixture
def user(place: Place, shell: Shell) -> Shell:
    return Shell(place.root, shell.environ | {"XDG_STATE_HOME": os.environ["XDG_STATE_HOME"]})


def arm(place: Place, ada: str, expiry: Expiry) -> None:
    """Let the access token be too old at the request, and its renewal go as it shall."""
    # the clock of the service alone: what it then answers to an old token is its own
    place.stand_in.faults.add(*REQUESTS[expiry.request], faults.clock(3700))
    if expiry.renewal == "ended":
        place.stand_in.end_sessions(ada)
    elif expiry.renewal in UNANSWERED:
        place.stand_in.faults.add(*REFRESH, UNANSWERED[expiry.renewal](), times=None)


def check(place: Place, user: Shell, ada: str, expiry: Expiry) -> None:
    spec = broken_first(place, expiry.left)
    place.spec("specs/other.yaml", "Other")
    command = random.Random(str(expiry)).choice(COMMANDS)
    arm(place, ada, expiry)
    place.stand_in.requests.clear()
    done = user.run(*command)
    assert place.stand_in.requests.matching(*REFRESH)
    if expiry.renewal == "renewed":
        assert done.code == 0, done.err
        place.check_agreement()
        return
    check_told(place, done, ended=expiry.renewal == "ended")
    place.stand_in.faults.clear()
    if expiry.renewal == "ended":
        place.sign_in()
    follow(place, spec, str(expiry))


def check_told(place: Place, done: Done, *, ended: bool) -> None:
    """Check that the user knows what state things are in, why, and what to do."""
    assert done.code == ExitCode.UNFINISHED, done.err
    assert "is unfinished; its journal is kept" in done.err
    assert ("the session of ada@example.com" in done.err) == ended
    assert done.err.endswith(f"  fix:   {AFTER_LOGIN}\n" if ended else "dagctl recover\n")
    assert list((place.root / ".git/dagctl/top/journal").glob("*.json"))


@pytest.mark.parametrize("expiry", SAMPLE, ids=str)
def test_promise_3_when_the_token_runs_out_during_recovery(
    place: Place, user: Shell, ada: str, expiry: Expiry
) -> None:
    check(place, user, ada, expiry)


@pytest.mark.sweep
@pytest.mark.parametrize("expiry", ALL, ids=str)
def test_promise_3_when_the_token_runs_out_at_every_request_of_recovery(
    place: Place, user: Shell, ada: str, expiry: Expiry
) -> None:
    check(place, user, ada, expiry)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("left", [left for left, _ in RECOVERIES], ids=str)
def test_promise_3_without_a_session_recovery_waits_for_the_next_login(
    place: Place, user: Shell, left: Case, command: tuple[str, ...]
) -> None:
    spec = broken_first(place, left)
    place.spec("specs/other.yaml", "Other")
    user.ok("logout")
    done = user.run(*command)
    assert done.code == ExitCode.UNFINISHED, done.err
    assert done.err.endswith(f"  fix:   {AFTER_LOGIN}\n")
    assert user.run("list").code == ExitCode.NOT_SIGNED_IN
    place.sign_in()
    follow(place, spec, f"{left} {command}")


def test_a_failed_undo_for_want_of_a_session_says_so_first(
    place: Place, user: Shell, ada: str
) -> None:
    place.spec("specs/x.yaml")
    place.stand_in.faults.add("POST", "/rest/v1/rpc/confirm", faults.answer(403))
    place.stand_in.faults.add(*REQUESTS["fence"], faults.clock(3700))
    place.stand_in.end_sessions(ada)
    done = user.run("create", "specs/x.yaml")
    assert done.code == ExitCode.UNFINISHED, done.err
    assert done.err.endswith(f"  fix:   {AFTER_LOGIN}\n")
