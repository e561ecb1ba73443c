"""What can stand in a generated call, and the two things that have names of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Target = Literal["2", "3"]
"""The Airflow that a file is for: 2.9 to 2.11, or 3.0 on."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A name of the generated module."""

    name: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """A length of time in minutes, kept as it was given."""

    count: int | float


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """`from module import name`."""

    module: str
    name: str


Value = str | bool | int | None | datetime | tuple[str, ...] | Reference | Minutes
"""An argument of a generated call, or a value of `default_args`."""


def date_numbers(moment: datetime) -> tuple[int, ...]:
    """Return year, month, day and as much of the time of day as is not zero."""
    day = (moment.year, moment.month, moment.day)
    time = [moment.hour, moment.minute, moment.second, moment.microsecond]
    while time and not time[-1]:
        time.pop()
    return (*day, *time)


def utc_offset(moment: datetime) -> tuple[bool, dict[str, int]]:
    """Return whether an aware moment's clock is behind UTC, and by how much, in whole units."""
    seconds = int((moment.utcoffset() or timedelta()).total_seconds())
    minutes, second = divmod(abs(seconds), 60)
    hour, minute = divmod(minutes, 60)
    parts = {"hours": hour, "minutes": minute, "seconds": second}
    return seconds < 0, {unit: count for unit, count in parts.items() if count}
