"""Versions and tombstones in the database: who sees them, and what may be confirmed as one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.database.teams import Team, new_id
from tests.postgres.database import MIGRATIONS, empty_project, run
from tests.postgres.requests import Database

if TYPE_CHECKING:
    from tests.postgres.server import Server

BEFORE_VERSIONS = [file for file in MIGRATIONS if file.name < "20261128000500"]


def details(error: psycopg.Error) -> tuple[str | None, str | None]:
    return error.sqlstate, error.diag.message_detail


def held(team: Team, row: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    operation = new_id()
    claim = {"dag_id": row["dag_id"], "replaces": row["id"], "expected_version": row["version"]}
    return operation, team.claim(claim, operation=operation)


def test_a_version_keeps_what_its_record_was(team: Team) -> None:
    (row,) = team.publish("x", description="one", spec_text="# one\n")
    operation, granted = held(team, row)
    team.confirm(operation, granted, by=team.colleague, description="two", action="rollback")
    newest, first = team.versions("x", text=True)
    assert (newest["version"], newest["action"], newest["description"]) == (2, "rollback", "two")
    assert newest["operation_id"] == operation
    assert (first["action"], first["description"], first["spec_text"]) == (
        "create",
        "one",
        "# one\n",
    )
    assert "spec_text" not in team.versions("x")[0]
    assert team.versions("x", by=team.stranger) == []


def test_versions_are_paged_by_an_index_however_many_there_are(team: Team) -> None:
    (row,) = team.publish("x")
    team.database.admin(
        "insert into public.user_dag_versions select row_id, number, project_id, dag_id, 'update', "
        "null, null, user_id, dag_name, description, file_path, schedule_interval, owner, tags, "
        "task_count, is_active, created_at, updated_at, commit_id, base_name, source_path, "
        "storage_path, airflow, spec, null, spec_digest, content_digest, null, null "
        "from public.user_dag_versions, generate_series(2, 10000) as number where row_id = %s",
        [row["id"]],
    )
    team.database.admin("analyze public.user_dag_versions")
    page = team.database.call(
        team.viewer, "dag_versions", project=team.project, dag_id="x", before=5001, limit=20
    )
    assert [one["version"] for one in page] == list(range(5000, 4980, -1))
    plan = json.dumps(
        team.database.admin(
            "explain (format json, analyze) select * from public.user_dag_versions "
            "where row_id = %s and version < 5001 order by version desc limit 20",
            [row["id"]],
        )[0][0]
    )
    assert '"Index Name": "user_dag_versions_pkey"' in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(
    "given",
    [
        {"action": "explode"},
        {"action": "delete"},
        {"action": "update", "is_removed": True},
        {"action": "delete", "is_removed": "yes"},
        {"action": "update", "spec_text": "x" * 8_000_001},
        {"action": "update", "spec_text": [1]},
        {"action": "rename", "renamed": "../x"},
        {"action": "delete", "is_removed": True, "commit_id": "no commit"},
    ],
    ids=lambda given: json.dumps(given)[:60],
)
def test_a_version_that_dagctl_does_not_write_is_refused(team: Team, given: dict[str, Any]) -> None:
    (row,) = team.publish("x")
    operation, granted = held(team, row)
    with pytest.raises(psycopg.Error) as caught:
        team.confirm(operation, granted, **given)
    assert details(caught.value) == ("22023", "invalid_request")
    assert team.find("x")[0]["version"] == 1


def test_of_a_removal_only_the_commit_counts(team: Team) -> None:
    (row,) = team.publish("x", description="as it was")
    operation, granted = held(team, row)
    lie: dict[str, Any] = {
        "description": "!",
        "file_path": "dags/y.py",
        "dag_name": "!",
        "commit_id": "beef",
    }
    team.confirm(operation, granted, action="delete", is_removed=True, **lie)
    newest, _ = team.versions("x")
    assert (newest["description"], newest["file_path"]) == ("as it was", "dags/x.py")
    assert (newest["commit_id"], newest["is_active"]) == ("beef", False)


def test_a_new_dag_cannot_be_confirmed_as_a_removal(team: Team) -> None:
    operation = new_id()
    granted = team.reserve("x", operation=operation)
    with pytest.raises(psycopg.Error) as caught:
        team.confirm(operation, granted, action="delete", is_removed=True)
    assert details(caught.value) == ("22023", "invalid_request")


def test_the_object_of_a_removed_dag_may_be_removed_until_it_comes_back(team: Team) -> None:
    team.remove_dag("x")
    team.put_object("x")
    key = f"{team.project}/dags/x.py"
    may = "select private.may_remove(%s, '{}')"
    assert team.database.query(team.editor, may, [key]) == [(True,)]
    assert team.database.query(team.viewer, may, [key]) == [(False,)]
    tombstone = team.database.call(
        team.editor, "find_dags", project=team.project, dag_ids=["x"], removed=True
    )[0]
    held(team, tombstone)
    assert team.database.query(team.editor, may, [key]) == [(False,)]


def test_rows_from_before_the_table_become_versions(postgres_cluster: Server) -> None:
    name = empty_project(postgres_cluster)
    url = postgres_cluster.url_of(name, user="postgres")
    run(url, BEFORE_VERSIONS)
    database = Database(postgres_cluster, name)
    team = Team.gather(database)
    (row,) = team.publish("x", "y")[:1]
    operation, granted = held(team, row)
    team.confirm(operation, granted)
    run(url, MIGRATIONS)
    assert [(one["version"], one["action"]) for one in team.versions("x")] == [(2, "update")]
    assert [(one["version"], one["action"]) for one in team.versions("y")] == [(1, "create")]
    team.remove_dag("gone")
    run(url, MIGRATIONS)  # again, over a tombstone
    assert [one["action"] for one in team.versions("gone")] == ["delete", "create"]
    assert team.find("gone") == []
    postgres_cluster.drop_database(name)


def test_a_row_that_another_program_has_written_is_kept_as_a_version(team: Team) -> None:
    team.database.admin(
        "insert into public.user_dags (project_id, user_id, dag_id, dag_name, file_path) "
        "values (%s, %s, 'guide', 'Guide', 'dags/guide.py')",
        [team.project, team.owner.user_id],
    )
    (row,) = team.find("guide")
    operation, granted = held(team, row)
    team.confirm(operation, granted)
    newest, first = team.versions("guide")
    assert (newest["version"], first["version"]) == (2, 1)
    assert (first["dag_name"], first["spec"]) == ("Guide", {})
