"""Idempotency keys, what they remember, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.database.teams import new_id

if TYPE_CHECKING:
    from tests.database.teams import Team
    from tests.postgres.requests import Caller


def keyed(team: Team, key: str, *, by: Caller | None = None) -> dict[str, Any] | None:
    found: dict[str, Any] | None = team.database.call(
        by or team.editor, "keyed_operation", project=team.project, key=key
    )
    return found


def test_a_key_stands_for_one_operation_of_the_project(team: Team) -> None:
    operation = new_id()
    granted = team.claim({"dag_id": "x", "spec_digest": "d" * 64}, operation=operation, key="k")
    assert [one["spec_digest"] for one in granted] == ["d" * 64]
    expected = {"operation_id": operation, "status": "reserved", "reservations": granted}
    assert keyed(team, "k", by=team.viewer) == expected
    assert keyed(team, "k", by=team.stranger) is None
    with pytest.raises(psycopg.Error) as caught:
        team.claim({"dag_id": "x"}, key="k", by=team.colleague)
    assert (caught.value.sqlstate, caught.value.diag.message_detail) == ("PT409", "key_taken")
    other = team.strangers(team.database)
    other.add(other.editor, "editor")
    assert other.claim({"dag_id": "x"}, key="k")[0]["dag_id"] == "x"


def test_an_abort_frees_the_key_and_a_confirmation_keeps_it(team: Team) -> None:
    team.claim({"dag_id": "x"}, operation=(first := new_id()), key="k")
    team.begin_abort(first)
    assert (keyed(team, "k") or {})["status"] == "aborting"
    team.abort(first)
    assert keyed(team, "k") is None
    granted = team.claim({"dag_id": "x"}, operation=(second := new_id()), key="k")
    team.confirm(second, granted)
    found = keyed(team, "k") or {}
    assert (found["operation_id"], found["status"]) == (second, "confirmed")


def test_what_a_key_answers_stays_when_the_dag_is_updated(team: Team) -> None:
    granted = team.claim({"dag_id": "x"}, operation=(first := new_id()), key="k")
    team.confirm(first, granted, commit_id="aaaa")
    before = keyed(team, "k") or {}
    claim = {"dag_id": "x", "replaces": granted[0]["row_id"], "expected_version": 1}
    update = team.claim(claim, operation=(second := new_id()))
    team.confirm(second, update, commit_id="bbbb", file_path="elsewhere/x.py")
    assert keyed(team, "k") == before
    (answered,) = before["reservations"]
    answer = (answered["version"], answered["file_path"], answered["commit_id"])
    assert answer == (1, "dags/x.py", "aaaa")


def test_a_dag_that_stays_as_it_is_is_remembered_and_not_held(team: Team) -> None:
    (dag,) = team.publish("x")
    same = {"dag_id": "x", "replaces": dag["id"], "expected_version": 1}
    operation = new_id()
    unchanged, new = team.claim(
        same | {"is_unchanged": True}, {"dag_id": "y"}, operation=operation, key="k"
    )
    assert (unchanged["version"], unchanged["is_unchanged"]) == (1, True)
    assert (unchanged["file_path"], unchanged["commit_id"]) == ("dags/x.py", "c0ffee")
    assert team.claim(same)[0]["version"] == 2  # nobody holds it
    assert team.confirm(operation, [new]) == "confirmed"
    assert team.find("x") == [dag]
    assert [one["dag_id"] for one in team.find("y")] == ["y"]


def test_a_dag_that_has_moved_on_is_not_unchanged(team: Team) -> None:
    (dag,) = team.publish("x")
    claim = {"dag_id": "x", "replaces": dag["id"], "expected_version": 2, "is_unchanged": True}
    with pytest.raises(psycopg.Error) as caught:
        team.claim(claim, key="k")
    assert caught.value.diag.message_detail == "version_moved"


def test_what_ended_more_than_30_days_ago_is_forgotten_a_hundred_a_call(team: Team) -> None:
    ended = [new_id() for _ in range(101)]
    for operation in ended:
        team.abort(operation)
    granted = team.reserve("x", operation=(confirmed := new_id()))
    team.confirm(confirmed, granted)
    team.reserve("held", operation=(held := new_id()))
    age = (
        "update private.dag_operations set updated_at = now() - interval '31 days' "
        "where project_id = %s and id <> %s"
    )
    team.database.admin(age, [team.project, ended[0]])
    count = "select count(*) from private.dag_operations where project_id = %s"
    assert team.database.admin(count, [team.project]) == [(103,)]
    team.reserve("y")
    assert team.database.admin(count, [team.project]) == [(4,)]
    team.reserve("z")
    assert team.database.admin(count, [team.project]) == [(4,)]
    assert [team.status(one) for one in (ended[0], confirmed, held)] == [
        "aborted",
        "absent",
        "reserved",
    ]
    assert [dag["dag_id"] for dag in team.find("x")] == ["x"]
