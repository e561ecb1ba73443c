"""Renewing: once for all, early, never with an old token; what a lost answer does."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from dagctl.bootstrap.sign_in import open_session
from dagctl.endpoint import Endpoint
from dagctl.errors import ExitCode, NotSignedInError
from tests.session.people import ADA, PASSWORD, REFRESH
from tests.stand_in import faults

if TYPE_CHECKING:
    from dagctl.session.signed_in import SignedIn
    from tests.session.people import Ada
    from tests.stand_in.faults import Fault

PROCESSES = 32
SWARM = """
import os, sys
from dagctl.cli import program
from dagctl.cli.app import run
from dagctl.adapters.supabase import auth

def child():
    pid = os.fork()
    if pid == 0:
        os._exit(run(["whoami", "--check"]))
    return pid

pids = [child() for _ in range(int(sys.argv[1]))]
print("codes:", *(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids))
"""
"""Runs dagctl in many processes at once; what it imports is loaded before they part."""
SECONDS = 120


@pytest.fixture
def in_process(signed_in: Ada, monkeypatch: pytest.MonkeyPatch) -> Ada:
    """Return Ada, whose session can be opened in this very process."""
    monkeypatch.setenv("XDG_STATE_HOME", str(signed_in.sessions.parents[1]))
    return signed_in


def opened(ada: Ada) -> SignedIn:
    return open_session(Endpoint(ada.server.url, ada.server.publishable_key), {})


def refreshes(ada: Ada) -> int:
    return ada.server.requests.count("POST", REFRESH)


def test_32_processes_with_an_expired_token_make_one_refresh(signed_in: Ada) -> None:
    signed_in.expire()
    done = subprocess.run(
        [sys.executable, "-c", SWARM, str(PROCESSES)],
        cwd=signed_in.shell.folder,
        env=signed_in.shell.environ,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.stdout.split("codes: ")[1].split() == ["0"] * PROCESSES, done.stderr
    assert refreshes(signed_in) == 1
    assert signed_in.shell.run("whoami", "--check").code == 0


def test_threads_of_one_process_make_one_refresh(in_process: Ada) -> None:
    with closing(opened(in_process)) as session:
        in_process.expire()
        old = session.access_token()
        found: list[str] = []
        threads = [
            threading.Thread(target=lambda: found.append(session.refresh_after_401(old)))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(found)) == 1
    assert found[0] != old
    assert refreshes(in_process) == 1


def test_a_good_token_is_not_renewed(in_process: Ada) -> None:
    with closing(opened(in_process)) as session:
        assert session.access_token() == in_process.stored["access_token"]
    assert in_process.server.requests.count() == 0


@pytest.mark.parametrize(("left", "count"), [(119, 1), (130, 0)])
def test_a_token_is_renewed_two_minutes_early(in_process: Ada, left: int, count: int) -> None:
    in_process.change(expires_at=time.time() + left)
    with closing(opened(in_process)) as session:
        session.access_token()
    assert refreshes(in_process) == count


def test_tokens_that_live_for_a_minute_are_not_renewed_at_each_call(in_process: Ada) -> None:
    in_process.server.settings.access_token_seconds = 60
    in_process.expire()
    with closing(opened(in_process)) as session:
        assert session.access_token() == session.access_token()
    assert refreshes(in_process) == 1


def test_a_clock_that_was_put_back_does_not_keep_an_old_token(in_process: Ada) -> None:
    in_process.change(expires_at=time.time() + 86_400)
    with closing(opened(in_process)) as session:
        session.access_token()
    assert refreshes(in_process) == 1


# --- Old tokens -----------------------------------------------------------------------------------


def test_a_process_that_slept_through_refreshes_sends_no_old_token(in_process: Ada) -> None:
    in_process.server.reuse_interval = 0
    with closing(opened(in_process)) as sleeper:
        old = sleeper.access_token()
        for _ in range(3):
            in_process.expire()
            in_process.shell.ok("whoami", "--check")
        in_process.server.requests.clear()
        newest = sleeper.refresh_after_401(old)
        assert newest == in_process.stored["access_token"]
        assert in_process.server.requests.count() == 0
        in_process.expire()
        assert sleeper.refresh_after_401(newest) != newest
    assert [one.status for one in in_process.server.requests] == [200]
    assert in_process.shell.run("whoami", "--check").code == 0


def test_a_process_whose_user_signed_out_meanwhile_ends(in_process: Ada) -> None:
    with closing(opened(in_process)) as session:
        in_process.shell.ok("logout")
        in_process.server.requests.clear()
        with pytest.raises(NotSignedInError):
            session.refresh_after_401(session.access_token())
    assert in_process.server.requests.count() == 0


def test_a_process_does_not_go_on_as_somebody_else(in_process: Ada) -> None:
    in_process.server.add_user("eve@example.com", PASSWORD)
    with closing(opened(in_process)) as session:
        given = ("--email", "eve@example.com", "--password-stdin")
        assert in_process.shell.run("login", *given, stdin=PASSWORD).code == 0
        with pytest.raises(NotSignedInError, match="has signed in meanwhile"):
            session.refresh_after_401(session.access_token())


# --- Lost answers, refusals -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        faults.drop_before(),
        faults.drop_after(),
        faults.duplicate(),
        faults.truncate(),
        faults.bad_gateway(),
        faults.answer(503),
        faults.answer(409),
        faults.too_many_requests(),
    ],
    ids=["drop before", "drop after", "duplicate", "truncate", "502", "503", "409", "429"],
)
def test_one_fault_is_outlived(signed_in: Ada, fault: Fault) -> None:
    signed_in.expire()
    signed_in.server.reuse_interval = 0
    signed_in.server.faults.add("POST", REFRESH, fault)
    assert signed_in.shell.run("whoami", "--check").code == 0
    signed_in.expire()
    assert signed_in.shell.run("whoami", "--check").code == 0


def test_answers_that_are_all_lost_keep_the_session(signed_in: Ada) -> None:
    signed_in.expire()
    signed_in.server.reuse_interval = 0
    before = signed_in.stored
    signed_in.server.faults.add("POST", REFRESH, faults.drop_after(), times=None)
    done = signed_in.shell.run("whoami", "--check")
    assert done.code == ExitCode.UNAVAILABLE
    assert signed_in.stored == before
    signed_in.server.faults.clear()
    assert signed_in.shell.run("whoami", "--check").code == 0


def test_a_refusal_that_says_nothing_about_the_session_keeps_it(signed_in: Ada) -> None:
    signed_in.expire()
    before = signed_in.stored
    signed_in.server.faults.add("POST", REFRESH, faults.answer(403), times=None)
    assert signed_in.shell.run("whoami", "--check").code == ExitCode.UNAVAILABLE
    assert signed_in.stored == before


@pytest.mark.parametrize(
    "statement",
    [
        "delete from auth.users",
        "update auth.users set banned_until = now() + interval '1 day'",
    ],
)
def test_a_session_whose_user_is_gone_is_over_for_good(signed_in: Ada, statement: str) -> None:
    signed_in.expire()
    signed_in.server.sql(statement)
    done = signed_in.shell.run("whoami", "--check")
    assert done.code == ExitCode.NOT_SIGNED_IN
    assert f"the session of {ADA} (profile default, signed in just now) has ended" in done.err
    assert "dagctl login" in done.err
    assert signed_in.stored["refresh_token"] == signed_in.stored["access_token"] == ""
    signed_in.server.requests.clear()
    assert signed_in.shell.run("whoami", "--check").code == ExitCode.NOT_SIGNED_IN
    assert signed_in.server.requests.count() == 0


def test_a_damaged_refresh_token_asks_to_sign_in(in_process: Ada) -> None:
    file = next(in_process.sessions.glob("*.json"))
    stored = json.loads(file.read_text())
    file.write_text(json.dumps({**stored, "refresh_token": "nonsense", "expires_at": 1}))
    with (
        closing(opened(in_process)) as signed_in,
        pytest.raises(NotSignedInError, match="its refresh token is damaged") as caught,
    ):
        signed_in.access_token()
    assert "dagctl login" in str(caught.value.hint)
