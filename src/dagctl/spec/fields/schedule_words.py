"""Schedules in English, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cron_descriptor import ExpressionDescriptor, Options
from croniter import croniter

from dagctl.patterns import lazy_pattern
from dagctl.spec.fields.cron import plain
from dagctl.spec.fields.durations import parts_of
from dagctl.spec.fields.runs import as_cron
from dagctl.spec.fields.schedule_forms import assets_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from dagctl.spec.fields.runs import Schedule

_LONGEST = 200
"""Characters of the names of assets that are all shown."""
_DAYS = lazy_pattern(r"every (\d+) days(?! of|, starting)")

_NO_CRON = {
    None: "runs only when triggered",
    "@once": "once",
    "@continuous": "continuously, one run after the other",
}


def in_words(schedule: Schedule) -> str:
    """Return a valid schedule as an English phrase, such as "at 06:00, Monday through Friday"."""
    if isinstance(schedule, dict):
        return _of_mapping(schedule)
    cron = as_cron(schedule)
    return _NO_CRON[schedule] if cron is None else _of_cron(cron)


def _of_mapping(schedule: dict[str, Any]) -> str:
    assets = assets_of(schedule)
    parts = []
    if "every" in schedule:
        parts.append(f"every {_length(schedule['every'])}")
    if "cron" in schedule:
        zone = f" in {schedule['timezone']}" if "timezone" in schedule else ""
        behind = ", for the interval before" if schedule.get("data_interval") else ""
        parts.append(_of_cron(as_cron(schedule) or "") + zone + behind)
    if "timetable" in schedule:
        parts.append(f"as {schedule['timetable']} says")
    if assets is not None:
        parts.append(f"when {_names(assets)} updated")
    return ", or ".join(parts)


def _length(text: str) -> str:
    parts = [(unit, number) for unit, number in parts_of(text).items() if number]
    words = [
        f"{number} {unit.removesuffix('s') if number == 1 else unit}" for unit, number in parts
    ]
    return " and ".join(words).removeprefix("1 ") if len(words) == 1 else " and ".join(words)


def _names(assets: object) -> str:
    """Return a condition on assets in words; a long one is counted."""
    names = list(_leaves(assets))
    words = _joined(assets, is_inner=False)
    if len(words) > _LONGEST:
        words = f"{len(names)} assets"
    return f"{words} {'was' if len(names) == 1 else 'were'}"


def _leaves(assets: object) -> Iterator[str]:
    stack = [assets]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack += item
        elif isinstance(item, dict) and item.keys() & {"any", "all"}:
            stack += item.values()
        else:
            yield _name(item)


def _joined(assets: object, *, is_inner: bool) -> str:
    if isinstance(assets, dict) and assets.keys() & {"any", "all"}:
        word, items = ("or", assets["any"]) if "any" in assets else ("and", assets["all"])
    elif isinstance(assets, list):
        word, items = "and", assets
    else:
        return _name(assets)
    text = f" {word} ".join(_joined(item, is_inner=True) for item in items)
    return f"({text})" if is_inner and len(items) > 1 else text


def _name(item: object) -> str:
    """Return the name of an asset: its own, or that of the class or object that it is."""
    *_, first = reversed(item.values()) if isinstance(item, dict) else [item]
    return str(first)


def _of_cron(cron: str) -> str:
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
