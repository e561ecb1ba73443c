"""Signing out: of this device only, whatever the server says."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode
from tests.session.people import ADA, REFRESH
from tests.stand_in import faults

if TYPE_CHECKING:
    from tests.session.people import Ada
    from tests.stand_in.faults import Fault

LOGOUT = "/auth/v1/logout"


def test_the_session_ends_here_and_on_the_server(signed_in: Ada) -> None:
    secrets = signed_in.secrets()
    other_device = signed_in.server.token(signed_in.user_id)
    done = signed_in.shell.run("logout")
    assert (done.code, done.out) == (0, f"Signed {ADA} out of {signed_in.server.url}\n")
    assert not list(signed_in.sessions.glob("*.json"))
    assert signed_in.shell.run("whoami").code == ExitCode.NOT_SIGNED_IN
    assert not any(secret in done.out + done.err for secret in secrets)
    stale, fresh = (signed_in.ci(DAGCTL_ACCESS_TOKEN=token) for token in (secrets[1], other_device))
    assert signed_in.shell.run("whoami", "--check", **stale).code == ExitCode.NOT_SIGNED_IN
    assert signed_in.shell.run("whoami", "--check", **fresh).code == 0


@pytest.mark.parametrize(
    "fault", [faults.drop_before(), faults.answer(500), faults.answer(540)], ids=lambda f: f.kind
)
def test_the_local_copy_goes_even_if_the_server_does_not_answer(
    signed_in: Ada, fault: Fault
) -> None:
    signed_in.server.faults.add("POST", LOGOUT, fault, times=None)
    done = signed_in.shell.run("logout")
    assert done.code == 0
    assert "the server did not end it" in done.err
    assert not list(signed_in.sessions.glob("*.json"))


def test_an_expired_session_is_ended_on_the_server_too(signed_in: Ada) -> None:
    signed_in.expire()
    assert signed_in.shell.run("logout").code == 0
    assert signed_in.server.requests.count("POST", REFRESH) == 1
    assert signed_in.server.requests.matching("POST", LOGOUT)[0].status == 204


def test_a_session_that_the_server_has_ended_is_no_failure(signed_in: Ada) -> None:
    signed_in.server.end_sessions(signed_in.user_id)
    assert signed_in.shell.run("logout").err == ""


def test_signing_out_twice_is_no_failure(signed_in: Ada) -> None:
    signed_in.shell.ok("logout")
    signed_in.server.requests.clear()
    done = signed_in.shell.run("logout", "--output", "json")
    assert done.document["result"] == {"user": None, "ended_on_server": False}
    assert signed_in.server.requests.count() == 0


def test_where_no_one_has_signed_in_nothing_is_made(signed_in: Ada) -> None:
    signed_in.shell.ok("logout")
    shutil.rmtree(signed_in.sessions)
    assert "There was no session" in signed_in.shell.ok("logout").out
    assert not signed_in.sessions.exists()


@pytest.mark.parametrize("end", [".bad", ".bad3"])
def test_what_was_kept_aside_goes_without_a_session_too(signed_in: Ada, end: str) -> None:
    aside = signed_in.file.rename(signed_in.file.with_name(signed_in.file.name + end))
    signed_in.shell.ok("logout")
    assert not aside.exists()


def test_only_the_profile_that_is_named_ends(signed_in: Ada) -> None:
    signed_in.login("--profile", "bot")
    signed_in.shell.ok("logout", "--profile", "bot")
    assert signed_in.shell.run("whoami").code == 0


@pytest.mark.parametrize("damage", ["truncated", "symlink", "fifo", "readable", "huge"])
def test_a_session_that_cannot_be_used_can_be_removed(signed_in: Ada, damage: str) -> None:
    file = signed_in.file
    other = file.with_suffix(".other")
    if damage == "truncated":
        file.write_text(file.read_text()[:40])
    elif damage == "symlink":
        file.rename(other)
        file.symlink_to(other)
    elif damage == "fifo":
        file.unlink()
        os.mkfifo(file)
    elif damage == "readable":
        file.chmod(0o644)
    else:
        os.truncate(file, 10_000_000_000)
    assert signed_in.shell.run("whoami").code == ExitCode.NOT_SIGNED_IN
    assert signed_in.shell.run("logout").code == 0
    assert not os.path.lexists(file)
    assert other.exists() == (damage == "symlink")
