"""When a token runs out, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dagctl.cli.whoami import _expiry
from dagctl.commands.whoami import Identity

NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "renews", "words"),
    [
        (20, False, "in 20 s"),
        (59, True, "in 59 s; it renews itself"),
        (60, False, "in 1 min"),
        (3_540, False, "in 59 min"),
        (-20, False, "20 s ago"),
        (-600, False, "10 min ago"),
        (None, False, "not said"),
        (None, True, "when the run ends; it renews itself"),
    ],
)
def test_a_token_that_is_good_for_seconds_is_not_said_to_be_over(
    seconds: int | None, *, renews: bool, words: str
) -> None:
    until = None if seconds is None else NOW + timedelta(seconds=seconds)
    identity = Identity(
        user_id=None,
        email="ada@example.com",
        url=None,
        project_id=None,
        role=None,
        source="the variables",
        expires_at=until,
        renews=renews,
    )
    assert _expiry(identity, NOW) == words
