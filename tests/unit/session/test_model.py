"""What a session is, and that it never shows a token."""

from __future__ import annotations

import pytest

from dagctl.session.session import Session
from tests.unit.session.people import ADA, URL, session, tokens


@pytest.mark.parametrize(
    ("lifetime", "passed", "is_fresh"),
    [
        (3600, 0, True),
        (3600, 3480, True),
        (3600, 3481, False),
        (3600, 4000, False),
        (60, 29, True),
        (60, 31, False),
        (3600, -2, False),
    ],
)
def test_a_token_is_fresh_until_two_minutes_or_half_its_life_are_left(
    lifetime: float, passed: float, *, is_fresh: bool
) -> None:
    found = Session.begin(URL, tokens(0, lifetime=lifetime), 1000)
    assert found.is_fresh(1000 + passed) is is_fresh


@pytest.mark.parametrize("nonsense", [float("nan"), float("inf"), -1e300])
def test_a_time_that_is_none_is_not_fresh(nonsense: float) -> None:
    found = session()
    assert not found.is_fresh(nonsense)


def test_no_repr_shows_a_token() -> None:
    for found in (session(7), tokens(7), session(7).renewed(tokens(8), 0)):
        assert "access-" not in repr(found)
        assert "refresh-" not in str(found)
        assert "ada@example.com" in repr(found)


def test_a_dead_session_has_no_token_left() -> None:
    found = session().dead("session_expired")
    assert (found.access_token, found.refresh_token) == ("", "")
    assert found.user == ADA


def test_a_role_is_kept_for_each_project() -> None:
    found = session().with_role("a", "owner").with_role("b", "viewer").with_role("a", None)
    assert found.roles == {"b": "viewer"}
    assert found.renewed(tokens(1), 0).roles == {"b": "viewer"}
