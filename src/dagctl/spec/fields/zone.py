"""Time zones by their name in the IANA database, such as `Europe/Berlin`."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from dagctl.findings.codes import Code
from dagctl.findings.problem import Problem
from dagctl.findings.wording import did_you_mean, quoted
from dagctl.patterns import lazy_pattern
from dagctl.spec.fields.start_date import is_iso

_NAME = lazy_pattern(r"[A-Za-z][A-Za-z0-9_+\-]{0,30}(?:/[A-Za-z0-9_+\-]{1,30}){0,2}", re.ASCII)
_NOT_OF_IANA = {"localtime", "Factory", "posixrules"}
"""Files beside the database, which mean another zone on each machine, or none."""
_OFFSET = lazy_pattern(r"(?:UTC|GMT)?([+-])0?(\d{1,2})(?::?00)?")
_EXAMPLE = "write a name such as `Europe/Berlin` or `America/New_York`"


def check_zone(text: str) -> str:
    """Return the name of a time zone unchanged, or raise a pydantic error."""
    problem = zone_problem(text)
    if problem:
        raise problem.error()
    return text


def zone_problem(text: str) -> Problem | None:
    """Return what is wrong with the name of a time zone, or None."""
    return _unknown(text) if zone_of(text) is None else None


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo | None:
    """Return the time zone of a name, or None if the database has none."""
    if not _NAME.fullmatch(name) or name in _NOT_OF_IANA:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def in_zone(start: str, name: str) -> str:
    """Return the text of a date without an offset as a moment of the zone; other text as it is."""
    zone = zone_of(name)
    if zone is None or not is_iso(start):
        return start
    moment = datetime.fromisoformat(start)
    return start if moment.tzinfo else moment.replace(tzinfo=zone).isoformat()


def _unknown(text: str) -> Problem:
    is_name = _NAME.fullmatch(text) and not text.isupper()  # `CEST` is not meant to be `EST`
    near = did_you_mean(text, available_timezones()) if is_name else None
    offset = _OFFSET.fullmatch(text)
    fixed = f"Etc/GMT{'-' if offset[1] == '+' else '+'}{int(offset[2])}" if offset else ""
    if fixed in available_timezones():
        near = f"write a name such as `Europe/Berlin`, or `{fixed}` for this offset all the year"
    message = f"{quoted(text)} is not a time zone of the IANA database"
    return Problem(Code.BAD_TIME_ZONE, message, near or _EXAMPLE)
