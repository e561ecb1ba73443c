"""Schedules in English, for people."""

from __future__ import annotations

from cron_descriptor import ExpressionDescriptor, Options

from dagctl.spec.fields.schedule import as_cron

_NO_CRON = {
    None: "never; it runs when triggered",
    "@once": "once",
    "@continuous": "continuously, one run after the other",
}


def in_words(schedule: str | None) -> str:
    """Return a valid schedule as an English phrase, such as "at 06:00, Monday through Friday"."""
    cron = as_cron(schedule)
    if cron is None:
        return _NO_CRON[schedule]
    # the locale is given, as otherwise that of the machine would choose the language
    options = Options(use_24hour_time_format=True, locale_code="en_US")
    try:
        sentence: str = ExpressionDescriptor(cron, options).get_description()
    except Exception:  # noqa: BLE001 - it knows fewer forms than croniter and raises what it likes
        return cron
    return sentence[:1].lower() + sentence[1:]
