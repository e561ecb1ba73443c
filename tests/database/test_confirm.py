"""`confirm` and `abort`: the two ends of an operation, of which exactly one wins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.database.teams import new_id, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.database.teams import Team
    from tests.postgres.requests import Caller


def details(error: psycopg.Error) -> tuple[str | None, str | None]:
    return error.sqlstate, error.diag.message_detail


# --- confirm ---


def test_a_confirmed_dag_is_what_the_record_says(team: Team) -> None:
    operation = new_id()
    (granted,) = team.reserve("x", operation=operation)
    assert team.confirm(operation, [granted]) == "confirmed"
    (dag,) = team.find("x")
    now = datetime.now(UTC)
    assert abs(now - datetime.fromisoformat(dag.pop("updated_at"))).total_seconds() < 60
    assert dag == {
        **record(team.project, "x"),
        "id": granted["row_id"],
        "project_id": team.project,
        "user_id": team.editor.user_id,
        "created_at": granted["created_at"],
        "version": 1,
        "base_name": "x",
        "is_active": True,
        "created_by_name": team.editor.email,
        "updated_by_name": team.editor.email,
    }


def test_an_update_changes_what_readers_see_all_at_once(team: Team) -> None:
    (first,) = team.publish("x")
    operation = new_id()
    granted = team.claim(
        {"dag_id": "x", "replaces": first["id"], "expected_version": 1},
        operation=operation,
        by=team.colleague,
    )
    team.confirm(operation, granted, by=team.colleague, description="Better", commit_id="beef")
    (second,) = team.find("x")
    assert second.pop("updated_at") > first.pop("updated_at")
    changed = {"version": 2, "description": "Better", "commit_id": "beef"}
    assert second == first | changed | {"updated_by_name": team.colleague.email}


def test_what_a_record_leaves_out_or_invents_does_not_move_the_identity(team: Team) -> None:
    operation = new_id()
    granted = team.reserve("x", "x", operation=operation)
    invented: dict[str, Any] = {"id": new_id(), "project_id": new_id(), "user_id": new_id()}
    invented |= {"version": 9, "base_name": "y", "state": "reserved", "is_active": False}
    team.confirm(operation, granted, **invented)
    (dag,) = team.find("x_2")
    assert (dag["id"], dag["version"], dag["base_name"]) == (granted[1]["row_id"], 1, "x")
    assert (dag["project_id"], dag["user_id"]) == (team.project, team.editor.user_id)
    assert dag["is_active"] is True


def test_a_second_confirmation_changes_nothing(team: Team) -> None:
    operation = new_id()
    granted = team.reserve("x", operation=operation)
    team.confirm(operation, granted)
    before = team.find("x")
    assert team.confirm(operation, granted, description="late") == "confirmed"
    assert team.find("x") == before


def test_a_late_confirmation_does_not_undo_a_newer_version(team: Team) -> None:
    operation, newer = new_id(), new_id()
    granted = team.reserve("x", operation=operation)
    team.confirm(operation, granted)
    row = granted[0]["row_id"]
    update = team.claim({"dag_id": "x", "replaces": row, "expected_version": 1}, operation=newer)
    team.confirm(newer, update, description="newer")
    team.confirm(operation, granted)
    assert [(dag["version"], dag["description"]) for dag in team.find("x")] == [(2, "newer")]


def test_a_hundred_dags_are_confirmed_in_one_call(team: Team) -> None:
    names = [f"d{number:03}" for number in range(100)]
    team.publish(*names)
    assert [dag["dag_id"] for dag in team.find(*names)] == names


def test_confirming_what_was_never_reserved_is_refused(team: Team) -> None:
    with pytest.raises(psycopg.Error) as caught:
        team.confirm(new_id(), [{"dag_id": "x"}])
    assert details(caught.value) == ("PT409", "not_reserved")


def test_another_editor_confirms_the_operation_and_its_user_stays_the_author(team: Team) -> None:
    operation = new_id()
    granted = team.reserve("x", operation=operation)
    assert team.status(operation, by=team.viewer) == "reserved"
    assert team.confirm(operation, granted, by=team.colleague) == "confirmed"
    assert [dag["user_id"] for dag in team.find("x")] == [team.editor.user_id]


@pytest.mark.parametrize("who", ["viewer", "stranger"])
def test_who_is_no_editor_confirms_and_aborts_no_operation_of_others(team: Team, who: str) -> None:
    operation = new_id()
    granted = team.reserve("x", operation=operation)
    caller: Caller = getattr(team, who)
    acts: list[Callable[[], str]] = [
        lambda: team.confirm(operation, granted, by=caller),
        lambda: team.begin_abort(operation, by=caller),
        lambda: team.abort(operation, by=caller),
    ]
    for act in acts:
        with pytest.raises(psycopg.Error) as caught:
            act()
        assert details(caught.value) == ("42501", "not_a_member")
    assert team.status(operation) == "reserved"


def test_a_stranger_does_not_learn_that_an_operation_is_absent(team: Team) -> None:
    """Or the stranger's dagctl would take it for dead, and undo what may be confirmed."""
    operation = new_id()
    team.reserve("x", operation=operation)
    with pytest.raises(psycopg.Error) as caught:
        team.status(operation, by=team.stranger)
    assert details(caught.value) == ("42501", "not_a_member")


@pytest.mark.parametrize("names", [[], ["x"], ["y", "x"], ["x", "y", "z"], ["x", "z"]])
def test_records_that_are_not_those_of_the_claims_are_refused(team: Team, names: list[str]) -> None:
    operation = new_id()
    team.reserve("x", "y", operation=operation)
    with pytest.raises(psycopg.Error) as caught:
        team.confirm(operation, [{"dag_id": name} for name in names])
    assert details(caught.value) == ("PT409", "not_reserved")
    assert team.status(operation) == "reserved"


@pytest.mark.parametrize(
    ("changes", "sqlstate"),
    [
        ({"storage_path": "elsewhere/dags/x.py"}, "22023"),
        ({"spec_digest": "5"}, "22023"),
        ({"content_digest": "C" * 64}, "22023"),
        ({"airflow": "1"}, "22023"),
        ({"task_count": -1}, "22023"),
        ({"task_count": "many"}, "22P02"),
        ({"dag_name": None}, "22023"),
        ({"tags": "etl"}, "22P02"),
    ],
)
def test_all_records_are_confirmed_or_none(
    team: Team, changes: dict[str, Any], sqlstate: str
) -> None:
    operation = new_id()
    granted = team.reserve("x", operation=operation)
    with pytest.raises(psycopg.Error) as caught:
        team.confirm(operation, granted, **changes)
    assert caught.value.sqlstate == sqlstate
    assert (team.status(operation), team.find("x")) == ("reserved", [])


def test_a_removed_member_confirms_nothing(team: Team) -> None:
    operation = new_id()
    granted = team.reserve("x", operation=operation)
    team.remove(team.editor)
    with pytest.raises(psycopg.Error) as caught:
        team.confirm(operation, granted)
    assert details(caught.value) == ("42501", "not_a_member")


# --- abort ---


def test_an_aborted_reservation_frees_its_names(team: Team) -> None:
    operation = new_id()
    team.reserve("x", "x", operation=operation)
    assert team.abort(operation) == "aborted"
    assert team.database.call(team.editor, "reserved", operation=operation) == []
    assert [one["dag_id"] for one in team.reserve("x", "x")] == ["x", "x_2"]


def test_an_aborted_update_leaves_the_dag_as_it_was(team: Team) -> None:
    (dag,) = team.publish("x")
    update = {"dag_id": "x", "replaces": dag["id"], "expected_version": 1}
    operation = new_id()
    team.claim(update, operation=operation)
    assert team.abort(operation) == "aborted"
    assert team.find("x") == [dag]
    assert team.claim(update)[0]["version"] == 2


def test_a_tombstone_stops_a_late_reserve_and_confirm(team: Team) -> None:
    operation = new_id()
    assert team.abort(operation) == "aborted"
    for late in (
        lambda: team.reserve("x", operation=operation),
        lambda: team.confirm(operation, [{"dag_id": "x"}]),
    ):
        with pytest.raises(psycopg.Error) as caught:
            late()
        assert details(caught.value) == ("PT409", "operation_aborted")
    assert team.status(operation) == "aborted"


def test_an_abort_after_the_confirmation_says_confirmed(team: Team) -> None:
    operation = new_id()
    team.confirm(operation, team.reserve("x", operation=operation))
    assert team.abort(operation) == "confirmed"
    assert [dag["dag_id"] for dag in team.find("x")] == ["x"]


def test_an_abort_may_be_repeated(team: Team) -> None:
    operation = new_id()
    team.reserve("x", operation=operation)
    assert [team.abort(operation) for _ in range(3)] == ["aborted"] * 3


def test_another_editor_aborts_the_operation(team: Team) -> None:
    operation = new_id()
    team.reserve("x", operation=operation)
    assert team.abort(operation, by=team.colleague) == "aborted"
    assert [one["dag_id"] for one in team.reserve("x")] == ["x"]


def test_an_operation_that_is_being_aborted_holds_and_is_never_confirmed(team: Team) -> None:
    operation = new_id()
    granted = team.reserve("x", operation=operation)
    assert [team.begin_abort(operation) for _ in range(2)] == ["aborting"] * 2
    assert [one["dag_id"] for one in team.reserve("x")] == ["x_2"]
    for late in (
        lambda: team.confirm(operation, granted),
        lambda: team.reserve("x", operation=operation),
    ):
        with pytest.raises(psycopg.Error) as caught:
            late()
        assert details(caught.value) == ("PT409", "operation_aborted")
    assert team.abort(operation) == "aborted"
    assert team.begin_abort(operation) == "aborted"


def test_what_is_confirmed_or_unknown_is_not_being_aborted(team: Team) -> None:
    operation = new_id()
    team.confirm(operation, team.reserve("x", operation=operation))
    assert team.begin_abort(operation) == "confirmed"
    assert team.begin_abort(new_id()) == "aborted"  # a tombstone: a late reserve finds it
    assert team.begin_abort(new_id(), by=team.stranger) == "absent"


def test_a_removed_member_gives_back_what_was_held(team: Team) -> None:
    operation = new_id()
    team.reserve("x", operation=operation)
    team.remove(team.editor)
    assert team.abort(operation) == "aborted"
    assert [one["dag_id"] for one in team.reserve("x", by=team.colleague)] == ["x"]


def test_a_stranger_leaves_no_tombstone(team: Team) -> None:
    operation = new_id()
    assert team.abort(operation, by=team.stranger) == "absent"
    assert team.status(operation, by=team.stranger) == "absent"


@pytest.mark.parametrize("attempt", range(8))
def test_of_confirm_and_abort_at_once_exactly_one_wins(team: Team, attempt: int) -> None:
    operation, name = new_id(), f"race{attempt}"
    granted = team.reserve(name, operation=operation)
    with ThreadPoolExecutor(2) as pool:
        confirming = pool.submit(team.confirm, operation, granted)
        aborted = pool.submit(team.abort, operation).result()
    is_confirmed = confirming.exception() is None
    assert aborted == team.status(operation) == ("confirmed" if is_confirmed else "aborted")
    assert bool(team.find(name)) is is_confirmed
