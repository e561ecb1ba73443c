"""Schedules: presets and 5-field cron expressions, with the meaning that Airflow gives them.

Airflow asks croniter, so croniter decides here too. Refused besides: what croniter takes in another
sense than most readers (6 or 7 fields, random values, ranges that wrap), and what never fires.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem, refuse
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.patterns import lazy_pattern
from dagctl.spec.fields.durations import is_duration, meant_length
from dagctl.spec.fields.start_date import MONTHS
from dagctl.spec.fields.zone import zone_of
from dagctl.text.lines import TextRange

if TYPE_CHECKING:
    from collections.abc import Iterator
    from re import Match

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

_FIELDS = {
    "minute": "0 to 59",
    "hour": "0 to 23",
    "day of the month": "1 to 31, or `L` for the last day",
    "month": "1 to 12, or a name such as `JAN`",
    "day of the week": "0 to 7 (0 and 7 are Sunday), or a name such as `MON`",
}
"""The fields of a cron expression, with their values."""
_LONGEST = 200
_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
_TEXT = lazy_pattern(r"[!-~]+(?:[ \t]+[!-~]+)*")
_RANDOM = lazy_pattern(r"(?i)[rh](?:\([^)]*\))?")
_RANGE = lazy_pattern(r"(?P<low>[A-Za-z0-9]+)-(?P<high>[A-Za-z0-9]+)(?:/\d+)?")
_LAST = lazy_pattern(r"[0-7][Ll]")
_ZONE = lazy_pattern(r"(?:CRON_)?TZ=([A-Za-z0-9_+/-]{1,60})")
_CLOCK = lazy_pattern(r"([0-9]{1,2}):([0-9]{2})(?::00)?")
_EVERY = lazy_pattern(r"(?i)(?:every +)?([1-9][0-9]?) *(m|min|minutes?|h|hours?)")
_AWS_DAYS, _DAY = lazy_pattern(r"[1-7]([,-][1-7])*"), lazy_pattern(r"[1-7]")
_AWS_CRON = lazy_pattern(r"cron\(([^() ]+(?: [^() ]+){4}) \*\)")
_GAP = lazy_pattern(r"(?<=\w)[ \t]*,[ \t]*(?=\w)")
_HOUR = lazy_pattern(r"(0?[1-9]|1[0-2])(?::([0-5][0-9]))? ?([ap])(?:m|\.m\.)")
_RATE = lazy_pattern(r"rate\(([^()]*)\)")
ASSET_CALL = lazy_pattern(r"""(?:Asset|Dataset)\((?:uri=)?["']([^"'()]+)["']\)""")
"""An asset as Python has it."""
_URI = lazy_pattern(r"[a-z][a-z0-9+.-]*://[^\s\"']+")
_WORD = lazy_pattern(r"\S+")
_PART = lazy_pattern(r"[^\s,]+")
_EXAMPLE = 'for example "@daily" or "0 6 * * *" (minute, hour, day of month, month, day of week)'
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMES = {name: i for i, name in enumerate(MONTHS, 1)} | {name: i for i, name in enumerate(_DAYS)}


def check_schedule(text: str) -> str:
    """Return the schedule unchanged, or raise a pydantic error for all that is wrong with it."""
    refuse(problems_of(text))
    return text


def problems_of(text: str) -> tuple[Problem, ...]:
    """Return what is wrong with a schedule."""
    return (_bad(text),) if len(text) > _LONGEST else _problems_of_short(text)


@lru_cache(maxsize=1024)  # of short texts only, so that it stays small
def _problems_of_short(text: str) -> tuple[Problem, ...]:
    if text in PRESETS:
        return ()
    if text.casefold() in {"", "none", "null", "never", "@none", "@null"}:
        message = f"{quoted(text)} is not a schedule"
        return (Problem(Code.BAD_SCHEDULE, message, "write null, without quotes"),)
    if not _TEXT.fullmatch(text):
        return (_bad(text),)
    if text.startswith("@") or text.isalpha():
        return (_bad(text, did_you_mean("@" + text.removeprefix("@"), PRESETS)),)
    return tuple(_cron_problems(text))


def _bad(text: str, hint: str | None = None) -> Problem:
    message = f"{quoted(text)} is not a schedule preset or a 5-field cron expression"
    if text != text.strip() and not problems_of(text.strip()):
        hint = f'write "{text.strip()}", without a space around it'
    return Problem(Code.BAD_SCHEDULE, message, hint or _meant(text) or _EXAMPLE)


def _meant(text: str) -> str | None:
    """Return the hint for a time of day or an interval in words, or None."""
    asset = ASSET_CALL.fullmatch(text)
    if asset or _URI.fullmatch(text):
        return f'write `{{assets: ["{asset[1] if asset else text}"]}}`, if this is an asset'
    clock = _CLOCK.fullmatch(text)
    if clock and int(clock[1]) < 24 and int(clock[2]) < 60:  # noqa: PLR2004 - a time of day
        return f'write "{int(clock[2])} {int(clock[1])} * * *" for every day at this time'
    hour = _HOUR.fullmatch(text.casefold())
    if hour:
        number = int(hour[1]) % 12 + (12 if hour[3] == "p" else 0)
        return f'write "{int(hour[2] or 0)} {number} * * *" for every day at this time'
    rate = _RATE.fullmatch(text)
    folded = rate[1] if rate else text.casefold().removeprefix("@")
    every = _EVERY.fullmatch(folded)
    if every and every[2].startswith("m") and 60 % int(every[1]) == 0:
        return f'write "*/{every[1]} * * * *"'
    if every and every[2].startswith("h") and 24 % int(every[1]) == 0:
        return f'write "0 */{every[1]} * * *"'
    length = text if is_duration(text) else meant_length(folded.removeprefix("every "))
    return f"write `{{every: {length}}}`" if length else None


def _cron_problems(text: str) -> Iterator[Problem]:
    fields = text.split()
    zone = _ZONE.fullmatch(fields[0])
    if zone:
        message = f"a schedule has no {quoted(fields[0])} in it"
        rest = f'"{" ".join(fields[1:])}"' if fields[1:] else "a cron expression"
        hint = f"write `timezone: {zone[1]}`, and here {rest}"
        yield Problem(Code.REFUSED_CRON, message, hint)
    elif len(fields) in {len(_FIELDS) + 1, len(_FIELDS) + 2}:
        message = f"a schedule has 5 fields, not {len(fields)}"
        hint = "remove the seconds or the year: cron dialects disagree about where they go"
        five = " ".join(fields[1:])
        if fields[0] == "0" and len(fields) == len(_FIELDS) + 1 and not problems_of(five):
            hint = f'if the first field is for seconds, write "{five}"'
        if "#" in fields and not problems_of(" ".join(fields[: fields.index("#")])):
            hint = "write the comment behind the quotes"
        if "/" in fields[-1] and zone_of(fields[-1]):
            hint = f'write `timezone: {fields[-1]}`, and here "{" ".join(fields[:-1])}"'
        yield Problem(Code.REFUSED_CRON, message, _of_aws(text) or _joined(text) or hint)
    elif len(fields) == len(_FIELDS) - 1 and not problems_of(f"{text} *") and not _joined(text):
        message = f"a schedule has 5 fields, not {len(fields)}"
        yield Problem(Code.BAD_SCHEDULE, message, f'did you mean "{" ".join(fields)} *"?')
    elif len(fields) != len(_FIELDS):
        yield _bad(text, _joined(text))
    else:
        problems = [*_ambiguous(text), *_out_of_range(text)]
        yield from problems or _as_a_whole(text)


def _joined(text: str) -> str | None:
    """Return the hint for a schedule that is right but for spaces at its commas, or None."""
    joined = " ".join(_GAP.sub(",", text).split())
    is_right = len(joined.split()) == len(_FIELDS) and not problems_of(joined)
    return f'write "{joined}", without a space at the comma' if is_right else None


def _of_aws(text: str) -> str | None:
    """Return the hint for a schedule as EventBridge has it, `cron(0 10 * * ? *)`, or None."""
    cron = _AWS_CRON.fullmatch(text)
    if cron is None:
        return None
    *others, days = cron[1].replace("?", "*").split()
    if _AWS_DAYS.fullmatch(days):  # Sunday is 1 there, and 0 here
        days = _DAY.sub(lambda day: str(int(day[0]) - 1), days)
    elif any(char.isdigit() for char in days):
        return "write it with five fields; there Sunday is day 1, here it is day 0"
    return f'write "{" ".join([*others, days])}"'


def _ambiguous(text: str) -> Iterator[Problem]:
    """Yield what croniter takes in another sense than most readers."""
    if any(map(_is_random, text.split())):
        message = f"{quoted(text)} would mean a different time whenever Airflow reads the file"
        yield Problem(Code.REFUSED_CRON, message, "write the number instead of `R` or `H`")
    for word in _PART.finditer(text):
        if _wraps(word[0]):
            message = f"the range {quoted(word[0])} runs backward"
            hint = "list the values, as in `FRI,SAT,SUN` or `22,23,0,1`"
            yield Problem(Code.REFUSED_CRON, message, hint, _place(word))


def _out_of_range(text: str) -> Iterator[Problem]:
    """Yield each field that makes no sense in its place, whatever the others are."""
    every = zip(_FIELDS.items(), _WORD.finditer(text), strict=True)
    for place, ((name, values), word) in enumerate(every):
        field = word[0]
        if _is_random(field) or any(map(_wraps, field.split(","))):
            continue  # reported already
        if not _is_cron(" ".join(["*"] * place + [field] + ["*"] * (len(_FIELDS) - place - 1))):
            message = f"{quoted(field)} is not valid as the {name} of a cron expression"
            hint = "a step is 1 or more" if field.endswith("/0") else f"the {name} is {values}"
            if _LAST.fullmatch(field) and name == "day of the week":
                hint = f"write `L{field[0]}` for the last such day of a month"
            yield Problem(Code.BAD_SCHEDULE, message, hint, _place(word))


def _place(word: Match[str]) -> TextRange:
    return TextRange(1, word.start() + 1, 1, word.end() + 1)


def _as_a_whole(text: str) -> Iterator[Problem]:
    """Yield why fields that are right one by one make no schedule together."""
    if not _is_cron(text):
        yield _bad(text)
    elif not _fires(text):
        message = f"{quoted(text)} never fires: there is no such date"
        yield Problem(Code.NEVER_FIRES, message, "correct the day or the month")


def _is_cron(text: str) -> bool:
    from croniter import CroniterError, croniter

    try:
        croniter.expand(text)
    except (CroniterError, ValueError, KeyError):
        return False
    return True


def _is_random(field: str) -> bool:
    """Return whether a part of the field is `R` or `H`, for which croniter draws a number."""
    return any(_RANDOM.fullmatch(part.split("/")[0]) for part in field.split(","))


def _wraps(part: str) -> bool:
    match = _RANGE.fullmatch(part)
    if not match:
        return False
    low, high = (_number(match[name]) for name in ("low", "high"))
    return low is not None and high is not None and low > high


def _number(word: str) -> int | None:
    return int(word) if word.isdecimal() else _NAMES.get(word.lower())


def _fires(cron: str) -> bool:
    from croniter import CroniterBadDateError, croniter

    try:
        croniter(cron, _EPOCH).get_next(datetime)
    except CroniterBadDateError:
        return False
    return True
