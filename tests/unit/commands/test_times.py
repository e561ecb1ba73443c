"""Points in time as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from dagctl.commands.times import ago, rfc3339

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_time_is_written_in_utc() -> None:
    there = datetime(2026, 11, 23, 12, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert rfc3339(there) == "2026-11-23T07:00:00Z"


def test_a_time_has_one_form_whatever_the_backend_keeps_of_a_second() -> None:
    assert rfc3339(NOW + timedelta(microseconds=182_633)) == "2026-11-23T12:00:00Z"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(minutes=-1), "in 1 minute"),
        (timedelta(days=-400), "in 1 year"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(hours=2, minutes=59), "2 hours ago"),
        (timedelta(days=29), "29 days ago"),
        (timedelta(days=30), "1 month ago"),
        (timedelta(days=800), "2 years ago"),
    ],
)
def test_an_age_is_shown_in_its_largest_unit(before: timedelta, words: str) -> None:
    assert ago(NOW - before, NOW) == words
