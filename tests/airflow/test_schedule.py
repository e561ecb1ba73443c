"""What dagctl says of a schedule is what real Airflow does."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from dagctl.spec.fields.cron import plain
from dagctl.spec.fields.cron_schedule import problems_of
from dagctl.spec.fields.runs import run_times

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Airflow

CASES: list[Case] = [
    ("0 0 */1 * 5", "2024-01-01T00:00:00+00:00", None),
    ("*/90 * * * *", "2024-01-01T00:00:00+00:00", None),
    ("0 */25 * * *", "2024-01-01T00:00:00+00:00", None),
    ("0 6 * * *", "2199-01-01T00:00:00+00:00", None),
    ("0 6 * * *", "2024-01-01T06:00:00+00:00", None),
    ("0 6 * * *", "2024-01-01T06:00:00.000001+00:00", None),
    ("0 6 * * *", "2024-01-01T06:00:30+02:00", None),
    ("30 5 29 2 *", "2023-03-01T00:00:00-09:30", None),
    ("0 0 L * *", "2024-01-01T00:00:00+00:00", None),
    ("0 0 15 * 5#3", "2024-01-01T00:00:00+00:00", None),
    ("30 2 * * *", "2024-03-29T00:00:00+01:00", "Europe/Berlin"),
    ("30 2 * * *", "2024-10-25T00:00:00+02:00", "Europe/Berlin"),
    ("30 * * * *", "2024-10-27T00:00:00+00:00", "Europe/Berlin"),
    ("30 * * * *", "2024-03-31T00:00:00+00:00", "Europe/Berlin"),
    ("0 */2 * * *", "2024-10-26T22:00:00+00:00", "Europe/Berlin"),
    ("*/20 1-3 * * *", "2024-11-03T04:00:00+00:00", "America/New_York"),
    ("0 6 * * *", "2024-10-25T00:00:00+00:00", "Australia/Lord_Howe"),
    ("15 2 * * *", "2024-04-05T00:00:00+00:00", "Australia/Lord_Howe"),
]
Case = tuple[str, str, str | None]
ZONES = (None, "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
STARTS = ("+00:00", "+05:30", "-08:00")


def generated(count: int) -> list[Case]:
    """Return valid crons, each with a start date and a zone."""
    chance = random.Random(2024)
    cases: list[Case] = []
    while len(cases) < count:
        cron = " ".join(
            field(chance, low, high) for low, high in ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
        )
        if problems_of(cron):
            continue
        start = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(525_600))
        offset = chance.choice(STARTS)
        cases.append((cron, start.isoformat()[:-6] + offset, chance.choice(ZONES)))
    return cases


def field(chance: random.Random, low: int, high: int) -> str:
    first, last = sorted(chance.randint(low, high) for _ in range(2))
    step = chance.randint(1, high * 2)
    forms = ("*", "*", "*", f"*/{step}", str(first), f"{first}-{last}", f"{first}-{last}/{step}")
    return ",".join(chance.choice(forms) for _ in range(chance.choice((1, 1, 1, 2))))


@pytest.mark.parametrize(
    "cases",
    [
        pytest.param(CASES + generated(60), id="some"),
        pytest.param(generated(500), id="many", marks=pytest.mark.sweep),
    ],
)
def test_the_next_five_runs_are_those_of_airflow(
    airflow: Airflow, cases: list[Case], tmp_path: Path
) -> None:
    real = airflow.first_runs(cases, tmp_path)

    for (cron, start, zone), times in zip(cases, real, strict=True):
        moment = datetime.fromisoformat(start)
        moment = moment.astimezone(ZoneInfo(zone)) if zone else moment
        before = moment - timedelta(days=1)
        if len(set(times)) < len(times):
            continue  # Airflow 2 repeats one run: every minute of some days, over a change of clock
        ours = islice(run_times(cron, moment, before, airflow.version), len(times))
        assert [each.astimezone(UTC).isoformat() for each in ours] == times, (cron, start, zone)


def test_the_plainest_form_of_a_cron_means_the_same_to_airflow(
    airflow: Airflow, tmp_path: Path
) -> None:
    cases = CASES + generated(60)
    plainest = [(plain(cron).text, start, zone) for cron, start, zone in cases]

    assert airflow.first_runs(plainest, tmp_path) == airflow.first_runs(cases, tmp_path)
