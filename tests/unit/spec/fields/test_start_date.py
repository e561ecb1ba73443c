"""Start dates: ISO text as an aware moment, nothing relative and nothing guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from dagctl.findings.codes import Code
from dagctl.spec.fields.start_date import is_naive, read_start_date, write_start_date

PLUS_2 = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2024-01-31", datetime(2024, 1, 31, tzinfo=UTC)),
        ("2024-01-31T06:30", datetime(2024, 1, 31, 6, 30, tzinfo=UTC)),
        ("2024-01-31 06:30:15", datetime(2024, 1, 31, 6, 30, 15, tzinfo=UTC)),
        ("2024-01-31T06:30:15.25Z", datetime(2024, 1, 31, 6, 30, 15, 250_000, tzinfo=UTC)),
        ("2024-01-31T06:30:00+00:00", datetime(2024, 1, 31, 6, 30, tzinfo=UTC)),
        ("2024-01-31T06:30:00+02:00", datetime(2024, 1, 31, 6, 30, tzinfo=PLUS_2)),
        (date(2024, 1, 31), datetime(2024, 1, 31, tzinfo=UTC)),
        (datetime(2024, 1, 31, 6), datetime(2024, 1, 31, 6, tzinfo=UTC)),  # noqa: DTZ001 - the case
        (datetime(2024, 1, 31, 6, tzinfo=PLUS_2), datetime(2024, 1, 31, 6, tzinfo=PLUS_2)),
        (datetime(2024, 1, 31, tzinfo=ZoneInfo("UTC")), datetime(2024, 1, 31, tzinfo=UTC)),
    ],
)
def test_a_date_is_an_aware_moment(value: object, moment: datetime) -> None:
    read = read_start_date(value)

    assert read == moment
    assert read.utcoffset() == moment.utcoffset()


@pytest.mark.parametrize(
    "value",
    [
        "",
        "2024",
        "2024-1-1",
        "20240101",
        "2024-W01-1",
        "2024-001",
        "2024-02-30",
        "2024-01-01T25:00",
        "2024-01-01T00:00:00.1234567",
        "2024-01-01T00:00:00+99:00",
        "2024-01-01\n",
        "12024-01-01",
        "-2024-01-01",
        "1899-12-31",
        "2201-01-01",
        "\uff12\uff10\uff12\uff14-01-01",
        "days_ago(1)",
        "yesterday",
        "datetime.now()",
        "1704067200",
        1704067200,
        1.5,
        True,
        None,
        [2024, 1, 1],
        datetime(2024, 6, 1, tzinfo=ZoneInfo("Europe/Paris")),
        datetime(2024, 6, 1, tzinfo=timezone(timedelta(seconds=61))),
    ],
)
def test_what_is_no_date_or_no_fixed_one_is_refused(value: object) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        read_start_date(value)

    assert caught.value.type == Code.BAD_START_DATE


def test_a_relative_date_is_called_so() -> None:
    with pytest.raises(PydanticCustomError, match="relative"):
        read_start_date("days_ago(1)")


@given(
    st.datetimes(
        min_value=datetime(1900, 1, 2),  # noqa: DTZ001 - Hypothesis wants it naive
        max_value=datetime(2200, 12, 30),  # noqa: DTZ001 - likewise
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
    )
)
def test_what_is_written_is_read_back(moment: datetime) -> None:
    text = write_start_date(read_start_date(moment))

    assert read_start_date(text) == moment
    assert read_start_date(text).utcoffset() == moment.utcoffset()


@pytest.mark.parametrize(
    ("text", "naive"),
    [
        ("2024-01-01", False),
        ("2024-01-01T06:00", True),
        ("2024-01-01T06:00Z", False),
        ("2024-01-01T06:00-05:00", False),
        ("x", False),
    ],
)
def test_only_a_time_of_day_needs_a_zone(text: str, naive: bool) -> None:  # noqa: FBT001 - a column
    assert is_naive(text) is naive
