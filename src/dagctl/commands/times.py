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
    """Return how long ago a time is, in its largest unit: `2 hours ago`."""
    for unit, name in AGES:
        count = (now - moment) // unit
        if count > 0:
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"
