"""When a schedule starts runs, as each series of Airflow does it.

Airflow 2 reads a cron expression as data intervals: a run starts at the end of its interval
(`CronDataIntervalTimetable`). Airflow 3 starts a run when the expression fires
(`CronTriggerTimetable`). Both read the fields in the time zone of the DAG.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from croniter import CroniterBadDateError, croniter

from dagctl.spec.fields.schedule import PRESETS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from dagctl.spec.target import Series

_SAMPLE = 24


def as_cron(schedule: str | None) -> str | None:
    """Return a valid schedule as a cron expression, or None if it is not one at heart."""
    return PRESETS.get(schedule, schedule) if schedule else None


def next_run(
    schedule: str | None, start_date: datetime, now: datetime, series: Series
) -> datetime | None:
    """Return when the next run starts after `now`, in the time zone of `start_date`.

    That is the zone of the DAG: one with a name, or the offset of the start date.

    None: never again, or (for `@continuous`) whenever the run before has ended.
    """
    if schedule in {"@once", "@continuous"}:
        return start_date if start_date > now else None
    return next(run_times(schedule, start_date, now, series), None)


def run_times(
    schedule: str | None, start_date: datetime, now: datetime, series: Series
) -> Iterator[datetime]:
    """Yield when runs start after `now`, in order; nothing for a schedule that is no cron."""
    cron = as_cron(schedule)
    if cron is None:
        return
    if start_date > now:
        yield from islice(_fires_from(cron, start_date), 1 if series == "2" else 0, None)
        return
    now = now.astimezone(start_date.tzinfo)
    first = list(islice(_fires_from(cron, start_date), 1)) if series == "2" else []
    fires = _fires_after(cron, now)
    # the first interval of Airflow 2 may only have begun
    yield from (moment for moment in fires if moment not in first)


def runs_between(schedule: str | None, start: datetime, end: datetime) -> int:
    """Return about how often the schedule fires from `start` to `end`, by its first pace."""
    cron = as_cron(schedule)
    if cron is None or start >= end:
        return 0
    times = list(islice(_fires_after(cron, start), _SAMPLE))
    return int((end - start) / ((times[-1] - start) / _SAMPLE)) if len(times) == _SAMPLE else 0


def _fires_from(cron: str, start: datetime) -> Iterator[datetime]:
    """Yield when the expression fires, `start` itself among the times."""
    if croniter.match(cron, _wall(start)) and not (start.second or start.microsecond):
        yield start
    yield from _fires_after(cron, start)


def _fires_after(cron: str, moment: datetime) -> Iterator[datetime]:
    """Yield when the expression fires after a moment, by the clock of the moment's zone.

    As Airflow does (`CronMixin`): an expression for every hour counts hours that pass, so an hour
    that the clock shows twice has two runs. Others go by the clock.
    """
    is_hourly = croniter.expand(cron)[0][1] == ["*"]
    try:
        while True:
            wall = _wall(moment)
            following = croniter(cron, wall).get_next(datetime)
            if is_hourly:
                later = moment.astimezone(UTC) + (following - wall)
                moment = later.astimezone(moment.tzinfo)
            else:
                moment = _at(following, moment.tzinfo)
            yield moment
    except CroniterBadDateError:
        return


def _wall(moment: datetime) -> datetime:
    """Return what the clock shows."""
    return moment.replace(tzinfo=None, fold=0)


def _at(wall: datetime, zone: tzinfo | None) -> datetime:
    """Return the moment at which the clock of a zone shows a time.

    A time that comes twice is the second. One that is left out is as much later as the clock is
    put forward.
    """
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    is_left_out = first.utcoffset() < second.utcoffset()  # type: ignore[operator] # aware
    return (first if is_left_out else second).astimezone(UTC).astimezone(zone)
