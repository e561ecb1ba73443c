"""The bucket `dags` and its policies."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.database.teams import new_id
from tests.postgres.database import MIGRATIONS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.database.teams import Team
    from tests.postgres.requests import Caller, Database

BUCKET_MIGRATIONS = [file for file in MIGRATIONS if "_bucket" in file.name]


def put(
    team: Team, key: str, *, by: Caller, operation: str | None = None, mark: str = "operation"
) -> None:
    """Upload as the storage server tries it out: an upsert, with the metadata of the upload."""
    query = (
        "insert into storage.objects (bucket_id, name, user_metadata) values ('dags', %s, %s) "
        "on conflict (bucket_id, name) do update set user_metadata = excluded.user_metadata"
    )
    metadata = json.dumps({f"dagctl_{mark}": operation}) if operation else None
    team.database.query(by, query, [key, metadata])


def removed(team: Team, key: str, *, by: Caller) -> int:
    """Remove an object as the storage server does, and return how many went."""
    with team.database.request(by) as connection:
        connection.execute("select set_config('storage.allow_delete_query', 'true', true)")
        query = "delete from storage.objects where bucket_id = 'dags' and name = %s returning id"
        return len(connection.execute(query, [key]).fetchall())


def test_the_bucket_is_private_and_takes_python_files_of_10_mib(database: Database) -> None:
    columns = "public, file_size_limit, allowed_mime_types"
    assert database.admin(f"select {columns} from storage.buckets where id = 'dags'") == [
        (False, 10 * 2**20, ["text/x-python"])
    ]


@pytest.mark.parametrize("migration", BUCKET_MIGRATIONS, ids=lambda file: file.stem)
def test_the_migration_makes_a_bucket_and_policies_and_nothing_else(migration: Path) -> None:
    """Whatever else is done to storage.objects fails on a hosted project: it is not the owner's."""
    sql = re.sub(r"--.*", "", migration.read_text(encoding="utf-8"))
    statements = [" ".join(one.split()) for one in sql.split(";")[:-1]]
    allowed = r"(insert into storage\.buckets|(create|drop) policy .* on storage\.objects).*"
    assert [one for one in statements if not re.fullmatch(allowed, one)] == []


@pytest.mark.parametrize(
    "key",
    [
        "{project}/dags/x.py/y.py", "{project}/x.py", "{project}/other/x.py",
        "{project}/dags/x.txt", "{project}/dags/.x.py", "{project}/dags/",
        "dags/{project}/x.py", "{project}", "x.py",
        "/{project}/dags/x.py", "{project}/dags/../x.py", "{other}/dags/x.py",
    ],
)  # fmt: skip
def test_an_editor_writes_nothing_but_dag_files_of_the_project(team: Team, key: str) -> None:
    operation = new_id()
    team.reserve("x", operation=operation)
    key = key.format(project=team.project, other=new_id())
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        put(team, key, by=team.editor, operation=operation)


def test_an_editor_writes_and_removes_no_object_that_no_operation_of_theirs_holds(
    team: Team,
) -> None:
    operation = new_id()
    team.publish("x")
    team.reserve("y", operation=operation, by=team.colleague)
    for name in ("x", "y", "z"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            put(team, f"{team.project}/dags/{name}.py", by=team.editor, operation=operation)
        team.put_object(name)
    gone = [removed(team, f"{team.project}/dags/{name}.py", by=team.editor) for name in "xyz"]
    assert gone == [0, 0, 1]  # `z` is no DAG's: it is left over


def test_an_upload_that_arrives_after_its_operation_changes_nothing(team: Team) -> None:
    late, newer = new_id(), new_id()
    key = f"{team.project}/dags/x.py"
    team.reserve("x", operation=late)
    put(team, key, by=team.editor, operation=late)
    team.abort(late)
    for holds in (False, True):
        if holds:  # the DAG is the same user's again, by another operation
            team.reserve("x", operation=newer)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            put(team, key, by=team.editor, operation=late)
    put(team, key, by=team.editor, operation=newer)


@pytest.mark.parametrize("operation", [None, "x", "00000000-0000-4000-8000-000000000000"])
def test_an_upload_that_does_not_name_its_operation_is_refused(
    team: Team, operation: str | None
) -> None:
    team.reserve("x")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        put(team, f"{team.project}/dags/x.py", by=team.editor, operation=operation)


def test_new_bytes_come_from_the_operations_own_user(team: Team) -> None:
    operation = new_id()
    team.reserve("x", operation=operation)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        put(team, f"{team.project}/dags/x.py", by=team.colleague, operation=operation)


def test_while_an_update_is_aborted_old_bytes_are_taken_and_no_new_ones(team: Team) -> None:
    (dag,) = team.publish("x")
    key, operation = f"{team.project}/dags/x.py", new_id()
    team.put_object("x")
    team.claim({"dag_id": "x", "replaces": dag["id"], "expected_version": 1}, operation=operation)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        put(team, key, by=team.editor, operation=operation, mark="restores")
    put(team, key, by=team.editor, operation=operation)
    team.begin_abort(operation, by=team.colleague)
    put(team, key, by=team.colleague, operation=operation, mark="restores")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        put(team, key, by=team.editor, operation=operation)
    team.abort(operation, by=team.colleague)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        put(team, key, by=team.colleague, operation=operation, mark="restores")


def test_a_removal_that_arrives_late_leaves_the_object_of_a_newer_operation(team: Team) -> None:
    key, newer = f"{team.project}/dags/x.py", new_id()
    team.reserve("x", operation=newer, by=team.colleague)
    put(team, key, by=team.colleague, operation=newer)
    assert removed(team, key, by=team.editor) == 0
    team.begin_abort(newer)
    assert removed(team, key, by=team.editor) == 1


def test_an_update_that_is_aborted_removes_only_what_it_uploaded(team: Team) -> None:
    (dag,) = team.publish("x")
    key, operation = f"{team.project}/dags/x.py", new_id()
    team.put_object("x")
    team.claim({"dag_id": "x", "replaces": dag["id"], "expected_version": 1}, operation=operation)
    team.begin_abort(operation)
    assert removed(team, key, by=team.editor) == 0
    team.database.admin(
        "update storage.objects set user_metadata = %s where name = %s",
        [json.dumps({"dagctl_operation": operation}), key],
    )
    assert removed(team, key, by=team.editor) == 1


def test_a_name_that_would_hide_a_module_may_be_uploaded_with_its_prefix(team: Team) -> None:
    operation = new_id()
    team.reserve("json", operation=operation)
    put(team, f"{team.project}/dags/dag_json.py", by=team.editor, operation=operation)


def test_a_reserved_name_opens_no_key_of_another_dag(team: Team) -> None:
    team.publish("dag_x", by=team.colleague)
    team.put_object("dag_x")
    team.reserve("x")
    assert removed(team, f"{team.project}/dags/dag_x.py", by=team.editor) == 0


def test_an_editor_cannot_move_an_object_out_of_the_project(team: Team) -> None:
    operation = new_id()
    team.reserve("x", operation=operation)
    team.put_object("x", operation)
    query = "update storage.objects set name = %s where name = %s"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        team.database.query(
            team.editor, query, [f"{new_id()}/dags/x.py", f"{team.project}/dags/x.py"]
        )


def test_other_buckets_are_not_touched_by_the_policies(team: Team) -> None:
    other = new_id()
    team.database.admin("insert into storage.buckets (id, name) values (%s, %s)", [other, other])
    query = "insert into storage.objects (bucket_id, name) values (%s, %s)"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        team.database.query(team.editor, query, [other, f"{team.project}/dags/x.py"])


def seen(team: Team, key: str, *, by: Caller) -> bool:
    """Return whether the caller sees the object at all."""
    query = "select name from storage.objects where name = %s"
    return bool(team.database.query(by, query, [key]))


def test_a_removed_member_takes_back_their_own_upload_of_a_new_dag_within_the_lease(
    team: Team,
) -> None:
    operation = new_id()
    team.reserve("x", operation=operation)
    key = f"{team.project}/dags/x.py"
    put(team, key, by=team.editor, operation=operation)
    team.remove(team.editor)
    assert team.begin_abort(operation) == "aborting"
    team.expire(operation)
    assert not seen(team, key, by=team.editor)
    assert removed(team, key, by=team.editor) == 0
    team.database.admin(
        "update public.user_dags set lease_until = now() + interval '1 minute' "
        "where operation_id = %s",
        [operation],
    )
    team.database.admin(
        "update storage.objects set user_metadata = %s where name = %s",
        [json.dumps({"dagctl_operation": new_id()}), key],
    )
    assert not seen(team, key, by=team.editor)  # another's upload
    assert removed(team, key, by=team.editor) == 0
    team.database.admin(
        "update storage.objects set user_metadata = %s where name = %s",
        [json.dumps({"dagctl_operation": operation}), key],
    )
    assert seen(team, key, by=team.editor)
    assert removed(team, key, by=team.editor) == 1
    assert team.abort(operation) == "aborted"


def test_a_removed_member_can_take_back_no_dag_that_readers_know(team: Team) -> None:
    (dag,) = team.publish("x")
    operation = new_id()
    team.put_object("x", operation)
    update = {"dag_id": "x", "replaces": dag["id"], "expected_version": 1}
    team.claim(update, operation=operation)
    team.begin_abort(operation)
    team.remove(team.editor)
    assert removed(team, f"{team.project}/dags/x.py", by=team.editor) == 0


def uploaded_update(team: Team, *, by: Caller) -> tuple[str, str]:
    """Let an editor update a DAG as far as the upload; return the key and the operation."""
    (dag,) = team.publish("x")
    key, operation = f"{team.project}/dags/x.py", new_id()
    team.put_object("x")
    claim = {"dag_id": "x", "replaces": dag["id"], "expected_version": 1}
    team.claim(claim, operation=operation, by=by)
    put(team, key, by=by, operation=operation)
    return key, operation


def test_a_removed_member_puts_nothing_back_and_reads_no_later_version(team: Team) -> None:
    key, operation = uploaded_update(team, by=team.editor)
    team.remove(team.editor)
    for end in ("held", "aborting"):
        if end == "aborting":
            team.begin_abort(operation)
        assert not seen(team, key, by=team.editor)
        for mark in ("operation", "restores"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                put(team, key, by=team.editor, operation=operation, mark=mark)
    team.expire(operation)
    assert not seen(team, key, by=team.editor)
    put(team, key, by=team.colleague, operation=operation, mark="restores")  # a member does


def test_a_row_that_claims_anothers_key_opens_it_to_no_one(team: Team) -> None:
    (mine,) = team.publish("mine")
    team.publish("alpha", by=team.colleague)
    key = f"{team.project}/dags/alpha.py"
    team.put_object("alpha")
    team.database.admin(
        "update public.user_dags set storage_path = %s where id = %s", [key, mine["id"]]
    )
    operation = new_id()
    claim = {"dag_id": "mine", "replaces": mine["id"], "expected_version": 1}
    team.claim(claim, operation=operation)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        put(team, key, by=team.editor, operation=operation)
    put(team, f"{team.project}/dags/alpha.py", by=team.colleague, operation=held(team, "alpha"))


def held(team: Team, dag_id: str) -> str:
    """Let a colleague hold a DAG, and return the operation."""
    (dag,) = team.find(dag_id)
    operation = new_id()
    claim = {"dag_id": dag_id, "replaces": dag["id"], "expected_version": dag["version"]}
    team.claim(claim, operation=operation, by=team.colleague)
    return operation


def test_the_object_of_a_dag_whose_file_has_another_name_is_nobodys_to_remove(team: Team) -> None:
    team.database.admin(
        "insert into public.user_dags (project_id, user_id, dag_id, dag_name, file_path) "
        "values (%s, %s, 'weekly', 'Weekly', 'dags/report.py')",
        [team.project, team.owner.user_id],
    )
    team.put_object("report")
    assert removed(team, f"{team.project}/dags/report.py", by=team.editor) == 0
    key = f"{team.project}/dags/report.py"
    put(team, key, by=team.colleague, operation=held(team, "weekly"))


def test_a_removed_member_puts_nothing_back_of_anothers_operation(team: Team) -> None:
    key, operation = uploaded_update(team, by=team.colleague)
    team.remove(team.editor)
    team.begin_abort(operation, by=team.colleague)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        put(team, key, by=team.editor, operation=operation, mark="restores")


def test_a_removed_member_can_upload_nothing_more(team: Team) -> None:
    operation = new_id()
    team.reserve("x", operation=operation)
    team.remove(team.editor)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        put(team, f"{team.project}/dags/x.py", by=team.editor, operation=operation)
