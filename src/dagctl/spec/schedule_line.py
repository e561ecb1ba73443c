"""A schedule as one short line, for a table. It loads nothing: listing DAGs reads no spec."""

from __future__ import annotations

from typing import Any


def as_text(schedule: Any) -> str | None:  # noqa: ANN401 - text, a mapping or null
    """Return a schedule as one short line; None: there is none. A row may hold any value."""
    if not isinstance(schedule, dict):
        return None if schedule is None else str(schedule)
    time = schedule.get("cron")
    if "every" in schedule:
        time = f"every {schedule['every']}"
    elif "timetable" in schedule:
        time = str(schedule["timetable"]).rpartition(".")[2]
    elif time is not None and "timezone" in schedule:
        time = f"{time} {schedule['timezone']}"
    parts = [time, "assets" if schedule.keys() & {"assets", "any", "all"} else None]
    return " or ".join(str(part) for part in parts if part)
