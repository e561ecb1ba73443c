"""Who is signed in: by the file, by the environment, by the server."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode
from tests.session.people import ADA, PASSWORD, PROJECT, REFRESH
from tests.stand_in import faults

if TYPE_CHECKING:
    from tests.cli.conftest import Shell
    from tests.session.people import Ada


def test_no_one_is_asked_without_check(signed_in: Ada) -> None:
    done = signed_in.shell.run("whoami")
    assert done.code == 0
    for word in (ADA, signed_in.user_id, signed_in.server.url, PROJECT, "editor", "in 60 min"):
        assert word in done.out
    assert str(signed_in.file) in done.out
    assert signed_in.server.requests.count() == 0
    assert not any(secret in done.out for secret in signed_in.secrets())


def test_it_is_one_document(signed_in: Ada) -> None:
    result = signed_in.shell.json("whoami")
    expires_at = result.pop("expires_at")
    assert expires_at.endswith("Z")
    assert result == {
        "user": {"id": signed_in.user_id, "email": ADA},
        "url": signed_in.server.url,
        "project_id": PROJECT,
        "role": "editor",
        "source": str(signed_in.file),
        "renews": True,
        "checked": False,
    }


def test_who_is_not_signed_in_learns_how(ada: Ada) -> None:
    done = ada.shell.run("whoami")
    assert done.code == ExitCode.NOT_SIGNED_IN
    assert f"not signed in to {ada.server.url}" in done.err
    assert "dagctl login" in done.err
    assert "DAGCTL_EMAIL" in done.err


def test_check_says_the_role_of_now(signed_in: Ada) -> None:
    signed_in.server.add_member(PROJECT, signed_in.user_id, "viewer")
    assert "editor" in signed_in.shell.ok("whoami").out
    assert signed_in.shell.json("whoami", "--check")["role"] == "viewer"
    assert "viewer" in signed_in.shell.ok("whoami").out


def test_check_finds_a_removed_member(signed_in: Ada) -> None:
    signed_in.server.remove_member(PROJECT, signed_in.user_id)
    done = signed_in.shell.run("whoami", "--check", "--output", "json")
    assert done.code == ExitCode.NOT_A_MEMBER
    assert done.document["error"]["code"] == "NOT_A_MEMBER"
    assert done.document["result"]["role"] is None


def test_check_finds_a_session_that_was_ended_elsewhere(signed_in: Ada) -> None:
    signed_in.server.end_sessions(signed_in.user_id)
    assert signed_in.shell.run("whoami").code == 0
    assert signed_in.shell.run("whoami", "--check").code == ExitCode.NOT_SIGNED_IN
    signed_in.server.requests.clear()
    done = signed_in.shell.run("whoami", "--check")
    assert done.code == ExitCode.NOT_SIGNED_IN
    told = (
        f"the session of {ADA} (profile default, signed in just now) has ended: it was signed out"
    )
    assert told in done.err
    assert signed_in.server.requests.count() == 0


def test_a_session_that_has_ended_is_reported_by_its_profile_and_its_age(ada: Ada) -> None:
    ada.login("--profile", "work")
    ada.change(began_at=time.time() - 3.5 * 86_400)
    ada.server.end_sessions(ada.user_id)
    ada.expire()
    secrets = ada.secrets()
    for _ in range(2):  # by the server, then by what is stored
        done = ada.shell.run("whoami", "--check", "--profile", "work")
        assert done.code == ExitCode.NOT_SIGNED_IN
        assert f"of {ADA} (profile work, signed in 3 days ago) has ended: it was" in done.err
        assert not any(secret in done.err for secret in secrets)
    assert "(profile default)" in ada.shell.run("whoami").err


def test_a_session_of_an_older_dagctl_has_no_age(signed_in: Ada) -> None:
    stored = signed_in.stored
    del stored["began_at"]
    signed_in.file.write_text(json.dumps(stored))
    signed_in.server.end_sessions(signed_in.user_id)
    signed_in.expire()
    told = f"the session of {ADA} (profile default) has ended"
    assert told in signed_in.shell.run("whoami", "--check").err


def test_check_renews_a_token_that_only_the_server_holds_for_old(signed_in: Ada) -> None:
    signed_in.server.expire(signed_in.user_id)
    before = signed_in.stored["access_token"]
    assert signed_in.shell.run("whoami", "--check").code == 0
    assert signed_in.stored["access_token"] != before
    assert signed_in.server.requests.count("POST", REFRESH) == 1


def test_check_without_a_server_is_unavailable(signed_in: Ada) -> None:
    signed_in.server.faults.add("*", "/auth/v1/user", faults.bad_gateway(), times=None)
    done = signed_in.shell.run("whoami", "--check")
    assert done.code == ExitCode.UNAVAILABLE
    assert signed_in.shell.run("whoami").code == 0


# --- On the local backend ---


def test_on_the_local_backend_it_is_the_user_of_git(shell: Shell) -> None:
    shell.ok("init", "--project-id", PROJECT)
    for options in ([], ["--check"]):
        lines = shell.ok("whoami", *options).out.splitlines()
        assert lines[0] == "ana@example.com"
        assert "  server    none: the local backend" in lines
        assert "  token     none: git says who you are (user.email)" in lines
    result = shell.json("whoami")
    assert result["user"]["email"] == "ana@example.com"
    assert (result["url"], result["role"], result["source"]) == (None, "owner", "git")


def test_without_a_workspace_and_a_url_it_says_how_to_link(shell: Shell) -> None:
    done = shell.run("whoami")
    assert done.code == ExitCode.USAGE
    assert "dagctl link" in done.err


# --- By the environment ---------------------------------------------------------------------------


def test_a_token_in_the_environment_wins(signed_in: Ada) -> None:
    eve = signed_in.server.add_user("eve@example.com", PASSWORD)
    environ = signed_in.ci(DAGCTL_ACCESS_TOKEN=signed_in.server.token(eve))
    done = signed_in.shell.run("whoami", **environ)
    assert "eve@example.com" in done.out
    assert "from DAGCTL_ACCESS_TOKEN" in done.out
    assert environ["DAGCTL_ACCESS_TOKEN"] not in done.out
    assert signed_in.server.requests.count() == 0


def test_a_password_in_the_environment_signs_in_once_and_out_again(ada: Ada) -> None:
    environ = ada.ci(DAGCTL_EMAIL=ADA, DAGCTL_PASSWORD=PASSWORD)
    done = ada.shell.run("whoami", **environ)
    assert (done.code, ada.server.requests.count()) == (0, 0)
    done = ada.shell.run("whoami", "--check", **environ)
    assert done.code == 0, done.err
    assert ada.user_id in done.out
    assert ada.server.requests.count("POST", REFRESH) == 1
    assert ada.server.requests.count("POST", "/auth/v1/logout") == 1
    assert not ada.sessions.exists()


def test_a_wrong_password_in_the_environment_is_not_tried_twice(ada: Ada) -> None:
    environ = ada.ci(DAGCTL_EMAIL=ADA, DAGCTL_PASSWORD="wrong-one")
    done = ada.shell.run("whoami", "--check", **environ)
    assert done.code == ExitCode.NOT_SIGNED_IN
    assert "wrong-one" not in done.err
    assert "DAGCTL_EMAIL and DAGCTL_PASSWORD do not sign in: the e-mail address or" in done.err
    assert "fix:   correct DAGCTL_EMAIL and DAGCTL_PASSWORD" in done.err
    assert ada.server.requests.count() == 1


def test_an_expired_token_in_the_environment_is_reported(ada: Ada) -> None:
    ada.server.clock.skew = -7200
    token = ada.server.token(ada.user_id)
    ada.server.clock.skew = 0
    done = ada.shell.run("whoami", "--check", **ada.ci(DAGCTL_ACCESS_TOKEN=token))
    assert done.code == ExitCode.NOT_SIGNED_IN
    assert "the token in DAGCTL_ACCESS_TOKEN has run out" in done.err
    assert ada.server.requests.count() == 0


@pytest.mark.parametrize("name", ["DAGCTL_ACCESS_TOKEN", "DAGCTL_SUPABASE_KEY"])
def test_a_secret_key_is_refused_by_name(ada: Ada, name: str) -> None:
    done = ada.shell.run("whoami", **{name: ada.server.secret_key})
    assert done.code == ExitCode.USAGE
    assert "secret key (sb_secret_...)" in done.err
    assert ada.server.secret_key not in done.err
    assert ada.server.requests.count() == 0


# --- Time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("skew", [-7200, 7200])
def test_a_wrong_clock_of_the_server_does_no_harm(ada: Ada, skew: int) -> None:
    ada.server.clock.skew = skew
    ada.login()
    assert abs(ada.stored["expires_at"] - time.time() - 3600) < 60
    assert ada.shell.run("whoami", "--check").code == 0
    assert ada.server.requests.count("POST", REFRESH) == 1
