"""`reserve`: names, holds, and all or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.database.teams import new_id
from tests.postgres.requests import SERVICE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.database.teams import Team
    from tests.postgres.requests import Database

LONGEST = "x" * 200
WAITING = "select pid from pg_stat_activity where datname = %s and wait_event_type = 'Lock'"


def names(granted: list[dict[str, Any]]) -> list[str]:
    return [one["dag_id"] for one in granted]


def refused(error: psycopg.Error) -> tuple[str | None, str | None]:
    return error.sqlstate, error.diag.message_detail


def rows_of(team: Team) -> list[str]:
    """Return the names of all rows of the project, reserved ones too."""
    query = "select dag_id from public.user_dags where project_id = %s"
    return [name for (name,) in team.database.admin(query, [team.project])]


# --- Names ---


def test_a_free_name_is_granted_as_wished(team: Team) -> None:
    (granted,) = team.reserve("report")
    assert granted["dag_id"] == "report"
    assert granted["version"] == 1
    assert granted["user_id"] == team.editor.user_id


def test_a_taken_name_gets_the_first_free_number(team: Team) -> None:
    team.publish("x")
    assert names(team.reserve("x", "x", "y", "x")) == ["x_2", "x_3", "y", "x_4"]


def test_a_gap_in_the_numbers_is_filled(team: Team) -> None:
    team.publish("x", "x_3")
    assert names(team.reserve("x", "x")) == ["x_2", "x_4"]


@pytest.mark.parametrize("rounds", [1, pytest.param(20, marks=pytest.mark.sweep)])
def test_names_are_unique_per_project_across_32_machines(team: Team, rounds: int) -> None:
    def reserve(_: int) -> str:
        return names(team.reserve("x"))[0]

    with ThreadPoolExecutor(32) as pool:
        granted = list(pool.map(reserve, range(32 * rounds)))

    wanted = ["x", *(f"x_{number}" for number in range(2, 32 * rounds + 1))]
    assert sorted(granted) == sorted(rows_of(team)) == sorted(wanted)


@pytest.mark.parametrize("others", [[], ["y", "y"]], ids=["all at once", "one by one"])
def test_a_name_that_a_writer_without_a_lock_takes_meanwhile_gets_a_number(
    database: Database, team: Team, others: list[str]
) -> None:
    with ThreadPoolExecutor(1) as threads:
        with database.request(SERVICE) as writer:
            writer.execute(
                "insert into public.user_dags (project_id, user_id, dag_id, dag_name, file_path) "
                "values (%s, %s, 'x', 'X', 'dags/x.py')",
                [team.project, team.owner.user_id],
            )
            late = threads.submit(team.reserve, *others, "x")
            while not database.admin(WAITING, [database.name]):
                assert not late.done()
        assert names(late.result())[-1] == "x_2"


def test_projects_do_not_share_names(database: Database, team: Team) -> None:
    other = type(team).gather(database)
    assert names(team.reserve("x")) == names(other.reserve("x")) == ["x"]


def test_a_taken_name_is_refused_where_no_number_is_wanted(team: Team) -> None:
    team.publish("x")
    with pytest.raises(psycopg.Error) as caught:
        team.claim({"dag_id": "x", "on_taken": "fail"})
    assert refused(caught.value) == ("PT409", "name_taken")


def test_a_free_name_is_granted_where_no_number_is_wanted(team: Team) -> None:
    assert names(team.claim({"dag_id": "x", "on_taken": "fail"})) == ["x"]


def test_a_number_that_makes_a_name_too_long_is_refused(team: Team) -> None:
    assert names(team.reserve(LONGEST)) == [LONGEST]
    with pytest.raises(psycopg.Error) as caught:
        team.reserve(LONGEST)
    assert refused(caught.value) == ("PT409", "name_taken")


def test_a_hundred_claims_are_granted_in_their_order(team: Team) -> None:
    wished = [f"d{number % 10}" for number in range(100)]
    granted = names(team.reserve(*wished))
    assert [str(name).partition("_")[0] for name in granted] == wished
    assert len(set(granted)) == 100


@pytest.mark.parametrize(
    "name",
    [
        "", " ", "-x", ".x", "..", "x y", "x/y", "../x", "x\n", "\nx", "x'", 'x"', "x;--", "%", "é",
        "x\u202e", "x\\", LONGEST + "x", None, 7.5, True, {"a": 1}, ["x"],
    ],
)  # fmt: skip
def test_a_name_that_is_no_id_is_refused(team: Team, name: object) -> None:
    with pytest.raises(psycopg.Error) as caught:
        team.claim({"dag_id": "ok"}, {"dag_id": name})
    assert refused(caught.value) == ("22023", "invalid_request")
    assert names(team.reserve("ok")) == ["ok"]


@pytest.mark.parametrize(
    "claims", ["null", "[]", "{}", "7", '"x"', "[7]", "[null]", '[["x"]]', '[{"on_taken": "x"}]']
)
def test_what_is_no_list_of_claims_is_refused(database: Database, team: Team, claims: str) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        database.call(
            team.editor, "reserve", operation=new_id(), project=team.project, claims=claims
        )


@pytest.mark.parametrize("names_of", [lambda n: f"d{n}", lambda _: "x"], ids=["many", "one name"])
def test_two_thousand_claims_are_granted_in_their_order(
    team: Team, names_of: Callable[[int], str]
) -> None:
    wishes = [names_of(number) for number in range(2000)]
    granted = names(team.reserve(*wishes))
    numbers = [wishes[0], *(f"x_{number}" for number in range(2, 2001))]
    assert granted == (numbers if wishes[0] == wishes[1] else wishes)


def test_new_names_updates_and_what_stays_are_granted_side_by_side(team: Team) -> None:
    old, same = team.publish("old", "same")
    claims = [
        {"dag_id": "new"},
        {"dag_id": "old", "replaces": old["id"], "expected_version": 1},
        {"dag_id": "same", "replaces": same["id"], "expected_version": 1, "is_unchanged": True},
    ]
    at_once = team.claim(*claims, operation=(operation := new_id()))
    team.abort(operation)
    one_by_one = team.claim({"dag_id": "z"}, {"dag_id": "z"}, *claims)[2:]
    known = ("dag_id", "version", "user_id", "is_unchanged", "file_path", "commit_id")
    answers = [[tuple(one[name] for name in known) for one in a] for a in (at_once, one_by_one)]
    assert answers[0] == answers[1]
    assert [(one[0], one[1]) for one in answers[0]] == [("new", 1), ("old", 2), ("same", 1)]


def test_more_than_ten_thousand_claims_are_refused(team: Team) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        team.reserve(*(f"d{number}" for number in range(10_001)))


# --- Updates ---


def test_an_update_gets_the_next_version_and_keeps_author_and_time(team: Team) -> None:
    (dag,) = team.publish("x", by=team.owner)
    (granted,) = team.claim({"dag_id": "x", "replaces": dag["id"], "expected_version": 1})
    assert granted == {
        "row_id": dag["id"],
        "dag_id": "x",
        "version": 2,
        "user_id": team.owner.user_id,
        "created_at": dag["created_at"],
        "spec_digest": "",
        "is_unchanged": False,
        "file_path": None,
        "commit_id": None,
        "created_by_name": team.owner.email,
    }


def test_readers_go_on_seeing_the_last_confirmed_version(team: Team) -> None:
    (dag,) = team.publish("x")
    team.claim({"dag_id": "x", "replaces": dag["id"], "expected_version": 1})
    assert team.find("x") == [dag]


def test_two_updates_of_one_dag_exclude_each_other(team: Team) -> None:
    (dag,) = team.publish("x")
    update = {"dag_id": "x", "replaces": dag["id"], "expected_version": 1}
    team.claim(update)
    with pytest.raises(psycopg.Error) as caught:
        team.claim(update, by=team.colleague)
    assert refused(caught.value) == ("PT409", "row_held")


def test_a_version_that_has_moved_on_is_refused(team: Team) -> None:
    (dag,) = team.publish("x")
    update = {"dag_id": "x", "replaces": dag["id"], "expected_version": 1}
    operation = new_id()
    team.confirm(operation, team.claim(update, operation=operation))
    with pytest.raises(psycopg.Error) as caught:
        team.claim(update)
    assert refused(caught.value) == ("PT409", "version_moved")


def test_one_dag_twice_in_an_operation_is_refused(team: Team) -> None:
    (dag,) = team.publish("x")
    update = {"dag_id": "x", "replaces": dag["id"], "expected_version": 1}
    with pytest.raises(psycopg.Error) as caught:
        team.claim(update, update)
    assert refused(caught.value) == ("PT409", "row_held")


def test_an_update_of_a_dag_of_another_project_is_refused(database: Database, team: Team) -> None:
    (dag,) = type(team).gather(database).publish("x")
    with pytest.raises(psycopg.Error) as caught:
        team.claim({"dag_id": "x", "replaces": dag["id"], "expected_version": 1})
    assert refused(caught.value) == ("PT409", "row_gone")


def test_an_update_of_a_dag_that_is_only_reserved_is_refused(team: Team) -> None:
    (granted,) = team.reserve("x")
    with pytest.raises(psycopg.Error) as caught:
        team.claim({"dag_id": "x", "replaces": granted["row_id"], "expected_version": 1})
    assert refused(caught.value) == ("PT409", "row_gone")


# --- Once, and all or nothing ---


def test_a_repeat_gives_the_same_reservations(team: Team) -> None:
    operation = new_id()
    first = team.reserve("x", "x", "y", operation=operation)
    assert team.reserve("x", "x", "y", operation=operation) == first
    assert team.database.call(team.editor, "reserved", operation=operation) == first


def test_a_request_that_is_delivered_many_times_at_once_reserves_once(team: Team) -> None:
    operation = new_id()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: team.reserve("x", operation=operation), range(16)))
    assert all(answer == answers[0] for answer in answers)
    assert rows_of(team) == ["x"]


def test_a_repeat_after_the_confirmation_gives_the_same_reservations(team: Team) -> None:
    operation = new_id()
    (first,) = team.reserve("x", operation=operation)
    team.confirm(operation, [first])
    recorded = {"file_path": "dags/x.py", "commit_id": "c0ffee"}
    assert team.reserve("x", operation=operation) == [first | recorded]


def test_an_operation_id_stands_for_one_list_of_claims(team: Team) -> None:
    operation = new_id()
    team.reserve("x", operation=operation)
    with pytest.raises(psycopg.Error) as caught:
        team.reserve("y", operation=operation)
    assert refused(caught.value) == ("PT409", "operation_reused")


def test_an_operation_id_of_another_user_is_refused(team: Team) -> None:
    operation = new_id()
    team.reserve("x", operation=operation)
    with pytest.raises(psycopg.Error) as caught:
        team.reserve("x", operation=operation, by=team.colleague)
    assert refused(caught.value) == ("PT409", "operation_reused")


def test_all_claims_are_granted_or_none(team: Team) -> None:
    team.publish("taken")
    operation = new_id()
    with pytest.raises(psycopg.Error):
        team.claim({"dag_id": "free"}, {"dag_id": "taken", "on_taken": "fail"}, operation=operation)
    assert team.status(operation) == "absent"
    assert rows_of(team) == ["taken"]


def test_a_reservation_is_no_dag_to_readers(database: Database, team: Team) -> None:
    team.reserve("x")
    assert team.find("x") == []
    assert database.query(team.owner, "select dag_id from public.user_dags") == []


# --- Leases ---


def test_a_name_is_taken_over_when_its_holders_lease_is_over(team: Team) -> None:
    late = new_id()
    granted = team.reserve("x", "y", operation=late, by=team.colleague)
    team.expire(late)
    assert names(team.reserve("x")) == ["x"]
    assert team.status(late, by=team.colleague) == "aborted"
    with pytest.raises(psycopg.Error) as caught:
        team.confirm(late, granted, by=team.colleague)
    assert refused(caught.value) == ("PT409", "operation_aborted")


def test_a_take_over_gives_back_all_that_the_late_operation_held(team: Team) -> None:
    late = new_id()
    team.reserve("x", "y", operation=late, by=team.colleague)
    team.expire(late)
    team.reserve("x")
    assert names(team.reserve("y")) == ["y"]


def test_an_update_is_taken_over_when_its_lease_is_over(team: Team) -> None:
    (dag,) = team.publish("x")
    update = {"dag_id": "x", "replaces": dag["id"], "expected_version": 1}
    late = new_id()
    team.claim(update, operation=late, by=team.colleague)
    team.expire(late)
    assert team.claim(update)[0]["version"] == 2
    assert team.status(late, by=team.colleague) == "aborted"


@pytest.mark.parametrize("attempt", range(8))
def test_of_a_take_over_and_a_late_confirmation_at_once_one_wins(team: Team, attempt: int) -> None:
    late, name = new_id(), f"race{attempt}"
    granted = team.reserve(name, operation=late)
    team.expire(late)
    with ThreadPoolExecutor(2) as pool:
        confirming = pool.submit(team.confirm, late, granted)
        (taken,) = pool.submit(team.reserve, name, by=team.colleague).result()
    is_confirmed = confirming.exception() is None
    assert team.status(late) == ("confirmed" if is_confirmed else "aborted")
    assert taken["dag_id"] == (f"{name}_2" if is_confirmed else name)


def test_a_late_operation_that_no_one_took_over_goes_on(team: Team) -> None:
    late = new_id()
    granted = team.reserve("x", operation=late)
    team.expire(late)
    assert team.confirm(late, granted) == "confirmed"


def test_a_repeat_renews_the_lease(team: Team) -> None:
    late = new_id()
    team.reserve("x", operation=late, by=team.colleague)
    team.expire(late)
    team.reserve("x", operation=late, by=team.colleague)
    assert names(team.reserve("x")) == ["x_2"]


def test_a_confirmed_dag_is_never_taken_over(team: Team) -> None:
    (dag,) = team.publish("x")
    late = new_id()
    update = {"dag_id": "x", "replaces": dag["id"], "expected_version": 1}
    team.claim(update, operation=late, by=team.colleague)
    team.expire(late)
    assert names(team.reserve("x")) == ["x_2"]
    assert team.status(late, by=team.colleague) == "reserved"
