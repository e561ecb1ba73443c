"""The first moment of a DAG: an ISO date, or a date and time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import NoReturn

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import in_json, quoted
from dagctl.patterns import lazy_pattern

DEFAULT_START = datetime(2024, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = 1900, 2200
"""The years of a start date: what lies outside is a slip, and overflows some date arithmetic."""

ISO_PATTERN = (
    r"^\d{4}-\d{2}-\d{2}"
    r"([T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,6})?)?(Z|[+\-]\d{2}(:?\d{2})?)?)?$"
)
_ISO = lazy_pattern(ISO_PATTERN, re.ASCII)
_LONGEST = 60
"""Characters of a text that is looked at for a date in another form."""
_HINT = 'write "2024-01-01" or "2024-01-01T06:00:00Z"'
_YEAR_FIRST = lazy_pattern(
    r"((?:19|20|21)[0-9]{2})(?:[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|([01][0-9])([0-3][0-9]))"
)
_DAY_FIRST = lazy_pattern(r"([0-9]{1,2})\.([0-9]{1,2})\.((?:19|20|21)[0-9]{2})")
_WITH_SLASHES = lazy_pattern(r"([0-9]{1,2})/([0-9]{1,2})/((?:19|20|21)[0-9]{2})")
_CALL = lazy_pattern(
    r"(?:\w+\.)?date(?:time)?\(\s*((?:19|20|21)[0-9]{2}),\s*([0-9]{1,2}),\s*([0-9]{1,2})\s*"
    r"""(?:,\s*(?:tz|tzinfo)\s*=\s*(?:["'](\w+/[\w/]+)["'])?[^,"'()]*)?\)"""
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_FIRST = lazy_pattern(
    r"(?i)([a-z]{3})[a-z]*\.? +([0-9]{1,2})(?:st|nd|rd|th)?,? +((?:19|20|21)[0-9]{2})"
)
_NAMED_MONTH = lazy_pattern(
    r"(?i)([0-9]{1,2})(?:st|nd|rd|th|\.)? +([a-z]{3})[a-z]*\.?,? +((?:19|20|21)[0-9]{2})"
)
_RELATIVE = lazy_pattern(
    r"(?i)\b(days?_ago|today|yesterday|tomorrow|now|days?|weeks?|months?|ago)\b"
)


def read_start_date(value: object) -> datetime:
    """Return an aware datetime for ISO text, a date or a datetime; what has no zone is in UTC.

    Raises:
        PydanticCustomError: It is none of these, or not within the years that make sense.
    """
    if isinstance(value, str):
        moment = _from_text(value)
    elif isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime.combine(value, time())
    else:
        given = f"{in_json(value):.40}"
        _refuse(f"a start date is text, not {given}", _padded(str(value)))
    return _in_range(_with_zone(moment))


def is_iso(text: str) -> bool:
    """Return whether the text is a date, or a date and time, that exists."""
    try:
        return _ISO.fullmatch(text) is not None and datetime.fromisoformat(text) is not None
    except ValueError:
        return False


def is_naive(text: str) -> bool:
    """Return whether the text has a time of day and no zone, so that UTC had to be assumed."""
    return (
        _ISO.fullmatch(text) is not None
        and ":" in text
        and datetime.fromisoformat(text).tzinfo is None
    )


def write_start_date(moment: datetime) -> str:
    """Return the ISO text of a start date, with `Z` for UTC."""
    return moment.isoformat().replace("+00:00", "Z")


def _from_text(text: str) -> datetime:
    if not _ISO.fullmatch(text):
        if _RELATIVE.search(text):
            _refuse(f"{quoted(text)} is a relative date: it would change with every run")
        _refuse(f"{quoted(text)} is not a date", _padded(text))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        _refuse(f"{quoted(text)} is not a date: there is no such day or time")


def _with_zone(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    offset = moment.tzinfo.utcoffset(None)
    if offset is None or offset % timedelta(minutes=1):
        _refuse(f"the time zone {moment.tzinfo} is not a fixed offset in whole minutes")
    return moment.replace(tzinfo=timezone(offset) if offset else UTC)


def _in_range(moment: datetime) -> datetime:
    if not EARLIEST <= moment.year <= LATEST:
        _refuse(f"the year {moment.year} is not between {EARLIEST} and {LATEST}")
    return moment


def _padded(text: str) -> str:
    """Return the hint for a date in another form, or the general one where it is not certain."""
    parts = _parts(text) if len(text) <= _LONGEST else None
    if parts is None:
        return _HINT
    year, month, day = parts
    written = f"{year}-{month:0>2}-{day:0>2}"
    call = _CALL.fullmatch(text)
    zone = f", and `timezone: {call[4]}` beside it" if call and call[4] else ""
    return f'write "{written}"{zone}' if is_iso(written) else _HINT


def _parts(text: str) -> tuple[str, str, str] | None:
    """Return year, month and day of a date that can be read in one way alone, or None."""
    if year_first := _YEAR_FIRST.fullmatch(text):
        return year_first[1], year_first[2] or year_first[4], year_first[3] or year_first[5]
    if call := _CALL.fullmatch(text):
        return call[1], call[2], call[3]
    if day_first := _DAY_FIRST.fullmatch(text):
        return day_first[3], day_first[2], day_first[1]
    if slashes := _WITH_SLASHES.fullmatch(text):
        first, second, year = slashes.groups()
        if int(first) > len(MONTHS):
            return year, second, first
        return (year, first, second) if int(second) > len(MONTHS) else None
    return _of_words(text)


def _of_words(text: str) -> tuple[str, str, str] | None:
    """Return year, month and day of `March 1, 2025` and `1 Mar 2025`."""
    if words := _MONTH_FIRST.fullmatch(text):
        return _with_month(words[3], words[1], words[2])
    words = _NAMED_MONTH.fullmatch(text)
    return _with_month(words[3], words[2], words[1]) if words else None


def _with_month(year: str, month: str, day: str) -> tuple[str, str, str] | None:
    name = month.casefold()
    return (year, str(MONTHS.index(name) + 1), day) if name in MONTHS else None


def _refuse(message: str, hint: str = _HINT) -> NoReturn:
    raise Problem(Code.BAD_START_DATE, message, hint).error()
