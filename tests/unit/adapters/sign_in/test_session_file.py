"""The file of a session: what is read is what was written, or nothing is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dagctl.adapters.sign_in.session_file import SessionFile
from dagctl.errors import NotSignedInError, UnavailableError
from dagctl.paths import TEMPORARY
from tests.unit.session.people import URL, session

if TYPE_CHECKING:
    from dagctl.adapters.sign_in.session_file import Vault


def no_vault() -> Vault:
    raise AssertionError("nobody asked for a keyring")


def opened(state: Path, url: str = URL, profile: str = "default") -> SessionFile:
    return SessionFile(state, url, profile, no_vault)


@pytest.fixture
def store(tmp_path: Path) -> SessionFile:
    return opened(tmp_path / "state")


def test_what_is_saved_is_loaded(store: SessionFile) -> None:
    assert store.load() is None
    for found in (session(), session(1).with_role("p", "owner"), session().dead("user_banned")):
        assert store.save(found) == found
        assert store.load() == found
    store.delete()
    assert store.load() is None
    store.delete()


@pytest.mark.parametrize(
    ("url", "profile"),
    [
        ("https://abc.supabase.co:8443", "default"),
        ("https://abd.supabase.co", "default"),
        (URL, "other"),
    ],
)
def test_each_url_and_profile_has_a_file(tmp_path: Path, url: str, profile: str) -> None:
    opened(tmp_path).save(session())
    assert opened(tmp_path, url, profile).load() is None


def test_no_umask_makes_it_readable(store: SessionFile) -> None:
    before = os.umask(0)
    try:
        store.save(session())
    finally:
        os.umask(before)
    assert Path(store.place).stat().st_mode & 0o077 == 0


def test_a_failed_write_keeps_what_was_there(
    store: SessionFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save(session(1))
    folder = Path(store.place).parent

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("fsync", "rename"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, full)
            with pytest.raises(UnavailableError, match="No space left"):
                store.save(session(2))
        assert store.load() == session(1)
    assert [file.suffix for file in folder.iterdir()] == [".json"]


def test_what_a_killed_run_left_is_cleared(store: SessionFile, tmp_path: Path) -> None:
    store.save(session(1))
    folder = tmp_path / "state" / "sessions"
    (file,) = folder.iterdir()
    file.with_name(TEMPORARY + file.name).write_text("half")
    store.save(session(2))
    assert store.load() == session(2)


def test_nothing_of_a_session_is_left_when_it_is_deleted(
    store: SessionFile, tmp_path: Path
) -> None:
    """A run that was killed while it renewed the session leaves new tokens beside the old ones."""
    store.save(session(1))
    folder = tmp_path / "state" / "sessions"
    (file,) = folder.iterdir()
    file.with_name(TEMPORARY + file.name).write_text("a newer token")
    store.delete()
    assert list(folder.iterdir()) == []


def test_the_lock_keeps_others_out(store: SessionFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dagctl.adapters.sign_in.session_file.LOCK_WAIT", 0.05)
    with store.lock(), pytest.raises(UnavailableError, match="renewing the session"), store.lock():
        pass
    with store.lock():
        pass


GOOD: dict[str, Any] = {
    "version": 1,
    "url": URL,
    "user": {"id": "u", "email": "e"},
    "access_token": "a",
    "refresh_token": "r",
    "expires_at": 1.0,
    "lifetime": 1.0,
    "ended": None,
    "roles": {},
    "in_keyring": False,
    "began_at": 1.0,
}
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(key=st.sampled_from(sorted(GOOD)), value=ANY)
@example(key="roles", value=["a"])
@example(key="user", value=None)
@example(key="access_token", value="a\r\nb")
@example(key="expires_at", value="soon")
def test_any_value_anywhere_is_a_session_or_refused(
    store: SessionFile, key: str, value: object
) -> None:
    anew(store)
    Path(store.place).write_text(json.dumps(GOOD | {key: value}))
    only_dagctl_errors(store)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=200))
@example(data=b"\xff\xfe")
@example(data=b"[" * 50_000)
@example(data=b"{}")
def test_any_bytes_are_a_session_or_refused(store: SessionFile, data: bytes) -> None:
    anew(store)
    Path(store.place).write_bytes(data)
    only_dagctl_errors(store)


def anew(store: SessionFile) -> None:
    """Store a session where nothing is left of the example before."""
    Path(store.place).unlink(missing_ok=True)
    store.save(session())


def only_dagctl_errors(store: SessionFile) -> None:
    try:
        found = store.load()
    except NotSignedInError as error:
        found = None
        told = (store.place in error.message, error.__cause__)
        assert told == (True, None)
    assert found is None or found.url == URL
