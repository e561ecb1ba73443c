"""The system's keyring as the place of the refresh token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import PasswordDeleteError

from dagctl.errors import ExitCode
from tests.session.people import REFRESH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.session.people import Ada


class Entries(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # the library has no types there
        self.tokens: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.tokens.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.tokens[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.tokens.pop((service, username), None) is None:
            raise PasswordDeleteError


def no_keyring() -> NoKeyring:
    """Return what the library has on a machine without any keyring."""
    return NoKeyring()  # type: ignore[no-untyped-call] # the library has no types there


@pytest.fixture
def entries() -> Iterator[Entries]:
    before, mine = keyring.get_keyring(), Entries()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


def test_the_keyring_has_the_refresh_token_and_nothing_else(ada: Ada, entries: Entries) -> None:
    done = ada.login("--keyring")
    assert "keyring   has the refresh token" in done.out
    assert ada.stored["refresh_token"] == ""
    (token,) = entries.tokens.values()
    assert token not in ada.file.read_text()
    assert len(token) < 1280
    assert "and the keyring" in ada.shell.ok("whoami").out


def test_a_refresh_goes_through_the_keyring(ada: Ada, entries: Entries) -> None:
    ada.login("--keyring")
    before = dict(entries.tokens)
    ada.expire()
    assert ada.shell.run("whoami", "--check").code == 0
    assert ada.server.requests.count("POST", REFRESH) == 2
    assert entries.tokens.keys() == before.keys()
    assert entries.tokens != before
    assert ada.stored["refresh_token"] == ""


def test_the_choice_is_remembered(ada: Ada, entries: Entries) -> None:
    ada.login("--keyring")
    assert ada.login("--output", "json").document["result"]["in_keyring"] is True
    assert len(entries.tokens) == 1
    assert ada.login("--no-keyring", "--output", "json").document["result"]["in_keyring"] is False
    assert not entries.tokens
    ada.expire()
    assert ada.shell.run("whoami", "--check").code == 0


def test_signing_out_empties_the_keyring(ada: Ada, entries: Entries) -> None:
    ada.login("--keyring")
    assert ada.shell.run("logout").code == 0
    assert not entries.tokens


def test_a_session_that_ended_leaves_nothing_in_the_keyring(ada: Ada, entries: Entries) -> None:
    ada.login("--keyring")
    ada.expire()
    ada.server.end_sessions(ada.user_id)
    assert ada.shell.run("whoami", "--check").code == ExitCode.NOT_SIGNED_IN
    assert not entries.tokens


def test_a_machine_without_a_keyring_gets_the_file_and_a_warning(
    ada: Ada, entries: Entries
) -> None:
    keyring.set_keyring(no_keyring())
    done = ada.login("--keyring")
    assert "the system's keyring does not answer" in done.err
    assert not entries.tokens
    ada.expire()
    assert ada.shell.run("whoami", "--check").code == 0


def test_a_keyring_that_is_locked_later_keeps_the_session(ada: Ada, entries: Entries) -> None:
    ada.login("--keyring")
    keyring.set_keyring(no_keyring())
    assert ada.shell.run("whoami", "--check").code == 0
    ada.expire()
    assert ada.shell.run("whoami", "--check").code == ExitCode.UNAVAILABLE
    keyring.set_keyring(entries)
    assert ada.shell.run("whoami", "--check").code == 0
