"""When a DAG ends: after that Airflow starts no run by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dagctl.spec.walk import field, is_group, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.spec.model import DagSpec


def end_of(spec: DagSpec) -> datetime | None:
    """Return when the last of its tasks ends, or None where one of them never does.

    As `DAG._time_restriction` of Airflow: a task ends with the DAG at the latest.
    """
    ends = list(_ends(spec))
    of_tasks = max((end for end in ends if end is not None), default=None)
    if None in ends or of_tasks is None:
        return spec.end_date
    return of_tasks if spec.end_date is None else min(of_tasks, spec.end_date)


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
