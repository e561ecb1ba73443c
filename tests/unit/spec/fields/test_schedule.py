"""Schedules: what is accepted, what is refused and why, in words, and the next run."""

from __future__ import annotations

import locale
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from croniter import CroniterError, croniter
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from dagctl.findings.codes import Code
from dagctl.spec.fields.cron import plain
from dagctl.spec.fields.cron_schedule import PRESETS, check_schedule, problems_of
from dagctl.spec.fields.runs import next_run, runs_between
from dagctl.spec.fields.schedule_words import in_words

if TYPE_CHECKING:
    from dagctl.target import Series

START = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "schedule",
    [
        *PRESETS,
        "0 6 * * *",
        "*/15 * * * *",
        "0 6 * * 1-5",
        "30 6 * JAN-MAR MON,FRI",
        "0 0 * * 7",
        "0 0 * * 5-7",
        "0 0 L * *",
        "0 0 * * MON#1",
        "0 0 * * L5",
        "0 0 ? * *",
        "0  0 * * *",
        "0 0 29 2 *",
        "0 0 31 2 MON",
    ],
)
def test_a_schedule_that_airflow_takes_in_one_sense_is_kept(schedule: str) -> None:
    assert check_schedule(schedule) == schedule


@pytest.mark.parametrize(
    ("schedule", "code"),
    [
        ("", Code.BAD_SCHEDULE),
        ("None", Code.BAD_SCHEDULE),
        ("@dialy", Code.BAD_SCHEDULE),
        ("@Daily", Code.BAD_SCHEDULE),
        ("@reboot", Code.BAD_SCHEDULE),
        ("every day", Code.BAD_SCHEDULE),
        ("* * * *", Code.BAD_SCHEDULE),
        ("* * * * * * * *", Code.BAD_SCHEDULE),
        ("60 * * * *", Code.BAD_SCHEDULE),
        ("*/0 * * * *", Code.BAD_SCHEDULE),
        ("0 0 0 * *", Code.BAD_SCHEDULE),
        ("0 0 * * *\n", Code.BAD_SCHEDULE),
        (" 0 0 * * *", Code.BAD_SCHEDULE),
        ("\uff10 0 * * *", Code.BAD_SCHEDULE),
        ("0 0 * * *\x00", Code.BAD_SCHEDULE),
        ("*" * 500, Code.BAD_SCHEDULE),
        ("0 0 30 2 *", Code.NEVER_FIRES),
        ("0 0 31 4,6,9,11 *", Code.NEVER_FIRES),
        ("0 0 6 * * *", Code.REFUSED_CRON),
        ("0 0 6 * * * 2024", Code.REFUSED_CRON),
        ("R 0 * * *", Code.REFUSED_CRON),
        ("H/15 * * * *", Code.REFUSED_CRON),
        ("0 r(2-4) * * *", Code.REFUSED_CRON),
        ("50-10 * * * *", Code.REFUSED_CRON),
        ("0 0 * * FRI-MON", Code.REFUSED_CRON),
        ("0 0 * NOV-FEB *", Code.REFUSED_CRON),
        ("0 1,22-2/2 * * *", Code.REFUSED_CRON),
    ],
)
def test_a_schedule_that_means_nothing_or_several_things_is_refused(
    schedule: str, code: Code
) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        check_schedule(schedule)

    assert caught.value.type == code
    (problem,) = problems_of(schedule)
    assert problem.hint


@pytest.mark.parametrize(
    ("schedule", "messages"),
    [
        ("60 * * * *", ["`60` is not valid as the minute of a cron expression"]),
        (
            "0 6 * 13 mno",
            ["`13` is not valid as the month of", "`mno` is not valid as the day of t"],
        ),
        ("99 22-2 * * *", ["the range `22-2` runs backward", "`99` is not valid as the minute of"]),
        (
            "R 24 * * *",
            ["`R 24 * * *` would mean a different time", "`24` is not valid as the hour"],
        ),
        ("50-10 22-2 * * *", ["the range `50-10` runs backward", "the range `22-2` runs backward"]),
    ],
)
def test_each_field_that_is_wrong_is_named(schedule: str, messages: list[str]) -> None:
    found = [problem.message for problem in problems_of(schedule)]

    assert len(found) == len(messages)
    assert all(map(str.startswith, found, messages))


@given(st.text(max_size=30) | st.from_regex(r"[0-9*/,LW#?\-]{1,6}( [0-9*/,LW#?\-]{1,6}){4}"))
def test_what_is_accepted_is_accepted_by_croniter_and_fires(schedule: str) -> None:
    if problems_of(schedule) or schedule in PRESETS:
        return

    try:
        croniter(schedule, START).get_next(datetime)
    except CroniterError as error:
        pytest.fail(str(error))


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (None, "runs only when triggered"),
        ("@once", "once"),
        ("@continuous", "continuously, one run after the other"),
        ("@daily", "at 00:00"),
        ("0 6 * * 1-5", "at 06:00, Monday through Friday"),
        ("*/15 * * * *", "every 15 minutes"),
        ("@quarterly", "at 00:00, on day 1 of the month, every 3 months"),
        ("0 0 13 * 5", "at 00:00, on day 13 of the month, or on Friday"),
        ("0 0 1-15 * 1-5", "at 00:00, between day 1 and 15 of the month, or Monday through Friday"),
        (
            "0 0 */2 * 1-5",
            "at 00:00, every 2 days from day 1 of the month, or Monday through Friday",
        ),
        ("0 0 */2 * *", "at 00:00, every 2 days from day 1 of the month"),
        ("0 0 */1 * 5", "at 00:00"),
        ("0 0 1 * 0-6", "at 00:00"),
        ("*/90 * * * *", "every hour"),
        ("0 */25 * * *", "at 00:00"),
        ("10-20/90 * * * *", "at 10 minutes past the hour"),
        ("0 */5 * * *", "at 00:00, 05:00, 10:00, 15:00 and 20:00"),
        ("0 0 * * */2", "at 00:00, only on Sunday, Tuesday, Thursday, and Saturday"),
        ("0-59/20 * * * *", "every 20 minutes"),
        ("5/15 * * * *", "every 15 minutes, starting at 5 minutes past the hour"),
        ("40/25 * * * *", "at 40 minutes past the hour"),
        (
            "0 0 1-5 * 6#1",
            "at 00:00, between day 1 and 5 of the month, on the first Saturday of the month",
        ),
    ],
)
def test_a_schedule_in_words(schedule: str | None, words: str) -> None:
    assert in_words(schedule) == words


@pytest.mark.parametrize("machine", [("de_DE", "UTF-8"), (None, None)])
def test_the_words_are_english_on_every_machine(
    machine: tuple[str | None, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locale, "getlocale", lambda: machine)

    assert in_words("0 6 * * 1-5") == "at 06:00, Monday through Friday"


@given(st.sampled_from(["0 0 15W * *", "0 0 L * *", "0 0 * * L5", "0 0 ? * *", "0 0 * * MON#1"]))
def test_every_valid_schedule_has_words(schedule: str) -> None:
    assert in_words(schedule)


@pytest.mark.parametrize(
    ("schedule", "now", "expected"),
    [
        (None, START, None),
        ("@once", START - timedelta(days=1), START),
        ("@once", START, None),
        ("@continuous", START - timedelta(days=1), START),
        ("@continuous", START, None),
        ("@daily", START - timedelta(days=9), START),
        ("@daily", START, START + timedelta(days=1)),
        ("0 6 * * *", START - timedelta(days=9), START + timedelta(hours=6)),
        ("0 6 * * *", START + timedelta(days=3, hours=7), START + timedelta(days=4, hours=6)),
        ("@quarterly", START, datetime(2024, 4, 1, tzinfo=UTC)),
    ],
)
def test_the_next_run_is_after_now_and_not_before_the_start(
    schedule: str | None, now: datetime, expected: datetime | None
) -> None:
    assert next_run(schedule, START, now, "3") == expected


@pytest.mark.parametrize(
    ("start", "now", "expected"),
    [
        ("2199-01-01T00:00", "2026-11-28T00:00", "2199-01-02T06:00"),
        ("2199-01-01T06:00", "2026-11-28T00:00", "2199-01-02T06:00"),
        ("2199-01-01T06:01", "2026-11-28T00:00", "2199-01-03T06:00"),
        ("2024-01-01T00:00", "2024-01-01T03:00", "2024-01-02T06:00"),
        ("2024-01-01T00:00", "2024-01-01T09:00", "2024-01-02T06:00"),
        ("2024-01-01T00:00", "2024-05-01T09:00", "2024-05-02T06:00"),
    ],
)
def test_airflow_2_starts_a_run_at_the_end_of_its_interval(
    start: str, now: str, expected: str
) -> None:
    begin, moment, run = (
        datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, now, expected)
    )

    assert next_run("0 6 * * *", begin, moment, "2") == run


def test_cron_fields_are_in_the_zone_of_the_start_date() -> None:
    zone = timezone(timedelta(hours=2))
    start = datetime(2024, 1, 1, tzinfo=zone)

    assert next_run("0 6 * * *", start, START, "3") == datetime(2024, 1, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize("series", ["2", "3"])
@pytest.mark.parametrize("schedule", ["18 * * * *", {"every": "1h"}])
def test_an_hour_that_the_clock_shows_twice_has_two_runs(
    schedule: str | dict[str, str], series: Series
) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2024, 10, 26, 22, 18, tzinfo=berlin)
    first = datetime(2024, 10, 27, 2, 18, tzinfo=berlin)

    second = next_run(schedule, start, first, series, catchup=True)

    assert second is not None
    assert second.astimezone(UTC) == datetime(2024, 10, 27, 1, 18, tzinfo=UTC)


def test_a_length_of_time_passes_whatever_the_clock_shows() -> None:
    start = datetime(2026, 10, 20, 5, tzinfo=ZoneInfo("Europe/Berlin"))

    found = next_run({"every": "2w"}, start, start - timedelta(1), "2", catchup=True)

    assert found is not None
    assert found.astimezone(UTC) == datetime(2026, 11, 3, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "zone", "now", "run"),
    [
        ("30 2 * * *", "Africa/Casablanca", "2026-03-22T02:10Z", "2026-03-22T02:30Z"),
        ("30 2 * * *", "Europe/Berlin", "2026-03-29T01:10Z", "2026-03-29T01:30Z"),
        ("30 1 * * 0", "Australia/Lord_Howe", "2026-04-04T14:45Z", "2026-04-04T15:00Z"),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:45Z", "2026-10-25T01:30Z"),
    ],
)
def test_a_run_at_a_time_that_the_clock_leaves_out_or_shows_twice_is_still_to_come(
    cron: str, zone: str, now: str, run: str
) -> None:
    start = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))

    found = next_run(cron, start, datetime.fromisoformat(now), "3")

    assert found is not None
    assert found.astimezone(UTC) == datetime.fromisoformat(run)


@given(st.from_regex(r"\A[0-9*/,L#\-]{1,6}( [0-9*/,L#\-]{1,6}){4}\Z"))
def test_the_plainest_form_fires_at_the_same_times(cron: str) -> None:
    if problems_of(cron):
        return

    plainest, written = (croniter(text, START) for text in (plain(cron).text, cron))

    for _ in range(20):
        assert plainest.get_next(datetime) == written.get_next(datetime)


@pytest.mark.parametrize(
    ("cron", "size"),
    [
        ("0-59/60 * * * *", 60),
        ("0 0-23/24 * * *", 24),
        ("0 0 1-31/31 * *", 31),
        ("0 0 1 jan-dec/12 *", 12),
        ("0 0 * * 0-6/7", 7),
        ("10-20/15 * * * *", 11),
        ("10-10/15 * * * *", None),
        ("0-59/1 * * * *", None),
    ],
)
def test_a_step_beyond_the_last_value_of_a_range_is_noticed(cron: str, size: int | None) -> None:
    assert [step.size for step in plain(cron).long_steps] == ([size] if size else [])


def test_runs_between_counts_by_the_pace() -> None:
    year = START + timedelta(days=366)

    assert runs_between("@hourly", START, year) == 366 * 24
    assert runs_between("@daily", START, year) == 366
    assert runs_between("@once", START, year) == 0
    assert runs_between(None, START, year) == 0
    assert runs_between("@daily", year, START) == 0
