"""Schedules: presets and 5-field cron expressions, with the meaning that Airflow gives them.

Airflow asks croniter, so croniter decides here too. Refused besides: what croniter takes in another
sense than most readers (6 or 7 fields, random values, ranges that wrap), and what never fires.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from croniter import CroniterBadDateError, CroniterError, croniter

from dagctl.spec.codes import Code
from dagctl.spec.problem import Problem
from dagctl.spec.wording import did_you_mean, quoted

PRESETS = {
    "@once": None,
    "@continuous": None,
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
"""Airflow's presets, as cron where they have one."""

_FIELDS = 5
_LONGEST = 200
_SAMPLE = 24
_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
_TEXT = re.compile(r"[!-~]+(?:[ \t]+[!-~]+)*")
_RANDOM = re.compile(r"(?i)[rh](?:\([^)]*\))?")
_RANGE = re.compile(r"(?P<low>[A-Za-z0-9]+)-(?P<high>[A-Za-z0-9]+)(?:/\d+)?")
_EXAMPLE = 'for example "@daily" or "0 6 * * *" (minute, hour, day of month, month, day of week)'
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMES = {name: i for i, name in enumerate(_MONTHS, 1)} | {name: i for i, name in enumerate(_DAYS)}


def check_schedule(text: str) -> str:
    """Return the schedule unchanged, or raise a pydantic error that says what is wrong with it."""
    problem = problem_of(text)
    if problem is not None:
        raise problem.error()
    return text


@lru_cache(maxsize=1024)
def problem_of(text: str) -> Problem | None:
    """Return what is wrong with a schedule, or None."""
    if text in PRESETS:
        return None
    if text.casefold() in {"", "none", "null", "never"}:
        return Problem(
            Code.BAD_SCHEDULE, f"{quoted(text)} is not a schedule", "write null, without quotes"
        )
    if len(text) > _LONGEST or not _TEXT.fullmatch(text):
        return _bad(text)
    if text.startswith("@"):
        return _bad(text, did_you_mean(text, PRESETS))
    return _cron_problem(text)


def _bad(text: str, hint: str | None = None) -> Problem:
    message = f"{quoted(text)} is not a schedule preset or a 5-field cron expression"
    return Problem(Code.BAD_SCHEDULE, message, hint or _EXAMPLE)


def _cron_problem(text: str) -> Problem | None:
    fields = text.split()
    try:
        croniter.expand(text)
    except (CroniterError, ValueError, KeyError):
        # A hashed value is an error to croniter only because it has no seed to hash.
        return _refused(text, fields) or _bad(text)
    return _refused(text, fields) or (None if _fires(text) else _never(text))


def _refused(text: str, fields: list[str]) -> Problem | None:
    if len(fields) in {_FIELDS + 1, _FIELDS + 2}:
        reason = f"a schedule has 5 fields, not {len(fields)}"
        return Problem(
            Code.REFUSED_CRON, reason, "cron dialects disagree where seconds and years stand"
        )
    parts = [part for field in fields for part in field.split(",")]
    if any(_RANDOM.fullmatch(part.split("/")[0]) for part in parts):
        reason = f"{quoted(text)} would mean another time each time Airflow reads the file"
        return Problem(Code.REFUSED_CRON, reason, "write the number instead of `R` or `H`")
    backward = next((part for part in parts if _wraps(part)), None)
    if backward:
        reason = f"the range {quoted(backward)} runs backward"
        return Problem(
            Code.REFUSED_CRON, reason, "list the values, as in `FRI,SAT,SUN` or `22,23,0,1`"
        )
    return None


def _wraps(part: str) -> bool:
    found = _RANGE.fullmatch(part)
    if not found:
        return False
    low, high = (_number(found[name]) for name in ("low", "high"))
    return low is not None and high is not None and low > high


def _number(word: str) -> int | None:
    return int(word) if word.isdecimal() else _NAMES.get(word.lower())


def _fires(cron: str) -> bool:
    try:
        croniter(cron, _EPOCH).get_next(datetime)
    except CroniterBadDateError:
        return False
    return True


def _never(text: str) -> Problem:
    return Problem(
        Code.NEVER_FIRES,
        f"{quoted(text)} never fires: there is no such date",
        "correct the day or the month",
    )


def as_cron(schedule: str | None) -> str | None:
    """Return a valid schedule as a cron expression, or None if it is not one at heart."""
    return PRESETS.get(schedule, schedule) if schedule else None


def runs_between(schedule: str | None, start: datetime, end: datetime) -> int:
    """Return about how often the schedule fires from `start` to `end`, by its first pace."""
    cron = as_cron(schedule)
    if cron is None or start >= end:
        return 0
    fires = croniter(cron, start)
    try:
        times: list[datetime] = [fires.get_next(datetime) for _ in range(_SAMPLE)]
    except CroniterBadDateError:
        return 0
    return int((end - start) / ((times[-1] - start) / _SAMPLE))


def next_run(schedule: str | None, start_date: datetime, now: datetime) -> datetime | None:
    """Return the first time after `now`, and not before `start_date`, at which the schedule fires.

    Cron fields are in the time zone of `start_date`, as in Airflow. None: never again, or (for
    `@continuous`) whenever the run before has ended.
    """
    if schedule in {"@once", "@continuous"}:
        return start_date if start_date > now else None
    cron = as_cron(schedule)
    if cron is None:
        return None
    if start_date > now and croniter.match(cron, start_date):
        return start_date
    base = max(start_date, now.astimezone(start_date.tzinfo))
    try:
        found: datetime = croniter(cron, base).get_next(datetime)
    except CroniterBadDateError:
        return None
    return found
