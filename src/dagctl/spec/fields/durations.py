"""Lengths of time as text with units: `30s`, `1h30m`, `2d`, or ISO 8601: `PT5M`.

The grammar is that of Airflow 3.4 (its YAML form of a DAG): whole numbers, units from the largest
to the smallest, each once. A number without a unit is refused, since seconds and minutes are both
read into it. Months and years have no length of their own, so there are none.
"""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = timedelta(days=3650)
"""Ten years, so that no date that Airflow computes with it overflows."""
_LONGEST_TEXT = 60
_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_UNITS = ("weeks", "days", "hours", "minutes", "seconds")
_SHORT = lazy_pattern(
    r"(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?", re.ASCII
)
_ISO = lazy_pattern(
    r"P(?:([0-9]+)W)?(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?)?", re.ASCII
)
PATTERN = (
    r"^(?=.*[0-9])(([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?"
    r"|P([0-9]+W)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+S)?)?)$"
)
"""What a length of time looks like, as a regular expression for editors."""
_WORDS = lazy_pattern(
    r"(?i)([0-9]{1,9})\s*(weeks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\b[\s,]*"
    r"(?:and\s+)?",
    re.ASCII,
)
_CALL = lazy_pattern(
    r"(?:datetime\.|dt\.)?timedelta\("
    r"((?:\s*(?:weeks|days|hours|minutes|seconds)\s*=\s*[0-9]{1,9}\s*(?:,|(?=\))))+)\s*\)"
)
_ARGUMENT = lazy_pattern(r"\s*(weeks|days|hours|minutes|seconds)\s*=\s*([0-9]{1,9})\s*,?")
CALENDAR = lazy_pattern(
    r"(?i)P?[0-9]{1,9}\s*(?:mo|mons?|months?|y|yrs?|years?)|P[0-9]{1,9}M", re.ASCII
)
"""Months and years, of which no two are equally long."""
_CLOCK = lazy_pattern(r"([0-9]{1,2}):([0-5][0-9]):([0-5][0-9])", re.ASCII)
_HINT = "write a number with a unit: `30s`, `5m`, `1h30m`, `2d` or `1w`"


def parts_of(text: str) -> Mapping[str, int]:
    """Return the units of a length of time as they are written: `1h30m` is 1 hour, 30 minutes.

    Raises:
        ValueError: It is none, or longer than `LONGEST`.
    """
    match = _SHORT.fullmatch(text) or _ISO.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
    if match is None or not any(match.groups()) or text.endswith("T"):
        raise ValueError(text)
    parts = {unit: int(n) for unit, n in zip(_UNITS, match.groups(), strict=True) if n is not None}
    if any(number > LONGEST.total_seconds() for number in parts.values()):
        raise ValueError(text)
    try:
        length = timedelta(**parts)
    except OverflowError:  # more days than Python counts
        raise ValueError(text) from None
    if length > LONGEST:
        raise ValueError(text)
    return parts


def is_duration(value: object) -> bool:
    """Return whether a value is text for a length of time."""
    try:
        return isinstance(value, str) and bool(parts_of(value))
    except ValueError:
        return False


def meant_length(text: str) -> str | None:
    """Return the length of time that a text means in other words, as a spec writes it, or None."""
    if len(text) > _LONGEST_TEXT:
        return None
    parts = _of_words(text.strip()) or _of_call(text.strip()) or _of_clock(text.strip())
    written = "".join(f"{parts[u]}{u[0]}" for u in _UNITS if parts.get(u)) if parts else ""
    try:
        return written if written and parts_of(written) else None
    except ValueError:
        return None


def _meant_hint(text: str) -> str | None:
    if text.isascii() and text.strip().isdecimal() and len(text) < 9:  # noqa: PLR2004 - a number that is worth repeating
        return f"did you mean `{text.strip()}m` or `{text.strip()}s`?"
    if CALENDAR.fullmatch(text):
        return "months and years have no fixed length: write days, as in `30d`"
    meant = meant_length(text)
    return f"write `{meant}`" if meant else None


def _of_mapping(value: Mapping[object, object]) -> str | None:
    """Return what to write instead of `{minutes: 5}`, or `{$duration: 5m}`."""
    text = value.get("$duration")
    if isinstance(text, str):
        return f"write `{text}`" if duration_problem(text) is None else None
    if not 0 < len(value) <= len(_UNITS):
        return None
    meant = meant_length(" ".join(f"{number} {unit}" for unit, number in value.items()))
    return f"write `{meant}`" if meant else None


def _of_words(text: str) -> dict[str, int] | None:
    """Return the units of `5 minutes`, `1 hour 30 min`."""
    place = 0
    parts: dict[str, int] = {}
    while place < len(text) and (match := _WORDS.match(text, place)):
        unit = next(unit for unit in _UNITS if unit[0] == match[2][0].casefold())
        parts[unit] = parts.get(unit, 0) + int(match[1])
        place = match.end()
    return parts if place == len(text) else None


def _of_call(text: str) -> dict[str, int] | None:
    """Return the units of `timedelta(minutes=5)`."""
    call = _CALL.fullmatch(text)
    arguments = _ARGUMENT.findall(call[1]) if call else []
    return {unit: int(number) for unit, number in arguments} or None


def _of_clock(text: str) -> dict[str, int] | None:
    """Return the units of `01:30:00`."""
    clock = _CLOCK.fullmatch(text)
    return dict(zip(_UNITS[2:], map(int, clock.groups()), strict=True)) if clock else None


def length_of(text: str) -> timedelta:
    """Return a length of time that was checked."""
    return timedelta(**parts_of(text))


def duration_text(seconds: float | None) -> str | None:
    """Return a length of time such as `1h30m`; None for what is negative or no whole second."""
    if seconds is None or not 0 <= seconds < math.inf or seconds != int(seconds):
        return None
    rest, text = int(seconds), ""
    for unit, size in _SECONDS.items():
        count, rest = divmod(rest, size)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def duration_problem(value: object) -> Problem | None:
    """Return what is wrong with a value that shall be a length of time, or None."""
    if isinstance(value, str):
        try:
            parts_of(value)
        except ValueError:
            message = f"{quoted(value)} is not a length of time"
            return Problem(Code.BAD_DURATION, message, _meant_hint(value) or _HINT)
        return None
    number = not isinstance(value, bool) and isinstance(value, int | float)
    message = "a number alone is not a length of time" if number else "a length of time is text"
    if isinstance(value, dict):
        return Problem(Code.BAD_DURATION, message, _of_mapping(value) or _HINT)
    hint = f"did you mean `{value}m` or `{value}s`?" if number and len(str(value)) < 9 else _HINT  # noqa: PLR2004 - a number that is worth repeating
    return Problem(Code.BAD_DURATION, message, hint)
