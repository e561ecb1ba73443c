"""Made-up schedules: when dagctl says that runs start is when real Airflow starts them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.spec.fields.runs import next_run
from dagctl.spec.load import check_data
from dagctl.spec.next_run import end_of

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.spec.model import DagSpec

    from .conftest import Airflow

COUNT = 400
ZONES = (None, "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
PRESETS = ("@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly", "@midnight")
LENGTHS = ("10m", "90m", "1h", "7h", "1d", "36h", "1w", "1d6h", "13m7s")
STARTS = (datetime(2024, 3, 29), datetime(2024, 10, 25), datetime(2024, 1, 1))  # noqa: DTZ001 - by the DAG's clock
"""Days before a change of the clock, in the north and in the south, and one without."""


def field(chance: random.Random, low: int, high: int) -> str:
    first, last = sorted(chance.randint(low, high) for _ in range(2))
    forms = ("*", "*", f"*/{chance.randint(1, high)}", str(first), f"{first}-{last}")
    return chance.choice(forms)


def cron(chance: random.Random) -> str:
    if chance.random() < 0.2:
        return chance.choice(PRESETS)
    limits = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
    return " ".join(field(chance, low, high) for low, high in limits)


def schedule(chance: random.Random) -> Any:  # noqa: ANN401 - raw data
    kind = chance.randrange(8)
    if kind < 2:
        return cron(chance)
    if kind == 2:
        return {"every": chance.choice(LENGTHS)}
    if kind == 3:
        return chance.choice(["@once", None, {"any": ["a", "b"]}])
    given: dict[str, Any] = {"cron": cron(chance)}
    if chance.random() < 0.5:
        given["timezone"] = chance.choice([zone for zone in ZONES if zone])
    if chance.random() < 0.5:
        given["data_interval"] = chance.random() < 0.5
    return given | ({"assets": ["a"]} if chance.random() < 0.2 else {})


def data(chance: random.Random, number: int) -> dict[str, Any]:
    """Return a spec that has such a schedule, dates, a zone; it may end, and so may its tasks."""
    start = chance.choice(STARTS) + timedelta(minutes=chance.randrange(4_320))
    end = start + timedelta(minutes=chance.randrange(40_000))
    zone = chance.choice(ZONES)
    task: dict[str, Any] = {"task_id": "a", "bash_command": "true"}
    raw = {"dag_name": f"Any {number}", "schedule": schedule(chance), "catchup": True}
    raw |= {"start_date": start.isoformat(), "tasks": [task, task | {"task_id": "b"}]}
    raw |= {"timezone": zone} if zone else {}
    where = chance.randrange(6)
    if where < 2:
        raw["end_date"] = end.isoformat()
    if where in (1, 2):
        ends = {"end_date": (end - timedelta(days=1)).isoformat()}
        raw["tasks"] = [each | ends for each in raw["tasks"]]
    elif where == 3:
        task["end_date"] = end.isoformat()
    return raw


@pytest.mark.sweep
def test_the_next_run_is_that_of_airflow_at_any_time(airflow: Airflow, tmp_path: Path) -> None:
    chance = random.Random(11)
    specs: list[DagSpec] = []
    while len(specs) < COUNT:
        spec = check_data(data(chance, len(specs)), airflow=airflow.version).spec
        specs += [spec] if spec else []
    files = [airflow.write(spec, tmp_path) for spec in specs]
    reports = airflow.load(files, runner="arguments.py")

    ended = 0
    for file, spec in zip(files, specs, strict=True):
        report = reports[file]
        assert report["errors"] == [], spec.to_data()
        runs = [datetime.fromisoformat(run) for run in report["dag"]["runs"]]
        if len({*runs}) < len(runs):
            continue  # Airflow 2 repeats one run: every minute of some days, over a change of clock
        ended += 0 < len(runs) < 5
        start = spec.start_in_zone
        times = [start - timedelta(1), *runs[:-1], *(run - timedelta(seconds=1) for run in runs)]
        times += runs if len(runs) < 5 and runs else []
        for now in times:
            known = next_run(
                spec.schedule_interval,
                start,
                now,
                airflow.version,
                end=end_of(spec),
                catchup=True,
            )
            said = known and known.astimezone(UTC)
            assert said == next((run for run in runs if run > now), None), (spec.to_data(), now)
    assert ended > COUNT // 20
