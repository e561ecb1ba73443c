"""Ask a real Airflow when schedules start their first runs.

    python schedule.py REPORT CASES

Runs in an environment that has Airflow 2 or 3; no database is needed. CASES is a JSON file: a list
of [cron, start as ISO 8601, name of a time zone or null]. REPORT is a list: for each case the first
five times in UTC.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pendulum
from airflow.timetables.base import TimeRestriction
from airflow.timetables.interval import CronDataIntervalTimetable
from airflow.timetables.trigger import CronTriggerTimetable

COUNT = 5
TIMETABLE = CronDataIntervalTimetable if version("apache-airflow") < "3" else CronTriggerTimetable
"""What Airflow makes of a cron string."""


def first_runs(cron: str, start: str, zone: str | None) -> list[str]:
    moment = pendulum.instance(datetime.fromisoformat(start))
    if zone:
        moment = moment.in_timezone(zone)
    timetable = TIMETABLE(cron, timezone=moment.tzinfo)
    restriction = TimeRestriction(earliest=moment, latest=None, catchup=True)
    interval, times = None, []
    for _ in range(COUNT):
        info = timetable.next_dagrun_info(
            last_automated_data_interval=interval, restriction=restriction
        )
        times.append(info.run_after.astimezone(UTC).isoformat())
        interval = info.data_interval
    return times


if __name__ == "__main__":
    target, given = sys.argv[1:]
    cases = json.loads(Path(given).read_text("utf-8"))
    report = [first_runs(*case) for case in cases]
    Path(target).write_text(json.dumps(report), "utf-8")
