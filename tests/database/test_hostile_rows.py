"""What a client hands over is checked like a stranger's, and names are one whatever their case."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.database.teams import Team, new_id
from tests.postgres.requests import SERVICE, Caller

if TYPE_CHECKING:
    from tests.postgres.requests import Database

NEW_ROW = (
    "insert into public.user_dags (project_id, user_id, dag_id, dag_name, file_path) "
    "values (%s, %s, %s, %s, %s)"
)


def kind(error: psycopg.Error) -> tuple[str | None, str | None]:
    return error.sqlstate, error.diag.message_detail


INVALID = ("22023", "invalid_request")


# --- Paths ---


@pytest.mark.parametrize(
    "path",
    [
        "x.py", "/dags/x.py", "dags//x.py", "./dags/x.py", "dags/./x.py", "dags/../x.py",
        "../dags/x.py", "dags/x.py/", "dags\\x.py", "dags\\..\\x.py", ".git/x.py", ".GIT/x.py",
        "a/.git/hooks/x.py", "git~1/x.py", ".dagctl/x.py", ".github/x.py", "dags/x", "dags/x.yml",
        "dags/.x.py", "dags/y.py", "src/app.py", "dags/x.py\n", "da\x07gs/x.py", "da\u202egs/x.py",
        ".g\u200cit/x.py", "", None, "a/" * 600 + "x.py",
    ],
)  # fmt: skip
def test_a_file_is_a_plain_path_that_is_named_after_the_dag(team: Team, path: str | None) -> None:
    operation = new_id()
    granted = team.reserve("x", operation=operation)
    with pytest.raises(psycopg.Error) as caught:
        team.confirm(operation, granted, file_path=path)
    assert kind(caught.value) == INVALID
    assert (team.status(operation), team.find("x")) == ("reserved", [])


@pytest.mark.parametrize("path", ["dags/x.py", "dags/dag_x.py", "a b/é/.airflow/x.py"])
def test_a_file_may_stand_in_any_folder_and_have_its_prefix(team: Team, path: str) -> None:
    key = f"{team.project}/dags/{path.rpartition('/')[2]}"
    (dag,) = team.publish("x", file_path=path, storage_path=key)
    assert (dag["file_path"], dag["storage_path"]) == (path, key)


@pytest.mark.parametrize(
    "path", ["/etc/x.yaml", "a/../x.yaml", "specs/.git/x.yaml", "x\n.yaml", "a\\x.yaml", ".", ""]
)
def test_a_spec_has_a_plain_path(team: Team, path: str) -> None:
    operation = new_id()
    granted = team.reserve("x", operation=operation)
    with pytest.raises(psycopg.Error) as caught:
        team.confirm(operation, granted, source_path=path)
    assert kind(caught.value) == INVALID


@pytest.mark.parametrize("path", [None, "specs/x.yaml", "../../specs/x y.yaml", ".ci/x.yml"])
def test_a_spec_may_stand_beside_the_workspace(team: Team, path: str | None) -> None:
    (dag,) = team.publish("x", source_path=path)
    assert dag["source_path"] == path


def test_one_row_has_one_key_and_it_follows_from_the_file(team: Team) -> None:
    team.publish("alpha", by=team.colleague)
    operation = new_id()
    granted = team.reserve("mine", operation=operation)
    alpha = {"file_path": "dags/alpha.py", "storage_path": f"{team.project}/dags/alpha.py"}
    hostile: list[dict[str, Any]] = [alpha, {"storage_path": alpha["storage_path"]}]
    for changes in (*hostile, {"storage_path": None}):
        with pytest.raises(psycopg.Error) as caught:
            team.confirm(operation, granted, **changes)
        assert kind(caught.value) == INVALID


def test_a_dag_that_no_dagctl_made_keeps_its_file_and_its_key(database: Database) -> None:
    team = Team.gather(database)
    row = [team.project, team.owner.user_id, "weekly", "Weekly", "dags/report.py"]
    database.query(SERVICE, NEW_ROW, row)
    (dag,) = team.find("weekly")
    operation = new_id()
    update = {"dag_id": "weekly", "replaces": dag["id"], "expected_version": 1}
    granted = team.claim(update, operation=operation)
    key = f"{team.project}/dags/report.py"
    team.confirm(operation, granted, file_path="dags/report.py", storage_path=key)
    (dag,) = team.find("weekly")
    assert (dag["version"], dag["file_path"], dag["storage_path"]) == (2, "dags/report.py", key)


def test_a_name_whose_file_another_dag_has_gets_a_number(database: Database) -> None:
    team = Team.gather(database)
    row = [team.project, team.owner.user_id, "weekly", "Weekly", "dags/Report.py"]
    database.query(SERVICE, NEW_ROW, row)
    granted = [one["dag_id"] for one in team.reserve("report", "other")]
    assert granted == ["report_2", "other"]


# --- Values ---


@pytest.mark.parametrize(
    "changes",
    [
        {"spec_digest": None}, {"spec_digest": "a" * 63}, {"content_digest": None},
        {"content_digest": "A" * 64}, {"dag_name": ""}, {"dag_name": "x" * 201},
        {"dag_name": "a\nb"}, {"dag_name": "a\u202eb"}, {"description": "x" * 100_001},
        {"owner": "x" * 501}, {"owner": "a\x1b[2J"}, {"tags": ["x" * 101]}, {"tags": [None]},
        {"schedule_interval": "x" * 1001}, {"task_count": -1}, {"task_count": None},
        {"airflow": None}, {"airflow": "4"}, {"commit_id": "HEAD"}, {"commit_id": "; rm"},
        {"spec": None}, {"spec": []}, {"spec": "x"}, {"spec": {"x": "y" * 8_000_000}},
    ],
    ids=lambda changes: json.dumps(changes)[:40],
)  # fmt: skip
def test_every_value_is_of_its_kind_and_bounded(team: Team, changes: dict[str, Any]) -> None:
    operation = new_id()
    granted = team.reserve("x", operation=operation)
    with pytest.raises(psycopg.Error) as caught:
        team.confirm(operation, granted, **changes)
    assert kind(caught.value) == INVALID
    assert f"`x`: {next(iter(changes))}" in str(caught.value)


def test_a_spec_that_is_not_the_one_of_the_reservation_is_refused(team: Team) -> None:
    operation = new_id()
    granted = team.claim({"dag_id": "x", "spec_digest": "1" * 64}, operation=operation)
    with pytest.raises(psycopg.Error) as caught:
        team.confirm(operation, granted)
    assert kind(caught.value) == INVALID


# --- Names without case ---


def test_ids_that_differ_by_case_are_one_name(team: Team) -> None:
    team.publish("Sales")
    assert [one["dag_id"] for one in team.reserve("sales", "SALES", "Other", "other")] == [
        "sales_2",
        "SALES_3",
        "Other",
        "other_2",
    ]
    with pytest.raises(psycopg.Error) as caught:
        team.claim({"dag_id": "sales", "on_taken": "fail"})
    assert kind(caught.value) == ("PT409", "name_taken")
    assert "`Sales`" in str(caught.value)


def test_a_writer_without_a_lock_cannot_make_one_that_differs_by_case(
    database: Database, team: Team
) -> None:
    team.publish("Sales")
    row = [team.project, team.owner.user_id, "sales", "Sales", "dags/sales.py"]
    with pytest.raises(psycopg.errors.UniqueViolation):
        database.query(SERVICE, NEW_ROW, row)


def test_ids_that_differ_by_case_are_found_together(team: Team) -> None:
    team.publish("Sales", "sales_7", "Sales_x", "other")
    assert [dag["dag_id"] for dag in team.find("sales")] == ["Sales"]


# --- Versions and people ---


def test_a_stale_update_says_who_made_which_version_when_and_in_which_commit(
    team: Team,
) -> None:
    (dag,) = team.publish("x", by=team.colleague)
    update = {"dag_id": "x", "replaces": dag["id"], "expected_version": 1}
    operation = new_id()
    granted = team.claim(update, operation=operation, by=team.colleague)
    team.confirm(operation, granted, by=team.owner, commit_id="beef1234")
    (now,) = team.find("x")
    for claim in (update, update | {"is_unchanged": True}):
        with pytest.raises(psycopg.Error) as caught:
            team.claim(claim)
        assert kind(caught.value) == ("PT409", "version_moved")
        assert f"version 2 was made by {team.colleague.email} at 2" in str(caught.value)
        assert json.loads(caught.value.diag.message_hint or "") == {
            "dag_id": "x",
            "version": 2,
            "by": team.colleague.email,
            "at": now["updated_at"],
            "commit_id": "beef1234",
        }


@pytest.mark.parametrize("expected", [{}, {"expected_version": None}, {"expected_version": 0}])
def test_an_update_says_which_version_it_is_based_on(
    team: Team, expected: dict[str, object]
) -> None:
    (dag,) = team.publish("x")
    with pytest.raises(psycopg.Error) as caught:
        team.claim({"dag_id": "x", "replaces": dag["id"], **expected})
    assert kind(caught.value) == INVALID


def test_names_of_people_come_from_the_token_and_from_nothing_else(team: Team) -> None:
    operation = new_id()
    granted = team.reserve("x", operation=operation)
    lie = {"created_by_name": "Eve", "updated_by_name": "Eve"}
    team.confirm(operation, granted, by=team.colleague, **lie)
    (dag,) = team.find("x")
    assert granted[0]["created_by_name"] == team.editor.email
    assert (dag["created_by_name"], dag["updated_by_name"]) == (team.editor.email,) * 2


@pytest.mark.parametrize(
    ("email", "name"), [(None, None), ("", None), ("a\x1b[31m@b", "a[31m@b"), ("é@b", "é@b")]
)
def test_an_address_is_kept_as_far_as_it_can_be_shown(
    team: Team, email: str | None, name: str | None
) -> None:
    caller = Caller("authenticated", new_id(), email)
    team.add(caller, "editor")
    assert team.reserve("x", by=caller)[0]["created_by_name"] == name


# --- After a removal ---


def test_a_removed_member_learns_nothing_of_what_became_of_the_operation(team: Team) -> None:
    operation = new_id()
    granted = team.reserve("x", operation=operation)
    team.remove(team.editor)
    team.confirm(operation, granted, by=team.colleague)
    (told,) = team.database.call(team.editor, "reserved", operation=operation)
    assert (told["file_path"], told["commit_id"]) == (None, None)
    (told,) = team.database.call(team.colleague, "reserved", operation=operation)
    assert (told["file_path"], told["commit_id"]) == ("dags/x.py", "c0ffee")


# --- What a project lacks ---


@pytest.mark.parametrize("command", ["select", "insert", "update", "delete"])
def test_a_policy_that_is_gone_is_named(own_database: Database, command: str) -> None:
    team = Team.gather(own_database)
    assert own_database.call(team.viewer, "missing_policies") == []
    own_database.admin(f"drop policy dagctl_dags_{command} on storage.objects")
    assert own_database.call(team.viewer, "missing_policies") == [
        f"dagctl_dags_{command} ({command.upper()} on storage.objects)"
    ]
