"""When a schedule starts runs, as each series of Airflow does it.

Airflow 2 reads a cron expression as data intervals: a run starts at the end of its interval
(`CronDataIntervalTimetable`). Airflow 3 starts a run when the expression fires
(`CronTriggerTimetable`). Both read the fields in the time zone of the DAG.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import dropwhile, islice, takewhile
from typing import TYPE_CHECKING

from dagctl.spec.fields.cron_schedule import PRESETS
from dagctl.spec.fields.durations import length_of
from dagctl.spec.fields.zone import zone_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo
    from typing import Any

    from dagctl.target import Series

    Schedule = str | dict[str, Any] | None
    """A valid schedule, as `DagSpec` has it."""

_SAMPLE = 24


def as_cron(schedule: Schedule) -> str | None:
    """Return a valid schedule as a cron expression, or None if it is not one at heart."""
    cron = schedule.get("cron") if isinstance(schedule, dict) else schedule
    return PRESETS.get(cron, cron) if isinstance(cron, str) and cron else None


def next_run(  # noqa: PLR0913 - what a run depends on
    schedule: Schedule,
    start_date: datetime,
    now: datetime,
    series: Series,
    *,
    end: datetime | None = None,
    catchup: bool = False,
) -> datetime | None:
    """Return when the next run starts after `now`, in the time zone of the schedule.

    That is the zone of the DAG (one with a name, or the offset of the start date), or that of the
    schedule itself.

    None: never again, or that depends on more than the clock: on the end of the run before
    (`@continuous`, and `every` without a catch-up), on assets, or on a timetable's own code.
    """
    if not isinstance(schedule, dict) and schedule in {"@once", "@continuous"}:
        has_ended = end is not None and end < start_date
        return start_date if start_date > now and not has_ended else None
    return next(run_times(schedule, start_date, now, series, end=end, catchup=catchup), None)


def run_times(  # noqa: PLR0913 - what a run depends on
    schedule: Schedule,
    start_date: datetime,
    now: datetime,
    series: Series,
    *,
    end: datetime | None = None,
    catchup: bool = False,
) -> Iterator[datetime]:
    """Yield when runs start after `now`, in order; nothing where the clock alone does not say it.

    Args:
        schedule: A valid schedule.
        start_date: The start date, by the clock of the DAG's time zone.
        now: The time.
        series: The Airflow.
        end: When the DAG ends: no run is for a time after that. None: never.
        catchup: Whether the runs since the start date are made up for.
    """
    # times of one zone are compared by what its clock shows, which comes twice when it is put back
    now, end = now.astimezone(UTC), end and end.astimezone(UTC)
    if isinstance(schedule, dict) and "every" in schedule:
        length = length_of(schedule["every"])
        times = _at_a_distance(length, start_date, now, series, catchup)
        last = end and (end + length if series == "2" else end)
        yield from _up_to(last, times)
        return
    cron = as_cron(schedule)
    if cron is None:
        return
    start_date = start_date.astimezone(_zone(schedule, start_date))
    if _is_interval(schedule, series):
        yield from _of_intervals(cron, start_date, now, end)
    else:
        begins = start_date.astimezone(UTC) > now
        yield from _up_to(
            end, _fires_from(cron, start_date) if begins else _follow(cron, start_date, now)
        )


def _up_to(end: datetime | None, times: Iterator[datetime]) -> Iterator[datetime]:
    return times if end is None else takewhile(lambda moment: moment <= end, times)


def _of_intervals(
    cron: str, start: datetime, now: datetime, end: datetime | None
) -> Iterator[datetime]:
    """Yield the ends of the intervals from `start` on; the last one begins at `end`, or before."""
    begin = next(_fires_from(cron, start), None)
    if begin is None:
        return
    begins = begin.astimezone(UTC) > now
    times = _fires_after(cron, begin) if begins else _follow(cron, begin, now)
    if end is not None and end <= now:
        # whether the interval that is open now had begun by then
        after = next(_fires_after(cron, end.astimezone(start.tzinfo)), now)
        begin = max(begin, after, key=datetime.timestamp) if after <= now else begin
    for moment in times:
        if end is not None and begin > end:
            return
        yield moment
        begin = moment


def _is_interval(schedule: Schedule, series: Series) -> bool:
    given = schedule if isinstance(schedule, dict) else {}
    return bool(given.get("data_interval", series == "2"))


def _zone(schedule: Schedule, start_date: datetime) -> tzinfo | None:
    """Return the zone by whose clock a cron is read."""
    given = schedule if isinstance(schedule, dict) else {}
    return zone_of(given.get("timezone", "")) or start_date.tzinfo


def _at_a_distance(
    length: timedelta,
    start: datetime,
    now: datetime,
    series: Series,
    catchup: bool,  # noqa: FBT001 - of a spec
) -> Iterator[datetime]:
    """Yield the runs of a schedule that counts from one run to the next.

    Airflow 2 starts a run at the end of its interval, Airflow 3 at the start date already. Without
    a catch-up they count from when the scheduler first saw the DAG, which only it knows.
    """
    begin = start.astimezone(UTC)  # the length passes, whatever the clock shows
    first = begin + length if series == "2" else begin
    if first <= now and not catchup:
        return
    number = max(0, (now - first) // length + 1)
    while True:
        try:
            yield (first + number * length).astimezone(start.tzinfo)
        except OverflowError:
            return
        number += 1


def runs_between(schedule: Schedule, start: datetime, end: datetime) -> int:
    """Return about how often the schedule fires from `start` to `end`, by its first pace."""
    cron = as_cron(schedule)
    if cron is None or start >= end:
        return 0
    times = list(islice(_fires_after(cron, start), _SAMPLE))
    return int((end - start) / ((times[-1] - start) / _SAMPLE)) if len(times) == _SAMPLE else 0


def _fires_from(cron: str, start: datetime) -> Iterator[datetime]:
    """Yield when the expression fires, `start` itself among the times."""
    from croniter import croniter

    if croniter.match(cron, _wall(start)) and not (start.second or start.microsecond):
        yield start
    yield from _fires_after(cron, start)


def _fires_after(cron: str, moment: datetime) -> Iterator[datetime]:
    """Yield when the expression fires after a moment, by the clock of the moment's zone.

    As Airflow does (`CronMixin`): an expression for every hour counts hours that pass, so an hour
    that the clock shows twice has two runs. Others go by the clock.
    """
    from croniter import CroniterBadDateError, croniter

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


def _follow(cron: str, start: datetime, now: datetime) -> Iterator[datetime]:
    """Yield the fires after `now`, as they follow from the last one before it.

    Where the clock changed since then, an expression for every hour may come at another minute.
    """
    from croniter import CroniterBadDateError, croniter

    here = now.astimezone(start.tzinfo)
    back = croniter(cron, _wall(here))
    try:
        last = _at(back.get_prev(datetime), here.tzinfo)
        if last > now:  # the clock is put forward or back over it: it is still to come
            last = _at(back.get_prev(datetime), here.tzinfo)
    except CroniterBadDateError:
        last = start
    before = max(last, start, key=datetime.timestamp)
    first = min(before, here, key=datetime.timestamp)
    return dropwhile(lambda moment: moment <= now, _fires_after(cron, first))


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
