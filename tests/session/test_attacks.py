"""What somebody else may do to the session file, the server or the settings."""

from __future__ import annotations

import os
import re
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode
from tests.session.people import ADA, PASSWORD, PROJECT, REFRESH
from tests.stand_in import StandIn, faults

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.postgres.server import Server
    from tests.session.people import Ada


def symlink(file: Path) -> None:
    other = file.with_suffix(".other")
    file.rename(other)
    file.symlink_to(other)


def fifo(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir(0o700)


def device(file: Path) -> None:
    file.unlink()
    with socket.socket(socket.AF_UNIX) as endpoint:
        before = os.open(".", os.O_RDONLY)
        os.chdir(file.parent)
        endpoint.bind(file.name)
        os.fchdir(before)
        os.close(before)


def world_readable(file: Path) -> None:
    file.chmod(0o604)


def of_another(file: Path) -> None:
    os.chown(file, 12345, -1)


def truncated(file: Path) -> None:
    file.write_text(file.read_text()[:200])


def empty(file: Path) -> None:
    file.write_text("")


def huge(file: Path) -> None:
    os.truncate(file, 50_000_000_000)


def padded(file: Path) -> None:
    file.write_text(file.read_text() + " " * 70_000)


def nested(file: Path) -> None:
    file.write_text("[" * 60_000)


def of_tomorrow(file: Path) -> None:
    file.write_text(file.read_text().replace('"version": 1', '"version": 2'))


def header_injection(file: Path) -> None:
    file.write_text(file.read_text().replace('"access_token": "', '"access_token": "x\\r\\ny: '))


def end_of_time(file: Path) -> None:
    file.write_text(re.sub(r'"expires_at": [0-9.]+', '"expires_at": 1e300', file.read_text()))


def no_text(file: Path) -> None:
    file.write_text(file.read_text().replace('"roles": {', '"roles": [], "x": {'))


COMMANDS = (["whoami"], ["logout"], ["login", "--email", ADA, "--password-stdin"])

DAMAGE = [
    symlink,
    fifo,
    folder,
    device,
    world_readable,
    truncated,
    empty,
    huge,
    padded,
    nested,
    of_tomorrow,
    header_injection,
    end_of_time,
    no_text,
]


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_session_file_that_is_not_as_dagctl_left_it_is_never_used(
    signed_in: Ada, damage: Callable[[Path], None]
) -> None:
    secrets = signed_in.secrets()
    damage(signed_in.file)
    for options in ([], ["--check"], ["--check", "--debug"]):
        done = signed_in.shell.run("whoami", *options)
        assert done.code in {ExitCode.NOT_SIGNED_IN, ExitCode.UNAVAILABLE}
        assert str(signed_in.sessions) in done.err
        assert not any(secret in done.err for secret in secrets)
    assert signed_in.server.requests.count() == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_session_file_of_another_user_is_never_used(signed_in: Ada) -> None:
    of_another(signed_in.file)
    done = signed_in.shell.run("whoami", "--check")
    assert done.code == ExitCode.NOT_SIGNED_IN
    assert "belongs to another user" in done.err


@pytest.mark.parametrize("mode", [0o777, 0o720, 0o702])
def test_a_session_in_a_folder_that_others_can_write_is_not_used(signed_in: Ada, mode: int) -> None:
    signed_in.sessions.chmod(mode)
    for command in (["whoami"], ["whoami", "--check"]):
        done = signed_in.shell.run(*command)
        assert done.code == ExitCode.NOT_SIGNED_IN
        assert f"others can write in {signed_in.sessions} (mode {mode:04o})" in done.err
        assert f"fix:   chmod 700 {signed_in.sessions}" in done.err
    assert signed_in.server.requests.count() == 0
    signed_in.sessions.chmod(0o700)
    assert signed_in.shell.run("whoami").code == 0


@pytest.mark.parametrize("command", ["login", "logout"])
def test_a_folder_that_others_can_write_is_closed_with_a_word(signed_in: Ada, command: str) -> None:
    signed_in.sessions.chmod(0o777)
    done = signed_in.login() if command == "login" else signed_in.shell.ok(command)
    assert signed_in.sessions.stat().st_mode & 0o777 == 0o700
    assert f"warning: others could write in {signed_in.sessions} (mode 0777)" in done.err


def test_a_folder_that_is_made_anew_needs_no_word(ada: Ada) -> None:
    assert "others could" not in ada.login().err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders away")
def test_a_session_in_the_folder_of_another_user_is_not_used(signed_in: Ada) -> None:
    os.chown(signed_in.sessions, 12345, -1)
    for command in COMMANDS:
        done = signed_in.shell.run(*command, stdin=PASSWORD)
        assert done.code == ExitCode.NOT_SIGNED_IN
        assert f"{signed_in.sessions} belongs to another user" in done.err
        assert f"fix:   move {signed_in.sessions} away, then dagctl login" in done.err


def test_a_session_behind_a_link_is_not_used(signed_in: Ada) -> None:
    elsewhere = signed_in.sessions.with_name("elsewhere")
    signed_in.sessions.rename(elsewhere)
    signed_in.sessions.symlink_to(elsewhere)
    for command in COMMANDS:
        done = signed_in.shell.run(*command, stdin=PASSWORD)
        assert done.code == ExitCode.NOT_SIGNED_IN
        assert f"{signed_in.sessions} is a link or no folder" in done.err
        assert f"fix:   move {signed_in.sessions} away, then dagctl login" in done.err
    signed_in.sessions.rename(signed_in.sessions.with_name("away"))
    assert signed_in.login().code == 0


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_login_keeps_a_file_aside_that_it_cannot_use(
    signed_in: Ada, damage: Callable[[Path], None]
) -> None:
    name = signed_in.file.name
    damage(signed_in.file)
    done = signed_in.login()
    aside = signed_in.sessions / f"{name}.bad"
    assert os.path.lexists(aside)
    assert f"it is kept as {aside}" in done.err
    assert signed_in.shell.run("whoami").code == 0
    if aside.is_file() and not aside.is_symlink():
        assert aside.stat().st_mode & 0o777 == 0o600
    signed_in.shell.ok("logout")
    assert aside.is_dir() or not os.path.lexists(aside)


def test_a_lock_file_that_is_a_link_is_not_followed(signed_in: Ada) -> None:
    precious = signed_in.shell.write("precious.txt", "mine")
    lock = signed_in.file.with_suffix(".lock")
    lock.unlink(missing_ok=True)
    lock.symlink_to(precious)
    signed_in.expire()
    for command in (["whoami", "--check"], ["logout"], ["login", "--email", ADA]):
        assert signed_in.shell.run(*command, stdin=PASSWORD).code != 0
    assert precious.read_text() == "mine"


def test_a_file_that_was_kept_aside_stays_when_another_one_is(signed_in: Ada) -> None:
    for text in ("first", "second"):
        signed_in.file.write_text(text)
        signed_in.login()
    asides = sorted(signed_in.sessions.glob("*.bad*"))
    assert [file.read_text() for file in asides] == ["first", "second"]


def test_a_folder_that_is_a_link_is_refused(ada: Ada, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    ada.sessions.parent.mkdir(parents=True)
    ada.sessions.symlink_to(elsewhere)
    done = ada.shell.run("login", "--email", ADA, "--password-stdin", stdin=PASSWORD)
    assert done.code == ExitCode.NOT_SIGNED_IN
    assert not list(elsewhere.iterdir())


# --- Another server -------------------------------------------------------------------------------


def test_a_stored_session_is_sent_to_its_own_url_only(signed_in: Ada) -> None:
    signed_in.change(url="https://abc.supabase.co")
    done = signed_in.shell.run("whoami", "--check")
    assert done.code == ExitCode.NOT_SIGNED_IN
    assert "holds a session of https://abc.supabase.co" in done.err
    assert signed_in.server.requests.count() == 0


def test_another_url_in_the_settings_finds_no_session(
    signed_in: Ada, postgres_cluster: Server
) -> None:
    with StandIn(postgres_cluster.url) as evil:
        environ = {"DAGCTL_SUPABASE_URL": evil.url}
        done = signed_in.shell.run("whoami", "--check", **environ)
        assert done.code == ExitCode.NOT_SIGNED_IN
        assert evil.requests.count() == 0


def test_a_token_from_the_environment_is_sent_to_its_issuer_only(
    ada: Ada, postgres_cluster: Server
) -> None:
    token = ada.server.token(ada.user_id)
    with StandIn(postgres_cluster.url) as evil:
        environ = {"DAGCTL_SUPABASE_URL": evil.url, "DAGCTL_ACCESS_TOKEN": token}
        done = ada.shell.run("whoami", "--check", **environ)
        assert done.code == ExitCode.NOT_SIGNED_IN
        assert "was issued by another server" in done.err
        assert token not in done.err
        assert evil.requests.count() == 0


@pytest.mark.parametrize("path", [REFRESH, "/auth/v1/user", "/rest/v1/rpc/project_role"])
def test_a_redirect_is_not_followed(signed_in: Ada, path: str, postgres_cluster: Server) -> None:
    signed_in.expire()
    with StandIn(postgres_cluster.url) as evil:
        answer = faults.answer(307, {}, location=f"{evil.url}/auth/v1/user?x=secret-in-location")
        signed_in.server.faults.add("*", path, answer, times=None)
        done = signed_in.shell.run("whoami", "--check")
        assert done.code == ExitCode.UNAVAILABLE
        assert "a redirect to http://127.0.0.1, which is not followed" in done.err
        assert "secret-in-location" not in done.err
        assert evil.requests.count() == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://abc.supabase.co",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "https://user:pass-word@abc.supabase.co",
        "https://abc.supabase.co/rest/v1",
        "https://abc.supabase.co?x=1",
        "ftp://abc.supabase.co",
        "//abc.supabase.co",
        "https://",
        "https://abc.supabase.co:x",
    ],
)
def test_a_url_that_would_show_a_session_to_others_is_refused(ada: Ada, url: str) -> None:
    done = ada.shell.run("login", "--password-stdin", stdin=PASSWORD, DAGCTL_SUPABASE_URL=url)
    assert done.code == ExitCode.USAGE
    assert "DAGCTL_SUPABASE_URL: " in done.err
    assert "pass-word" not in done.err


def test_an_answer_that_is_no_session_is_not_stored(ada: Ada) -> None:
    bodies: list[object] = [
        [],
        {},
        {"access_token": 1},
        {"access_token": "a\nb", "refresh_token": "r", "expires_in": 60, "user": {"id": "1"}},
        {"access_token": "a", "refresh_token": "r", "expires_in": -1, "user": {"id": "1"}},
        {"access_token": "a", "refresh_token": "r", "expires_in": 1e300, "user": {"id": "1"}},
        {"access_token": "a", "refresh_token": "r", "expires_in": 60, "user": None},
        {"access_token": "a", "refresh_token": "", "expires_in": 60, "user": {"id": "1"}},
    ]
    for body in bodies:
        ada.server.faults.add("POST", REFRESH, faults.answer(200, body))
        done = ada.shell.run("login", "--email", ADA, "--password-stdin", stdin=PASSWORD)
        assert done.code == ExitCode.UNAVAILABLE
    assert not ada.sessions.exists()


def test_a_refresh_that_brings_another_user_is_refused(signed_in: Ada) -> None:
    signed_in.expire()
    before = signed_in.stored
    eve = {"id": "11111111-1111-4111-8111-111111111111", "email": "eve@example.com"}
    body = {"access_token": "a.b.c", "refresh_token": "r", "expires_in": 3600, "user": eve}
    signed_in.server.faults.add("POST", REFRESH, faults.answer(200, body))
    assert signed_in.shell.run("whoami", "--check").code == ExitCode.UNAVAILABLE
    assert signed_in.stored == before


# --- What is shown --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 418, 500])
def test_a_server_that_repeats_what_it_was_sent_shows_no_secret(ada: Ada, status: int) -> None:
    ada.login()
    ada.expire()
    secrets = ada.secrets()
    echo = {
        "code": "odd",
        "message": f"bad refresh_token={secrets[2]} for Bearer {secrets[1]} password: {PASSWORD!r}",
    }
    ada.server.faults.add("*", "/auth/v1/*", faults.answer(status, echo), times=None)
    for command in (["whoami", "--check", "--debug"], ["whoami", "--check", "-o", "json"]):
        done = ada.shell.run(*command)
        assert done.code != 0
        assert not any(secret in done.out + done.err for secret in secrets)


def test_what_a_server_says_cannot_steer_the_terminal(ada: Ada) -> None:
    odd = {"code": "odd", "message": "\x1b[2J\x1b]0;owned\x07 \u202e"}
    ada.server.faults.add("POST", REFRESH, faults.answer(400, odd))
    done = ada.shell.run("login", "--email", ADA, "--password-stdin", stdin=PASSWORD)
    assert "\x1b" not in done.err
    assert "\u202e" not in done.err


def test_a_secret_key_in_the_settings_is_refused_and_not_shown(ada: Ada) -> None:
    text = (ada.shell.folder / "dagctl.toml").read_text()
    ada.shell.write("dagctl.toml", text.replace(ada.server.publishable_key, ada.server.secret_key))
    done = ada.shell.run("login", "--email", ADA, "--password-stdin", stdin=PASSWORD)
    assert done.code == ExitCode.USAGE
    assert "dagctl.toml:5: this is a secret key" in done.err
    assert ada.server.secret_key not in done.err
    assert ada.server.requests.count() == 0


def test_a_project_that_does_not_know_the_key_is_distinguished_from_a_wrong_password(
    ada: Ada,
) -> None:
    environ = {"DAGCTL_SUPABASE_KEY": "sb_publishable_of_another_project"}
    given = ("--email", ADA, "--password-stdin")
    refusal = faults.answer(401, {"message": "Invalid API key", "hint": "Double check"})
    ada.server.faults.add("POST", REFRESH, refusal)
    done = ada.shell.run("login", *given, stdin=PASSWORD, **environ)
    assert done.code == ExitCode.USAGE
    assert "the project does not know the publishable key" in done.err


def test_the_lock_of_a_dead_process_stops_no_one(signed_in: Ada) -> None:
    lock = signed_in.file.with_suffix(".lock")
    lock.write_text("")
    signed_in.expire()
    assert signed_in.shell.run("whoami", "--check").code == 0


def test_two_logins_at_once_leave_one_good_session(ada: Ada) -> None:
    threads = [threading.Thread(target=process, args=(ada,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ada.shell.run("whoami", "--check").code == 0
    assert ada.stored["roles"] == {PROJECT: "editor"}


def process(ada: Ada) -> None:
    given = ("--email", ADA, "--password-stdin")
    assert ada.shell.process("login", *given, stdin=PASSWORD).code == 0
