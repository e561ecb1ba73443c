"""Schedules in English, for people."""

from __future__ import annotations

import re

from cron_descriptor import ExpressionDescriptor, Options
from croniter import croniter

from dagctl.spec.fields.cron import plain
from dagctl.spec.fields.runs import as_cron

_DAYS = re.compile(r"every (\d+) days(?! of|, starting)")

_NO_CRON = {
    None: "runs only when triggered",
    "@once": "once",
    "@continuous": "continuously, one run after the other",
}


def in_words(schedule: str | None) -> str:
    """Return a valid schedule as an English phrase, such as "at 06:00, Monday through Friday"."""
    cron = as_cron(schedule)
    if cron is None:
        return _NO_CRON[schedule]
    cron = plain(cron).text
    # the locale is given, as otherwise that of the machine would choose the language
    options = Options(use_24hour_time_format=True, locale_code="en_US")
    try:
        descriptor = ExpressionDescriptor(cron, options)
        sentence: str = descriptor.get_description()
        days: str = descriptor.get_day_of_week_description()
        either = descriptor.get_day_of_month_description() and _fires_on_either_day(cron)
    except Exception:  # noqa: BLE001 - it knows fewer forms than croniter and raises what it likes
        return cron
    if either and days and not days.startswith(", or "):
        sentence = sentence.replace(days, f", or{days.removeprefix(',')}")
    # a month does not go on where the one before ended
    sentence = _DAYS.sub(r"every \1 days from day 1 of the month", sentence)
    return sentence[:1].lower() + sentence[1:]


def _fires_on_either_day(cron: str) -> bool:
    """Return whether a day of the month or one of the week is enough, as croniter reads the two."""
    (_, _, of_month, _, of_week), of_weeks = croniter.expand(cron)
    return of_month != ["*"] and of_week != ["*"] and not of_weeks
