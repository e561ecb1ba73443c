"""When a DAG ends, and which runs it has until then."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dagctl.spec.fields.runs import next_run
from dagctl.spec.model import DagSpec
from dagctl.spec.next_run import end_of

BASH = {"bash_command": "true"}
END = "2024-01-10"
CASES: list[tuple[dict[str, Any], list[dict[str, Any]], str | None]] = [
    ({}, [{}], None),
    ({"end_date": END}, [{}], "2024-01-10T00:00+00:00"),
    ({"end_date": END, "timezone": "Asia/Tokyo"}, [{}], "2024-01-09T15:00+00:00"),
    ({}, [{"end_date": END}, {}], None),
    ({}, [{"end_date": END}, {"end_date": "2024-01-12T06:00"}], "2024-01-12T06:00+00:00"),
    ({"end_date": END}, [{"end_date": "2024-01-12"}], "2024-01-10T00:00+00:00"),
    ({"end_date": END}, [{"end_date": "2024-01-05"}], "2024-01-10T00:00+00:00"),
    ({"timezone": "Asia/Tokyo"}, [{"end_date": END}], "2024-01-09T15:00+00:00"),
]


def spec(fields: dict[str, Any], tasks: list[dict[str, Any]]) -> DagSpec:
    made = [{"task_id": f"t{place}", **BASH, **task} for place, task in enumerate(tasks)]
    return DagSpec.from_data(
        {"dag_name": "Ends", "start_date": "2024-01-01", **fields, "tasks": made}
    )


@pytest.mark.parametrize(("fields", "tasks", "end"), CASES)
def test_a_dag_ends_as_it_says_or_with_the_last_of_its_tasks(
    fields: dict[str, Any], tasks: list[dict[str, Any]], end: str | None
) -> None:
    known = end_of(spec(fields, tasks))
    assert known == (end and datetime.fromisoformat(end))


def test_the_tasks_of_a_group_end_as_the_group_says() -> None:
    group = {
        "group_id": "g",
        "default_args": {"end_date": END},
        "tasks": [{"task_id": "a", **BASH}],
    }
    data = {"dag_name": "Ends", "start_date": "2024-01-01", "tasks": [group]}
    assert end_of(DagSpec.from_data(data)) == datetime(2024, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "series", "last"),
    [
        ("0 6 * * *", "2", "2024-01-10T06:00"),  # of the interval that began before the end
        ("0 6 * * *", "3", "2024-01-09T06:00"),
        ({"cron": "0 6 * * *", "data_interval": True}, "3", "2024-01-10T06:00"),
        ({"cron": "0 6 * * *", "timezone": "Asia/Tokyo"}, "3", "2024-01-09T21:00"),
        ({"every": "1d"}, "2", "2024-01-11T00:00"),
        ({"every": "1d"}, "3", "2024-01-10T00:00"),
        ("@once", "3", None),
    ],
)
def test_no_run_starts_after_the_end(schedule: Any, series: Any, last: str | None) -> None:  # noqa: ANN401 - raw data
    start, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 10, tzinfo=UTC)
    now = datetime(2024, 1, 2, tzinfo=UTC)
    runs = []
    while (run := next_run(schedule, start, now, series, end=end, catchup=True)) is not None:
        runs.append(run)
        now = run
    assert (runs[-1].astimezone(UTC) if runs else None) == (
        last and datetime.fromisoformat(last).replace(tzinfo=UTC)
    )
