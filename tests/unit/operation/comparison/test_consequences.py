"""What a change of a spec means in Airflow: a table of changes and what is said of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dagctl.operation.comparison.consequences import Side, consequences
from dagctl.operation.comparison.differences import differences
from dagctl.spec.load import check_data

NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
A = {"task_id": "a", "task_type": "bash", "bash_command": "echo a"}
B = {"task_id": "b", "task_type": "bash", "bash_command": "echo b", "dependencies": ["a"]}
BASE: dict[str, Any] = {
    "dag_name": "X",
    "schedule_interval": "@daily",
    "start_date": "2026-01-01",
    "tasks": [A, B],
}


def side(more: dict[str, Any], series: str = "3", **about: Any) -> Side:  # noqa: ANN401 - a table
    spec = check_data({**BASE, **more}).result()
    series_name: Any = series
    return Side(**{"dag_id": "x", "spec": spec, "series": series_name, **about})


def said(before: Side, after: Side) -> list[tuple[str, str, str]]:
    old, new = ({} if each.spec is None else each.spec.recorded for each in (before, after))
    changes = differences(old, new) if old and new else ()
    given = consequences(changes, before, after, NOW)
    return [(each.kind, each.subject, each.text) for each in given]


C = {**B, "task_id": "c"}
GROUP = {"group_id": "g", "tasks": [{**B, "dependencies": []}], "dependencies": ["a"]}
OTHER = {**B, "task_id": "c", "bash_command": "echo c"}


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ({}, {"owner": "team", "tags": ["x"]}, []),
        ({}, {"tasks": [A, C]}, [("task_renamed", "c", "`b` is `c` now")]),
        ({}, {"tasks": [A, GROUP]}, [("task_renamed", "g.b", "`b` is `g.b` now")]),
        ({}, {"tasks": [A]}, [("task_removed", "b", "`b` runs no more")]),
        (
            {},
            {"tasks": [A, OTHER]},
            [("task_removed", "b", "runs no more"), ("task_added", "c", "is a new task")],
        ),
        ({"tasks": [A]}, {}, [("task_added", "b", "runs that have ended do not have it")]),
        ({}, {"tasks": [A, {**B, "retries": 3}]}, []),
        (
            {},
            {"schedule_interval": "0 14 * * *"},
            [("next_run", "x", "at 2026-03-10 14:00 UTC (before: 2026-03-11 00:00 UTC)")],
        ),
        ({}, {"schedule_interval": "0 0 * * *"}, []),
        (
            {},
            {"schedule_interval": None},
            [("next_run", "x", "no run by itself any more (before: 2026-03-11 00:00 UTC)")],
        ),
        (
            {},
            {"schedule_interval": {"assets": ["s3://a/b"]}},
            [("next_run", "x", "the clock alone does not say when the next run is")],
        ),
        (
            {},
            {"timezone": "Europe/Berlin"},
            [("next_run", "x", "2026-03-11 00:00 CET")],
        ),
        ({}, {"start_date": "2025-12-01"}, [("start_date", "x", "`airflow backfill create` does")]),
        ({}, {"start_date": "2026-02-01"}, [("start_date", "x", "stay, and none is made again")]),
        (
            {},
            {"start_date": "2026-04-01"},
            [
                ("next_run", "x", "starts at 2026-04-01 00:00 UTC"),
                ("start_date", "x", "no run starts before 2026-04-01 00:00 UTC"),
            ],
        ),
        ({}, {"catchup": True}, [("catchup", "x", "about 68 if it has never run")]),
        ({"catchup": True}, {}, [("catchup", "x", "are not made up for")]),
        (
            {"catchup": True},
            {"catchup": True, "start_date": "2025-12-31"},
            [
                ("start_date", "x", "does not go back"),
                ("catchup", "x", "about 69 if it has never run"),
            ],
        ),
        (
            {"schedule_interval": {"every": "7d"}},
            {"schedule_interval": {"every": "7d"}, "catchup": True},
            [("next_run", "x", "2026-03-12"), ("catchup", "x", "about 9 if it has never run")],
        ),
        ({}, {"is_paused_upon_creation": True}, [("paused_at_first", "x", "first time only")]),
    ],
)
def test_a_change_has_its_consequences(
    before: dict[str, Any], after: dict[str, Any], kinds: list[tuple[str, str, str]]
) -> None:
    given = said(side(before), side(after))
    assert [each[:2] for each in given] == [each[:2] for each in kinds]
    assert all(words in text for (_, _, text), (_, _, words) in zip(given, kinds, strict=True)), (
        given
    )


def test_the_airflow_of_each_side_counts() -> None:
    hourly = {"schedule_interval": "30 13 * * *", "start_date": "2026-03-10T13:00:00"}
    ((kind, _, text),) = said(side(hourly, "3"), side(hourly, "2"))
    assert kind == "next_run"
    assert "2026-03-11 13:30 UTC (before: 2026-03-10 13:30 UTC)" in text
    earlier = said(side({}, "2"), side({"start_date": "2025-12-01"}, "2"))
    assert "`airflow dags backfill` does" in earlier[0][2]


def test_a_removal_a_return_and_another_id_are_said() -> None:
    gone = side({}, is_there=False)
    assert [kind for kind, _, _ in said(side({}), gone)] == ["dag_gone"]
    assert [kind for kind, _, _ in said(gone, side({}))] == ["dag_back"]
    assert said(gone, gone) == []
    ((kind, subject, text),) = said(side({}), side({}, dag_id="y"))
    assert (kind, subject) == ("dag_id", "y")
    assert "a new DAG, without runs" in text
    assert said(side({}, spec=None), side({}, spec=None)) == []
