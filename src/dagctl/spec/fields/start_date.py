"""The first moment of a DAG: an ISO date, or a date and time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import NoReturn

from dagctl.patterns import lazy_pattern
from dagctl.spec.codes import Code
from dagctl.spec.problem import Problem
from dagctl.spec.wording import quoted

DEFAULT_START = datetime(2024, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = 1900, 2200
"""The years of a start date: what lies outside is a slip, and overflows some date arithmetic."""

ISO_PATTERN = (
    r"^\d{4}-\d{2}-\d{2}"
    r"([T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,6})?)?(Z|[+\-]\d{2}(:?\d{2})?)?)?$"
)
_ISO = lazy_pattern(ISO_PATTERN, re.ASCII)
_HINT = 'write "2024-01-01" or "2024-01-01T06:00:00Z"'
_YEAR_FIRST = lazy_pattern(
    r"((?:19|20|21)[0-9]{2})(?:[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})|([01][0-9])([0-3][0-9]))"
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
        _refuse(f"a start date is text, not {value!r:.40}", _padded(str(value)))
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
    """Return the hint for a date without its zeros or hyphens, or the general one."""
    parts = _YEAR_FIRST.fullmatch(text)
    if parts is None:
        return _HINT
    month, day = parts[2] or parts[4], parts[3] or parts[5]
    return f'write "{parts[1]}-{month:0>2}-{day:0>2}"'


def _refuse(message: str, hint: str = _HINT) -> NoReturn:
    raise Problem(Code.BAD_START_DATE, message, hint).error()
