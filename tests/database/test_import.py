"""Imported versions: shown with their DAG or never, and never believed to be anybody's but its."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.database.plans import explained, nodes
from tests.database.teams import Team, new_id, record

if TYPE_CHECKING:
    from tests.postgres.requests import Caller

CREATED = "2024-01-01T00:00:00+00:00"
FUTURE = "2999-01-01T00:00:00+00:00"


def reserved(team: Team, name: str = "x") -> tuple[str, list[dict[str, Any]]]:
    operation = new_id()
    return operation, team.reserve(name, operation=operation)


def origin(granted: dict[str, Any], **changes: object) -> dict[str, Any]:
    came = {"version": 3, "created_at": CREATED, "created_by_name": "Ada <ada@example.com>"}
    return {"row_id": granted["row_id"], "base_name": "before", **came, **changes}


def older(team: Team, granted: dict[str, Any], number: int, **changes: object) -> dict[str, Any]:
    given = record(team.project, granted["dag_id"])
    made = {"version": number, "action": "create", "updated_at": CREATED}
    return {**given, "id": granted["row_id"], "updated_by_name": "Ada", **made, **changes}


def bring(
    team: Team,
    operation: str,
    origins: list[dict[str, Any]],
    versions: list[dict[str, Any]],
    by: Caller | None = None,
) -> int:
    return int(
        team.database.call(
            by or team.editor,
            "import_versions",
            operation=operation,
            project=team.project,
            origins=json.dumps(origins),
            versions=json.dumps(versions),
        )
    )


def staged(team: Team, operation: str) -> int:
    query = "select count(*) from private.dag_imports where operation_id = %s"
    return int(team.database.admin(query, [operation])[0][0])


def test_imported_versions_are_shown_with_the_confirmation_and_say_who_imported(team: Team) -> None:
    operation, (granted,) = reserved(team)
    assert bring(team, operation, [origin(granted)], []) == 0
    several = [
        older(team, granted, 1, spec_text="# one\n"),
        older(team, granted, 2, action="delete", updated_at=FUTURE, file_path="dags/before.py"),
    ]
    assert bring(team, operation, [], several) == 2
    assert bring(team, operation, [origin(granted)], several) == 0  # the answer was lost
    assert team.versions("x", by=team.editor) == []
    team.confirm(operation, [granted], action="update")
    newest, second, first = team.versions("x", text=True)
    assert [one["version"] for one in (newest, second, first)] == [3, 2, 1]
    assert (newest["imported_by_name"], newest["created_at"]) == (None, CREATED)
    assert (first["updated_at"], first["updated_by_name"]) == (CREATED, "Ada")
    assert (first["spec_text"], first["operation_id"]) == ("# one\n", operation)
    assert first["created_by_name"] == "Ada <ada@example.com>"
    assert second["updated_at"] < FUTURE
    assert (second["is_active"], second["file_path"]) == (False, "dags/before.py")
    assert second["storage_path"] == f"{team.project}/dags/before.py"
    assert {one["user_id"] for one in (newest, second, first)} == {team.editor.user_id}
    (row,) = team.database.call(team.viewer, "find_dags", project=team.project, dag_ids=["x"])
    assert (row["version"], row["base_name"], row["created_at"]) == (3, "before", CREATED)
    assert staged(team, operation) == 0
    with pytest.raises(psycopg.errors.CheckViolation):
        team.database.admin(
            "update public.user_dags set base_name = 'other' where id = %s", [row["id"]]
        )


def test_nothing_of_an_import_stays_that_is_undone(team: Team) -> None:
    operation, (granted,) = reserved(team)
    bring(team, operation, [origin(granted)], [older(team, granted, 1)])
    team.abort(operation)
    assert staged(team, operation) == 0
    team.publish("x")
    assert [one["version"] for one in team.versions("x")] == [1]


@pytest.mark.parametrize(
    "flaw",
    [
        {"version": 0},
        {"version": 3},
        {"version": None},
        {"action": "explode"},
        {"renamed": "../x"},
        {"spec_text": 5},
        {"updated_at": None},
        {"updated_by_name": "a\u202eb"},
        {"updated_by_name": "a\nb"},
        {"file_path": ".git/hooks/x.py"},
        {"file_path": "dags/../x.py"},
        {"source_path": "a/../../../etc"},
        {"spec": []},
        {"spec_digest": "no"},
        {"content_digest": None},
        {"commit_id": "HEAD"},
    ],
    ids=str,
)
def test_a_version_that_dagctl_would_not_write_is_refused(
    team: Team, flaw: dict[str, object]
) -> None:
    operation, (granted,) = reserved(team)
    with pytest.raises(psycopg.Error) as caught:
        bring(team, operation, [origin(granted)], [older(team, granted, 2, **flaw)])
    assert caught.value.sqlstate == "22023"


@pytest.mark.parametrize(
    "flaw",
    [
        {"version": 0},
        {"created_at": None},
        {"created_by_name": "a\x1b[31m"},
        {"base_name": "../x"},
        {"base_name": None},
    ],
    ids=str,
)
def test_an_origin_that_dagctl_would_not_write_is_refused(
    team: Team, flaw: dict[str, object]
) -> None:
    operation, (granted,) = reserved(team)
    with pytest.raises(psycopg.Error) as caught:
        bring(team, operation, [origin(granted, **flaw)], [])
    assert caught.value.sqlstate == "22023"


def test_only_the_new_dags_of_an_own_operation_under_way_take_versions(team: Team) -> None:
    (there,) = team.publish("there")
    operation, (granted,) = reserved(team)
    update = new_id()
    claim = {"dag_id": "there", "replaces": there["id"], "expected_version": 1}
    (held,) = team.claim(claim, operation=update)
    attempts: list[tuple[str, dict[str, Any], Caller]] = [
        (operation, granted, team.colleague),
        (new_id(), granted, team.editor),
        (operation, held, team.editor),
        (update, held, team.editor),
    ]
    for asked, row, by in attempts:
        for origins, versions in (([origin(row)], []), ([], [older(team, row, 1)])):
            with pytest.raises(psycopg.Error) as caught:
                bring(team, asked, origins, versions, by=by)
            assert (caught.value.sqlstate, caught.value.diag.message_detail) == (
                "PT409",
                "not_reserved",
            )
    team.begin_abort(operation)
    with pytest.raises(psycopg.Error):
        bring(team, operation, [origin(granted)], [])
    team.abort(update)
    assert [one["version"] for one in team.versions("there")] == [1]


def test_what_a_large_import_holds_is_looked_up_by_its_key_before_the_tables_are_analysed(
    team: Team,
) -> None:
    operation, count = new_id(), 400
    granted = team.reserve(*(f"d{number}" for number in range(count)), operation=operation)
    origins = json.dumps([origin(one) for one in granted])
    versions = json.dumps([older(team, one, 1) for one in granted])
    call = "select public.import_versions(%s, %s, %s, %s)"
    plans = explained(team, team.editor, call, [operation, team.project, origins, versions])
    read = {
        table: sum(
            (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
            for plan in plans
            for node in nodes(plan["Plan"])
            if node.get("Relation Name") == table
        )
        for table in ("user_dags", "dag_reservations")
    }
    assert all(count <= rows <= 10 * count for rows in read.values()), read
