"""Signing in: by a password, a code, a browser; what is stored, and how."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import httpx
import pexpect
import pytest

from dagctl.errors import ExitCode
from tests.session.people import ADA, PASSWORD, PROJECT
from tests.stand_in import faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.session.people import Ada
    from tests.stand_in.faults import Fault

SECONDS = 60


def at_a_terminal(ada: Ada, *arguments: str) -> pexpect.spawn[str]:
    return pexpect.spawn(
        sys.executable,
        ["-m", "dagctl", "login", *arguments],
        cwd=str(ada.shell.folder),
        env=ada.shell.environ,
        timeout=SECONDS,
        encoding="utf-8",
    )


def test_a_password_is_asked_for_and_not_shown(ada: Ada) -> None:
    terminal = at_a_terminal(ada)
    terminal.expect("E-mail address: ")
    terminal.sendline(ADA)
    terminal.expect("Password: ")
    terminal.sendline(PASSWORD)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    shown = str(terminal.before)
    assert f"Signed in as {ADA}" in shown
    assert PASSWORD not in shown


def test_a_login_stores_a_session_for_no_one_else(ada: Ada) -> None:
    done = ada.login()
    assert f"Signed in as {ADA} to {ada.server.url}" in done.out
    assert f"{PROJECT}, editor" in done.out
    assert stat.S_IMODE(ada.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(ada.sessions.stat().st_mode) == 0o700
    stored = ada.stored
    assert stored["url"] == ada.server.url
    assert stored["user"] == {"id": ada.user_id, "email": ADA}
    assert PASSWORD not in ada.file.read_text()
    assert not any(secret in done.out + done.err for secret in ada.secrets())


def test_the_result_is_one_document(ada: Ada) -> None:
    document = ada.login("--output", "json").document
    assert document["result"] == {
        "user": {"id": ada.user_id, "email": ADA},
        "url": ada.server.url,
        "place": str(ada.file),
        "project_id": PROJECT,
        "role": "editor",
        "in_keyring": False,
    }


def test_one_can_sign_in_outside_any_workspace(ada: Ada) -> None:
    (ada.shell.folder / "dagctl.toml").unlink()
    ada.shell.environ |= {
        "DAGCTL_SUPABASE_URL": ada.server.url,
        "DAGCTL_SUPABASE_KEY": ada.server.publishable_key,
    }
    assert "project" not in ada.login().out


def test_profiles_are_sessions_apart(ada: Ada) -> None:
    ada.login()
    ada.login("--profile", "bot")
    assert len(list(ada.sessions.glob("*.json"))) == 2
    assert ada.shell.run("whoami", DAGCTL_PROFILE="other").code == ExitCode.NOT_SIGNED_IN
    assert ada.shell.run("whoami", DAGCTL_PROFILE="bot").code == 0


@pytest.mark.parametrize("profile", ["../x", "", "a/b", "a" * 65, "ä"])
def test_a_profile_is_a_name_and_no_path(ada: Ada, profile: str) -> None:
    done = ada.shell.run("whoami", "--profile", profile)
    assert done.code in {ExitCode.USAGE, ExitCode.NOT_SIGNED_IN}
    assert not ada.sessions.exists()


def test_a_wrong_password_is_reported_and_stores_nothing(ada: Ada) -> None:
    wrong = "hunter2-wrong"
    done = ada.shell.run("login", "--email", ADA, "--password-stdin", stdin=wrong)
    assert done.code == ExitCode.NOT_SIGNED_IN
    assert "the e-mail address or the password is wrong" in done.err
    assert wrong not in done.err
    assert not list(ada.sessions.glob("*.json"))


@pytest.mark.parametrize("options", [[], ["--email", ADA], ["--otp", "--email", ADA]])
def test_without_a_terminal_no_one_is_asked(ada: Ada, options: list[str]) -> None:
    done = ada.shell.process("login", *options)
    assert done.code == ExitCode.NOT_SIGNED_IN
    for name in ("--password-stdin", "DAGCTL_EMAIL", "DAGCTL_PASSWORD", "DAGCTL_ACCESS_TOKEN"):
        assert name in done.err
    assert ("--email ADDRESS" in done.err) == ("--email" not in options)
    assert ada.server.requests.count() == 0


@pytest.mark.parametrize(
    "options",
    [
        ["--otp", "--provider", "github"],
        ["--otp", "--password-stdin"],
        ["--no-browser"],
        ["--password", PASSWORD],
    ],
    ids=" ".join,
)
def test_options_that_do_not_go_together_are_refused(ada: Ada, options: list[str]) -> None:
    done = ada.shell.run("login", *options, stdin=PASSWORD)
    assert done.code == ExitCode.USAGE
    assert PASSWORD not in done.err


def test_no_password_on_standard_input_is_refused(ada: Ada) -> None:
    assert ada.shell.run("login", "--email", ADA, "--password-stdin").code == ExitCode.USAGE


def test_a_login_over_a_broken_session_mends_it(ada: Ada) -> None:
    ada.login()
    ada.file.write_text("{")
    ada.login()
    assert ada.shell.run("whoami").code == 0


def test_the_environment_that_wins_over_a_login_is_named(ada: Ada) -> None:
    ada.shell.environ["DAGCTL_ACCESS_TOKEN"] = ada.server.token(ada.user_id)
    assert "DAGCTL_ACCESS_TOKEN in the environment wins" in ada.login().err


@pytest.mark.parametrize("fault", [faults.answer(404), faults.bad_gateway()], ids=["404", "502"])
def test_a_role_that_could_not_be_asked_is_not_called_no_member(ada: Ada, fault: Fault) -> None:
    ada.server.faults.add("POST", "/rest/v1/rpc/project_role", fault, times=None)
    done = ada.login()
    assert "role not known: the project could not be asked (" in done.out
    assert "no member" not in done.out
    assert "not known yet" in ada.shell.ok("whoami").out
    result = ada.login("--output", "json").document["result"]
    assert result["role"] is None
    assert result["role_failure"]


def test_who_is_no_member_is_called_so(ada: Ada) -> None:
    ada.server.remove_member(PROJECT, ada.user_id)
    assert "no member yet" in ada.login().out


# --- A code that is mailed ------------------------------------------------------------------------


def test_a_mailed_code_signs_in(ada: Ada) -> None:
    terminal = at_a_terminal(ada, "--otp", "--email", ADA)
    terminal.expect("Code: ")
    terminal.sendline(ada.server.code_for(ADA))
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert ada.stored["user"]["id"] == ada.user_id


def test_the_link_of_a_mail_without_a_code_signs_in(ada: Ada) -> None:
    terminal = at_a_terminal(ada, "--otp", "--email", ADA)
    terminal.expect("template needs")
    terminal.expect("Code: ")
    terminal.sendline(ada.server.link_for(ADA))
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert ada.stored["user"]["id"] == ada.user_id


def test_a_link_without_a_token_is_refused(ada: Ada) -> None:
    terminal = at_a_terminal(ada, "--otp", "--email", ADA)
    terminal.expect("Code: ")
    terminal.sendline("https://example.com/welcome?type=magiclink")
    terminal.expect("the link has no token")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == ExitCode.USAGE


def test_the_link_of_another_person_is_refused(ada: Ada) -> None:
    terminal = at_a_terminal(ada, "--otp", "--email", ADA)
    terminal.expect("Code: ")
    ada.server.add_user("eve@example.com", PASSWORD)
    body = {"email": "eve@example.com", "create_user": False}
    key = {"apikey": ada.server.publishable_key}
    httpx.post(f"{ada.server.url}/auth/v1/otp", json=body, headers=key)
    terminal.sendline(ada.server.link_for("eve@example.com"))
    terminal.expect("another address than")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == ExitCode.NOT_SIGNED_IN


def test_a_wrong_code_is_refused(ada: Ada) -> None:
    terminal = at_a_terminal(ada, "--otp", "--email", ADA)
    terminal.expect("Code: ")
    terminal.sendline("000000" if ada.server.code_for(ADA) != "000000" else "111111")
    terminal.expect("the code is wrong or has run out")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == ExitCode.NOT_SIGNED_IN


def test_a_mistyped_address_makes_no_one_a_user(ada: Ada) -> None:
    terminal = at_a_terminal(ada, "--otp", "--email", "adda@example.com")
    terminal.expect("there is no user with this e-mail address")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == ExitCode.NOT_SIGNED_IN
    assert ada.server.sql("select count(*) from auth.users") == [(1,)]


# --- A browser ------------------------------------------------------------------------------------


class Browser:
    """A login that waits for a browser, and the page that it asks to be opened."""

    def __init__(self, ada: Ada, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dagctl", "login", "--provider", "github", *options],
            cwd=ada.shell.folder,
            env=ada.shell.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self.process.stderr.readline()
        self.page = self.process.stderr.readline().strip()
        self.back = parse_qs(urlsplit(self.page).query)["redirect_to"][0]

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, out, err


@pytest.fixture
def browser(ada: Ada) -> Iterator[Browser]:
    opened = Browser(ada, "--no-browser", "--output", "json")
    yield opened
    opened.process.kill()
    opened.process.communicate()


def opened(url: str, **headers: str) -> int:
    """Return the status of a page, redirects followed."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:
            assert isinstance(response.status, int)
            return response.status
    except HTTPError as error:
        with error:
            return error.code


def test_a_browser_signs_in_at_a_provider(ada: Ada, browser: Browser) -> None:
    ada.server.at_provider(ada.user_id)
    assert urlsplit(browser.back).hostname == "127.0.0.1"
    assert opened(browser.page) == 200
    code, out, _ = browser.end()
    assert code == 0
    assert json.loads(out)["result"]["user"]["id"] == ada.user_id


def test_a_provider_that_the_project_lacks_is_reported_at_once(ada: Ada) -> None:
    done = ada.shell.run("login", "--provider", "gitlub", "--no-browser")
    assert done.code == ExitCode.USAGE
    assert "no sign-in at `gitlub`" in done.err
    assert "it has: github, google" in done.err


def test_only_the_path_that_was_drawn_is_answered(ada: Ada, browser: Browser) -> None:
    port = urlsplit(browser.back).port
    assert opened(f"http://127.0.0.1:{port}/callback?code=stolen") == 404
    assert opened(f"http://127.0.0.1:{port}/favicon.ico") == 404
    assert opened(f"{browser.back}?code=stolen", Host=f"evil.example:{port}") == 404
    ada.server.at_provider(ada.user_id)
    assert opened(browser.page) == 200
    assert browser.end()[0] == 0


def test_two_logins_share_no_address(ada: Ada, browser: Browser) -> None:
    other = Browser(ada, "--no-browser")
    other.process.kill()
    other.process.communicate()
    assert urlsplit(other.back).path != urlsplit(browser.back).path
    assert len(urlsplit(browser.back).path) > 30


def test_who_cancels_at_the_provider_is_not_signed_in(ada: Ada, browser: Browser) -> None:
    ada.server.at_provider(None)
    opened(browser.page)
    code, out, _ = browser.end()
    assert code == ExitCode.NOT_SIGNED_IN
    assert "The user denied access" in json.loads(out)["error"]["message"]


def test_a_code_that_somebody_else_asked_for_is_refused(ada: Ada, browser: Browser) -> None:
    opened(f"{browser.back}?code=somebody-elses")
    code, out, _ = browser.end()
    assert code == ExitCode.NOT_SIGNED_IN
    assert "somebody-elses" not in out
    assert not list(ada.sessions.glob("*.json"))
