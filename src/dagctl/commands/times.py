"""Points in time as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

AGES = (
    (timedelta(days=365), "year"),
    (timedelta(days=30), "month"),
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
)


def rfc3339(moment: datetime) -> str:
    """Return an aware time in UTC as RFC 3339 writes it, in whole seconds, with `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


def ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a time is, in its largest unit: `2 hours ago`.

    It is `in 2 hours` where the clock of another machine, or of that time, is ahead.
    """
    for unit, name in AGES:
        count = abs(now - moment) // unit
        if count > 0:
            length = f"{count} {name}{'' if count == 1 else 's'}"
            return f"{length} ago" if now > moment else f"in {length}"
    return "just now"
