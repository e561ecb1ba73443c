"""Schedules that are mappings: what real Airflow makes of them, and what dagctl says of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.spec.fields.runs import next_run, run_times
from dagctl.spec.model import DagSpec

if TYPE_CHECKING:
    from .conftest import Airflow, Report

BEFORE_SUMMER = "2024-03-30T00:00:00"
"""Two days before the clocks of Berlin are put forward."""

SCHEDULES: dict[str, dict[str, Any]] = {
    "every": {"schedule": {"every": "90m"}},
    "every_catchup": {"schedule": {"every": "1d"}, "catchup": True, "timezone": "Europe/Berlin"},
    "cron": {"schedule": {"cron": "0 6 * * *"}},
    "cron_zone": {"schedule": {"cron": "30 2 * * *", "timezone": "Europe/Berlin"}},
    "cron_preset": {"schedule": {"cron": "@daily", "data_interval": True}},
    "cron_trigger": {"schedule": {"cron": "0 */2 * * *", "data_interval": False}},
    "cron_dag_zone": {"schedule": {"cron": "0 6 * * *"}, "timezone": "Europe/Berlin"},
    "assets": {"schedule": {"assets": ["warehouse://a", "b"]}},
    "all": {"schedule": {"all": ["a", {"any": ["b", {"$asset": "c"}]}]}},
    "any": {"schedule": {"any": ["a", "b"]}},
    "or_time": {"schedule": {"cron": "0 6 * * *", "assets": ["a"]}},
    "or_every": {"schedule": {"every": "2h", "assets": {"any": ["a", "b"]}}},
    "timetable": {
        "schedule": {
            "timetable": "airflow.timetables.interval.CronDataIntervalTimetable",
            "with": {"cron": "0 3 * * *", "timezone": "UTC"},
        }
    },
}
SERIES = {
    "every": {"2": "DeltaDataIntervalTimetable", "3": "DeltaTriggerTimetable"},
    "cron": {"2": "CronDataIntervalTimetable", "3": "CronTriggerTimetable"},
    "assets": {"2": "DatasetTriggeredTimetable", "3": "AssetTriggeredTimetable"},
    "or_time": {"2": "DatasetOrTimeSchedule", "3": "AssetOrTimeSchedule"},
}
KINDS = {
    "every_catchup": "every",
    "cron_zone": "cron",
    "cron_dag_zone": "cron",
    "all": "assets",
    "any": "assets",
    "or_every": "or_time",
}
CONDITIONS = {
    "assets": "all(warehouse://a, b)",
    "all": "all(a, any(b, c))",
    "any": "any(a, b)",
    "or_time": "all(a)",
    "or_every": "any(a, b)",
}


def spec_of(name: str) -> DagSpec:
    task = {"task_id": "a", "bash_command": "echo a"}
    data = {"dag_name": name, "start_date": BEFORE_SUMMER, "tasks": [task]}
    return DagSpec.from_data({**data, **SCHEDULES[name]})


@pytest.fixture(scope="session")
def loaded(airflow: Airflow, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """Load a DAG of each schedule, all in one process of Airflow's."""
    folder = tmp_path_factory.mktemp("schedules")
    files = {name: airflow.write(spec_of(name), folder) for name in SCHEDULES}
    reports = airflow.load(files.values(), runner="arguments.py")
    return {name: reports[path] for name, path in files.items()}


@pytest.mark.parametrize("name", SCHEDULES)
def test_airflow_makes_the_timetable_that_the_schedule_says(
    airflow: Airflow, loaded: dict[str, Report], name: str
) -> None:
    report = loaded[name]
    fixed = {"cron_trigger": "CronTriggerTimetable"}.get(name, "CronDataIntervalTimetable")
    kind = SERIES.get(KINDS.get(name, name), {})

    assert (report["errors"], report["warnings"]) == ([], [])
    assert report["dag"]["timetable"] == kind.get(airflow.version, fixed)
    assert report["dag"]["condition"] == CONDITIONS.get(name, "")


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name != "timetable"])
def test_the_next_runs_that_dagctl_says_are_those_of_airflow(
    airflow: Airflow, loaded: dict[str, Report], name: str
) -> None:
    spec, real = spec_of(name), loaded[name]["dag"]["runs"]
    start = spec.start_in_zone
    ours = run_times(
        spec.schedule_interval, start, start - timedelta(1), airflow.version, catchup=True
    )

    assert [iso(each) for each in islice(ours, 5)] == real
    if real:
        known = next_run(
            spec.schedule_interval, start, start - timedelta(1), airflow.version, catchup=False
        )
        assert known is not None
        assert iso(known) == real[0]


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("version", ["2", "3"])
def test_what_only_the_scheduler_knows_is_not_said(version: Any) -> None:  # noqa: ANN401 - a literal
    spec, now = spec_of("every"), datetime(2026, 1, 1, tzinfo=UTC)
    every, assets = spec.schedule_interval, spec_of("all").schedule_interval

    assert next_run(every, spec.start_date, now, version, catchup=False) is None
    assert next_run(every, spec.start_date, now, version, catchup=True) == now + timedelta(
        minutes=90
    )
    assert next_run(assets, spec.start_date, now, version) is None
