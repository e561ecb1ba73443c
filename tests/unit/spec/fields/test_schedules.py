"""Schedules that are mappings, and assets: what is refused, and how they are called."""

from __future__ import annotations

from typing import Any

import pytest

from dagctl.findings.codes import Code
from dagctl.spec.fields.schedule_words import in_words
from dagctl.spec.load import check_spec
from dagctl.spec.schedule_line import as_text

HEAD = "dag_name: Report\ntasks:\n  - task_id: a\n    bash_command: echo a\n"


def found(lines: str) -> list[tuple[str, int | None]]:
    return [(each.code, each.line) for each in check_spec(HEAD + lines).diagnostics]


@pytest.mark.parametrize(
    ("lines", "code", "line"),
    [
        ("schedule: [a]", Code.WRONG_TYPE, 5),
        ("schedule: {}", Code.MISSING_KEY, 5),
        ("schedule:\n  evry: 2h", Code.UNKNOWN_KEY, 6),
        ("schedule:\n  every: 2", Code.BAD_DURATION, 6),
        ("schedule:\n  every: 0s", Code.BAD_DURATION, 6),
        ("schedule:\n  every: 2h\n  cron: '@daily'", Code.GIVEN_TWICE, 7),
        ("schedule:\n  every: 2h\n  timezone: UTC", Code.UNKNOWN_KEY, 7),
        ("schedule:\n  cron: 0 6 * *", Code.BAD_SCHEDULE, 6),
        ("schedule:\n  cron: '@once'", Code.BAD_SCHEDULE, 6),
        ("schedule:\n  cron: 0 0 31 2 *", Code.NEVER_FIRES, 6),
        ("schedule:\n  cron: 5", Code.WRONG_TYPE, 6),
        ("schedule:\n  cron: '@daily'\n  timezone: Berlin", Code.BAD_TIME_ZONE, 7),
        ("schedule:\n  cron: '@daily'\n  data_interval: 1", Code.WRONG_TYPE, 7),
        ("start_date: '2024-01-01T00:00:00+02:00'\nschedule:\n  cron: '@daily'",
         Code.BAD_TIME_ZONE, 7),
        ("schedule:\n  assets: []", Code.BLANK, 6),
        ("schedule:\n  assets: [5]", Code.BAD_ASSET, 6),
        ("schedule:\n  assets:\n    - a\n    - airflow://x", Code.BAD_ASSET, 8),
        ("schedule:\n  assets:\n    - postgres://u@host/db", Code.BAD_ASSET, 7),
        ("schedule:\n  assets:\n    - 'x://['", Code.BAD_ASSET, 7),
        ("schedule:\n  assets: [{$asset: ''}]", Code.BAD_ASSET, 6),
        ("schedule:\n  assets: [{$xcom: a}]", Code.BAD_ASSET, 6),
        ("schedule:\n  assets: [{$new: a.B, with: {x: {$xcom: a}}}]", Code.BAD_MARKER, 6),
        ("schedule:\n  any: [a, {all: [b], any: [c]}]", Code.GIVEN_TWICE, 6),
        ("schedule:\n  any: [a, {al: [b]}]", Code.BAD_ASSET, 6),
        ("schedule:\n  timetable: Class", Code.BAD_IMPORT_PATH, 6),
        ("schedule:\n  timetable: a.B\n  with: [1]", Code.WRONG_TYPE, 7),
        ("schedule:\n  timetable: a.B\n  with: {x: {$rf: 1}}", Code.UNKNOWN_MARKER, 7),
        ("schedule:\n  timetable: a.B\n  args: {a: 1}", Code.WRONG_TYPE, 7),
        ("schedule:\n  timetable: a.B\n  args: [{$rf: 1}]", Code.UNKNOWN_MARKER, 7),
        ("schedule:\n  timetable: a.B\n  args: [{$xcom: a}]", Code.BAD_MARKER, 7),
        ("default_args:\n  outlets: a", Code.WRONG_TYPE, 6),
        ("default_args:\n  inlets: [a]", Code.BAD_ASSET, 6),
        ("default_args:\n  inlets: []", Code.OUT_OF_RANGE, 6),
        ("default_args:\n  inlets: [{$duration: 5m}]", Code.BAD_ASSET, 6),
    ],
)  # fmt: skip
def test_a_slip_is_found_at_its_line_and_once(lines: str, code: Code, line: int) -> None:
    assert [each for each in found(lines) if each[0] != Code.FIXED_OFFSET] == [(code, line)]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("trigger.CronTriggerTimetable, args: ['0 6 * * *'], with: {timezone: UTC}", None),
        ("trigger.CronTriggerTimetable, with: {cron: '0 6 * * *', timezone: UTC}", None),
        ("trigger.MultipleCronTriggerTimetable, args: ['0 6 * * *'], with: {timezone: UTC}", None),
        ("interval.CronDataIntervalTimetable, args: ['0 6 * * *', UTC]", None),
        ("interval.DeltaDataIntervalTimetable, args: [{$duration: 2h}]", None),
        ("events.EventsTimetable, with: {event_dates: [{$datetime: '2024-01-01'}]}", None),
        ("trigger.MultipleCronTriggerTimetable, with: {timezone: UTC}", Code.MISSING_PARAMETER),
        ("trigger.CronTriggerTimetable, with: {cron: '0 6 * * *'}", Code.MISSING_PARAMETER),
        ("trigger.CronTriggerTimetable, args: ['@daily', UTC]", Code.MISSING_PARAMETER),
        ("interval.DeltaDataIntervalTimetable", Code.MISSING_PARAMETER),
        (
            "trigger.DeltaTriggerTimetable, with: {delta: {$duration: 1h}, intervall: 1}",
            Code.UNKNOWN_PARAMETER,
        ),
        (
            "events.EventsTimetable, with: {event_dates: [], presorted: true, description: a}",
            None,
        ),
        ("trigger.CronTriggerTimetable, cron: '0 6 * * *', with: {timezone: a}", Code.GIVEN_TWICE),
        ("interval.CronDataIntervalTimetable, args: ['0 6 * *', UTC]", Code.BAD_SCHEDULE),
        (
            "trigger.CronTriggerTimetable, args: [1 26 * * *], with: {timezone: a}",
            Code.BAD_SCHEDULE,
        ),
    ],
)
def test_a_timetable_of_airflow_gets_what_it_needs(call: str, expected: Code | None) -> None:
    schedule = f"schedule: {{timetable: airflow.timetables.{call}}}\n"
    assert found(schedule) == ([(expected, 5)] if expected else [])


def test_conditions_are_bounded() -> None:
    deep: Any = "a"
    for _ in range(12):
        deep = f"{{any: [{deep}]}}"
    many = ", ".join(["a"] * 501)
    assert found(f"schedule: {deep}\n") == [(Code.TOO_DEEP, 5)]
    assert found(f"schedule: {{assets: [{many}]}}\n") == [(Code.TOO_DEEP, 5)]


@pytest.mark.parametrize(
    "schedule",
    [
        *("{assets: [a]}", "{any: [a, b]}", "{all: [a, b]}", "{every: 2h}", "{timetable: a.B}"),
        *("{cron: 0 6 * * *, assets: [a]}", "'@once'", "'@continuous'"),
    ],
)
@pytest.mark.parametrize("rules", ["type: string", "type: string, default: null"])
def test_a_param_needs_a_default_under_every_schedule(schedule: str, rules: str) -> None:
    """Airflow 2.11 and 3.3 refuse the DAG under each of them."""
    params = f"params: {{day: {{{rules}}}}}\n"
    assert (Code.NO_DEFAULT, 6) in found(f"schedule: {schedule}\n{params}")
    assert found(f"schedule: null\n{params}") == []


@pytest.mark.parametrize(
    ("schedule", "text", "words"),
    [
        ({"every": "2h"}, "every 2h", "every 2 hours"),
        ({"every": "1h"}, "every 1h", "every hour"),
        ({"every": "1h30m"}, "every 1h30m", "every 1 hour and 30 minutes"),
        ({"cron": "0 6 * * *"}, "0 6 * * *", "at 06:00"),
        (
            {"cron": "0 6 * * *", "timezone": "Europe/Berlin", "data_interval": True},
            "0 6 * * * Europe/Berlin",
            "at 06:00 in Europe/Berlin, for the interval before",
        ),
        ({"assets": ["a"]}, "assets", "when a was updated"),
        ({"assets": ["a", {"$asset": "b"}]}, "assets", "when a and b were updated"),
        (
            {"any": ["a", {"all": ["b", {"$new": "x.Y"}]}]},
            "assets",
            "when a or (b and x.Y) were updated",
        ),
        ({"assets": [f"asset_{n}" for n in range(50)]}, "assets", "when 50 assets were updated"),
        (
            {"cron": "@daily", "assets": ["a"]},
            "@daily or assets",
            "at 00:00, or when a was updated",
        ),
        ({"timetable": "a.b.Workdays"}, "Workdays", "as a.b.Workdays says"),
    ],
)
def test_a_schedule_in_words_and_as_a_line(schedule: dict[str, Any], text: str, words: str) -> None:
    assert (as_text(schedule), in_words(schedule)) == (text, words)
