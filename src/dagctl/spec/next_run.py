"""When a DAG runs next, and when it ends: after that Airflow starts no run by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dagctl.spec.fields.runs import next_run
from dagctl.spec.walk import field, is_group, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.model import DagSpec
    from dagctl.target import Series


def next_run_of(spec: DagSpec, series: Series, now: datetime) -> datetime | None:
    """Return when the next run of a DAG starts after `now`; None: as of `next_run`."""
    start, end = spec.start_in_zone, end_of(spec)
    return next_run(spec.schedule_interval, start, now, series, end=end, catchup=spec.catchup)


def end_of(spec: DagSpec) -> datetime | None:
    """Return its own end, or else when the last of its tasks ends, or None: one never does.

    As `DAG._time_restriction` of Airflow: where all tasks end before the DAG does, runs without
    any task to run start until the DAG ends.
    """
    if spec.end_date is not None:
        return spec.end_date
    ends = list(_ends(spec))
    return None if None in ends else max((end for end in ends if end is not None), default=None)


def _ends(spec: DagSpec) -> Iterator[datetime | None]:
    """Yield when each task ends by what it, or a group around it, gives to it."""
    zone = ZoneInfo(spec.timezone) if spec.timezone else UTC
    for placed in walk(spec.tasks):
        if not is_group(placed.item):
            around = [field(group, "default_args") for group in placed.groups]
            given = [field(item, "end_date") for item in (*around, placed.item)]
            yield next((_moment(end, zone) for end in reversed(given) if end is not None), None)


def _moment(text: str, zone: Any) -> datetime:  # noqa: ANN401 - a time zone
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
