"""When a session is renewed, by which token, and what a refusal or a lost answer leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagctl.errors import NotSignedInError, UnavailableError
from dagctl.session.for_process import MemorySession, ProcessSession
from dagctl.session.renewing import RenewingSession
from dagctl.session.session import Session, User
from tests.unit.session.people import ADA, URL, Rotation, session, tokens


class Time:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def renewing(store: MemorySession, server: Rotation, clock: Time | None = None) -> RenewingSession:
    return RenewingSession(URL, store, server, clock or Time())


def test_a_good_token_is_used_as_it_is() -> None:
    server = Rotation()
    signed_in = renewing(MemorySession(session()), server)
    assert signed_in.access_token() == "access-0"
    assert (signed_in.user_id, signed_in.email) == (ADA.id, ADA.email)
    assert server.sent == []


def test_a_token_that_runs_out_is_renewed_and_stored() -> None:
    clock, store, server = Time(), MemorySession(session()), Rotation()
    signed_in = renewing(store, server, clock)
    clock.now = 3500
    assert signed_in.access_token() == "access-1"
    assert signed_in.access_token() == "access-1"
    assert server.sent == [0]
    assert store.load() == session().renewed(tokens(1), 3500)


def test_a_token_that_another_process_has_renewed_is_taken_over() -> None:
    store, server = MemorySession(session()), Rotation()
    signed_in = renewing(store, server)
    store.save(session(5))
    assert signed_in.refresh_after_401("access-0") == "access-5"
    assert server.sent == []


def test_a_token_that_is_refused_although_it_seems_good_is_renewed() -> None:
    store, server = MemorySession(session()), Rotation()
    assert renewing(store, server).refresh_after_401("access-0") == "access-1"
    assert server.sent == [0]


def test_a_refusal_of_an_older_token_changes_nothing() -> None:
    server = Rotation()
    assert renewing(MemorySession(session(3)), server).refresh_after_401("access-2") == "access-3"
    assert server.sent == []


def test_a_session_that_has_ended_is_marked_and_never_sent_again() -> None:
    store, server = MemorySession(session()), Rotation(over="session_expired")
    signed_in = renewing(store, server)
    with pytest.raises(NotSignedInError, match=r"signed in .* has ended: it ran out"):
        signed_in.refresh_after_401("access-0")
    for again in (lambda: signed_in.refresh_after_401("access-0"), lambda: renewing(store, server)):
        with pytest.raises(NotSignedInError, match=r"signed in .* has ended: it ran out"):
            again()
    assert server.sent == [0]


@pytest.mark.parametrize(
    ("seconds", "age"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (7_300, "2 hours ago"),
        (86_400, "1 day ago"),
        (400 * 86_400, "400 days ago"),
    ],
)
def test_the_age_of_a_session_that_has_ended_is_reported(seconds: float, age: str) -> None:
    clock = Time()
    clock.now = 1_000 + seconds
    store = MemorySession(session(now=1_000).dead("session_expired"))
    with pytest.raises(NotSignedInError, match=rf"\(signed in {age}\) has ended: it ran out"):
        renewing(store, Rotation(), clock)


@pytest.mark.parametrize("found", [None, replace(session(), url="https://evil.example")])
def test_nothing_is_sent_without_a_session_of_this_url(found: Session | None) -> None:
    with pytest.raises(NotSignedInError, match="not signed in to https://abc"):
        renewing(MemorySession(found), Rotation())


def test_one_process_stays_one_user() -> None:
    store, server = MemorySession(session()), Rotation()
    signed_in = renewing(store, server)
    store.save(replace(session(1), user=User("other", "eve@example.com")))
    with pytest.raises(NotSignedInError, match=r"eve@example\.com has signed in meanwhile"):
        signed_in.refresh_after_401("access-0")


# --- Rotation -------------------------------------------------------------------------------------

Step = tuple[int, str | None, bool]
STEPS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from([None, "lost before", "lost after"]),
        st.booleans(),
    ),
    max_size=40,
)


class Forgetful(MemorySession):
    """A store that may be out of space."""

    is_full = False

    def save(self, session: Session) -> Session:
        if self.is_full:
            raise UnavailableError("no space left")
        return super().save(session)


@settings(deadline=None, max_examples=300)
@given(steps=STEPS)
def test_no_order_of_processes_and_faults_sends_a_token_two_steps_behind(
    steps: list[Step],
) -> None:
    store, server = Forgetful(session()), Rotation()
    processes = [renewing(store, server) for _ in range(4)]
    for number, fault, is_full in steps:
        server.fault, store.is_full = fault, is_full
        process = processes[number]
        try:
            process.refresh_after_401(process.access_token())
        except UnavailableError:
            continue
    server.fault, store.is_full = None, False
    assert renewing(store, server).refresh_after_401("access-0") or not steps
    assert server.over is None
    kept = store.load()
    assert kept is not None
    assert int(kept.refresh_token.removeprefix("refresh-")) >= server.active - 1


# --- For one process ------------------------------------------------------------------------------


def test_a_password_signs_in_once_and_out_at_the_end() -> None:
    server = Rotation()
    signed_in = ProcessSession(URL, ("ada@example.com", "good"), server, Time())
    assert signed_in.access_token() == "access-0"
    assert signed_in.refresh_after_401("access-0") == "access-1"
    signed_in.close()
    assert server.signed_out == ["access-1"]


def test_a_wrong_password_is_no_session() -> None:
    with pytest.raises(NotSignedInError):
        ProcessSession(URL, ("ada@example.com", "bad"), Rotation(), Time())


def test_a_server_that_is_gone_at_the_end_is_no_failure() -> None:
    clock, server = Time(), Rotation()
    signed_in = ProcessSession(URL, ("ada@example.com", "good"), server, clock)
    clock.now, server.fault = 4000, "lost before"
    signed_in.close()
    assert server.signed_out == []
