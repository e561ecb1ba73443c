"""A cron expression in its plainest form: what of it has an effect, as croniter reads it."""

from __future__ import annotations

from functools import lru_cache

from croniter import croniter

from dagctl.frozen import frozen

_NAMES = ("minute", "hour", "day of the month", "month", "day of the week")
_VALUES = (range(60), range(24), range(1, 32), range(1, 13), range(7))
_HOUR, _DAY, _WEEKDAY = 1, 2, 4


@frozen
class Step:
    """A step beyond the last value, such as `*/90` among 60 minutes, or that of `10-20/15`."""

    written: str
    over: str
    """What it steps over, in words: `a minute field has`."""
    size: int
    """How many values that are."""


@frozen
class PlainCron:
    """A valid cron expression, and what in it has no effect."""

    text: str
    """An expression that fires at the same times."""
    long_steps: tuple[Step, ...] = ()
    idle_day: str | None = None
    """The field of days without an effect, since the other one matches every day.

    Where both fields of days are given, cron fires on a day that matches either.
    """


@lru_cache(maxsize=1024)
def plain(cron: str) -> PlainCron:
    """Return what of a valid cron expression has an effect.

    Raises:
        croniter.CroniterError: It is not valid.
    """
    fields = cron.split()
    values, nth_weekdays = croniter.expand(cron)
    texts = [_field(place, fields[place], set(values[place])) for place in range(len(fields))]
    idle = None
    if not nth_weekdays and "*" not in {*values[_DAY], *values[_WEEKDAY]}:
        idle = _idle(texts)
        if idle:
            texts[_DAY] = texts[_WEEKDAY] = "*"
    elif nth_weekdays:
        texts[_WEEKDAY] = fields[_WEEKDAY]
    steps = tuple(
        step
        for place, field in enumerate(fields)
        for part in field.split(",")
        if "/" in part and (step := _long_step(place, part))
    )
    return PlainCron(" ".join(texts), steps, idle)


def _long_step(place: int, part: str) -> Step | None:
    """Return the step of a part of a field where only the first value counts, or None."""
    start = part.rpartition("/")[0]
    around = ["*"] * len(_VALUES)

    def values(text: str) -> list[int | str]:
        expanded: list[list[int | str]] = croniter.expand(" ".join(_with(around, place, text)))[0]
        return expanded[place]

    first, *further = values(part)
    if further or first == "*":
        return None
    name = _NAMES[place]
    if start == "*":
        return Step(part, f"a {name} field has", len(_VALUES[place]))
    if "-" in start:
        within = values(start)  # of a range of every value it is `*`
        size = len(_VALUES[place]) if within == ["*"] else len(within)
        over = f"`{start}` has"
    else:
        over, size = f"from `{start}` on there are", _VALUES[place].stop - int(first)
    return Step(part, over, size) if size > 1 else None


def _with(fields: list[str], place: int, text: str) -> list[str]:
    return [*fields[:place], text, *fields[place + 1 :]]


def _idle(texts: list[str]) -> str | None:
    """Return which of two given fields of days has no effect."""
    if texts[_DAY] == "*":
        return _NAMES[_WEEKDAY]
    return _NAMES[_DAY] if texts[_WEEKDAY] == "*" else None


def _field(place: int, written: str, values: set[object]) -> str:
    """Return a field as it is read most easily."""
    every = _VALUES[place]
    if values == {"*"}:
        return "*"
    if "*" in values or values >= set(every):
        # for Airflow only `*` itself is every hour where a clock is put back
        return written if place == _HOUR else "*"
    if "/" not in written and written != "?":
        return written
    numbers = sorted(value for value in values if isinstance(value, int))
    if len(numbers) != len(values):
        return written
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 0
    if step and numbers == list(every[::step]) and (place == _DAY or len(every) % step == 0):
        return f"*/{step}"
    return written if step and _is_even(place, written, numbers) else ",".join(map(str, numbers))


def _is_even(place: int, written: str, numbers: list[int]) -> bool:
    """Return whether the distance of the values is always the step, as its words would say.

    A range ends before the field does. A start and a step go on into the next hour, day or year.
    """
    start = written.partition("/")[0]
    if "," in written or start == "*" or place == _WEEKDAY:
        return False
    turn = numbers[0] + len(_VALUES[place]) - numbers[-1]
    return "-" in start or place == _DAY or turn == _step(written)


def _step(part: str) -> int:
    step = part.rpartition("/")[2]
    return int(step) if "/" in part and step.isdecimal() else 0
