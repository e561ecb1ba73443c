"""The table `user_dags`: the guide's columns, what never changes, and tables from before."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.database.teams import Team, new_id
from tests.postgres.database import MIGRATIONS, MIGRATOR, empty_project, migrate
from tests.postgres.requests import SERVICE, Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres.server import Server

GUIDE_TABLE = """
CREATE TABLE user_dags (
    id UUID DEFAULT gen_random_uuid() PRIMARY KEY,
    project_id UUID NOT NULL,
    user_id UUID NOT NULL,
    dag_id TEXT NOT NULL,
    dag_name TEXT NOT NULL,
    description TEXT,
    file_path TEXT NOT NULL,
    schedule_interval TEXT,
    owner TEXT,
    tags TEXT[],
    task_count INTEGER DEFAULT 0,
    is_active BOOLEAN DEFAULT true,
    created_at TIMESTAMPTZ DEFAULT NOW(),
    updated_at TIMESTAMPTZ DEFAULT NOW(),
    commit_id TEXT,
    UNIQUE(project_id, dag_id)
);
"""
"""The table of the DAG creation guide, to the letter."""

COLUMNS = """
    select column_name, data_type, udt_name, is_nullable, column_default
    from information_schema.columns where table_schema = 'public' and table_name = 'user_dags'
    order by ordinal_position
"""
CONSTRAINTS = """
    select conname, pg_get_constraintdef(oid) from pg_constraint
    where conrelid = 'public.user_dags'::regclass and contype in ('p', 'u') order by conname
"""
SCHEMA = """
    select 'column', table_name || '.' || column_name,
      concat(data_type, is_nullable, column_default)
    from information_schema.columns where table_schema in ('public', 'private')
    union all select 'index', indexname, indexdef from pg_indexes
    where schemaname in ('public', 'private')
    union all select 'constraint', conname, pg_get_constraintdef(oid) from pg_constraint
    union all select 'policy', policyname, concat(permissive, roles, cmd, qual, with_check)
    from pg_policies
    union all select 'trigger', tgname, pg_get_triggerdef(oid) from pg_trigger
    where not tgisinternal
    union all select 'function', oid::regprocedure::text, concat(proacl, md5(prosrc)) from pg_proc
    union all select 'table', oid::regclass::text, concat(relacl, relrowsecurity) from pg_class
    where relkind = 'r' and relnamespace::regnamespace::text in ('public', 'private', 'storage')
    order by 1, 2, 3
"""
EARLIER = """
    drop index private.dag_operations_open_idx, private.dag_operations_key_idx;
    alter table private.dag_operations
      drop column key,
      drop constraint dag_operations_status_check,
      add constraint dag_operations_status_check
        check (status in ('reserved', 'confirmed', 'aborted'));
    create index dag_operations_open_idx
      on private.dag_operations (user_id) where status = 'reserved';
    alter table private.dag_reservations
      drop column spec_digest, drop column is_unchanged,
      drop column file_path, drop column commit_id;
    drop function public.reserve(uuid, uuid, jsonb, text);
    create function public.reserve(p_operation uuid, p_project uuid, p_claims jsonb)
      returns json language sql as 'select null::json';
    create function private.reserve(p_operation uuid, p_project uuid, p_claims jsonb)
      returns json language sql as 'select null::json';
    create function private.grant_claim(uuid, uuid, integer, text, uuid, integer, text)
      returns void language sql as '';
    create function private.grant_name(uuid, uuid, text, text)
      returns uuid language sql as 'select null::uuid';
    create function private.reserved_objects() returns setof text language sql as 'select null';
    alter policy dagctl_dags_insert on storage.objects
      with check (name = any (array(select private.reserved_objects())));
"""
"""What tells an earlier version of the operations: no keys, nothing `aborting`."""
GUIDE_ROW = (
    "insert into public.user_dags (project_id, user_id, dag_id, dag_name, file_path) "
    "values (%s, %s, %s, %s, %s)"
)


@pytest.fixture
def empty_database(postgres_cluster: Server) -> Iterator[Database]:
    """A project without migrations."""
    database = Database(postgres_cluster, empty_project(postgres_cluster))
    yield database
    postgres_cluster.drop_database(database.name)


def run_as_migrator(database: Database, statement: str) -> None:
    with database.connect(MIGRATOR) as connection:
        connection.execute(statement.encode())


# --- The guide's table ---


def test_the_table_has_the_guides_columns_and_constraint(
    empty_database: Database, database: Database
) -> None:
    run_as_migrator(empty_database, GUIDE_TABLE)
    guide = empty_database.admin(COLUMNS)
    assert database.admin(COLUMNS)[: len(guide)] == guide
    assert database.admin(CONSTRAINTS) == empty_database.admin(CONSTRAINTS)


def test_a_table_with_rows_keeps_them_as_first_versions(empty_database: Database) -> None:
    run_as_migrator(empty_database, GUIDE_TABLE)
    project, user = new_id(), new_id()
    for dag_id, path in (("etl", "dags/etl.py"), ("Odd id", "/srv/app/dags/odd.py"), ("x", "x.py")):
        empty_database.admin(GUIDE_ROW, [project, user, dag_id, dag_id.title(), path])
    empty_database.admin("update user_dags set is_active = false, created_at = null")
    before = empty_database.admin("select * from user_dags order by dag_id")

    migrate(empty_database.server, empty_database.name)

    after = empty_database.admin("select * from user_dags order by dag_id")
    kept = [column[0] for column in empty_database.admin(COLUMNS)].index("created_at")
    assert [row[:kept] for row in after] == [row[:kept] for row in before]
    added = "version, state, base_name, airflow, spec, spec_digest, operation_id, storage_path"
    assert empty_database.admin(f"select {added} from user_dags order by dag_id") == [
        (1, "active", "Odd id", "2", None, None, None, f"{project}/dags/odd.py"),
        (1, "active", "etl", "2", None, None, None, f"{project}/dags/etl.py"),
        (1, "active", "x", "2", None, None, None, f"{project}/dags/x.py"),
    ]
    assert empty_database.admin("select from user_dags where created_at is null") == []


def test_a_dag_from_before_is_listed_and_its_name_is_taken(empty_database: Database) -> None:
    run_as_migrator(empty_database, GUIDE_TABLE)
    project, user = new_id(), new_id()
    empty_database.admin(GUIDE_ROW, [project, user, "etl", "ETL", "dags/etl.py"])
    migrate(empty_database.server, empty_database.name)
    team = Team.gather(empty_database, project)
    (dag,) = team.find("etl")
    assert (dag["version"], dag["spec"], dag["spec_digest"], dag["tags"]) == (1, {}, "", [])
    assert (dag["description"], dag["owner"], dag["commit_id"]) == ("", "", "")
    assert [one["dag_id"] for one in team.reserve("etl")] == ["etl_2"]
    update = {"dag_id": "etl", "replaces": dag["id"], "expected_version": 1}
    assert team.claim(update)[0]["version"] == 2


def test_a_policy_from_before_does_not_open_the_table(empty_database: Database) -> None:
    run_as_migrator(empty_database, GUIDE_TABLE)
    run_as_migrator(
        empty_database,
        "alter table user_dags enable row level security;"
        "grant all on user_dags to anon, authenticated;"
        "create policy everybody on user_dags using (true) with check (true)",
    )
    migrate(empty_database.server, empty_database.name)
    team = Team.gather(empty_database)
    team.publish("x")
    assert empty_database.query(team.stranger, "select dag_id from user_dags") == []
    for statement in ("delete from user_dags", "update user_dags set dag_name = 'y'"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            empty_database.query(team.owner, statement)


def test_a_writer_that_knows_only_the_guides_columns_goes_on_working(
    database: Database, team: Team
) -> None:
    row = [team.project, team.owner.user_id, "etl", "ETL", "dags/etl.py"]
    database.query(SERVICE, GUIDE_ROW, row)
    (dag,) = team.find("etl")
    assert (dag["base_name"], dag["storage_path"]) == ("etl", f"{team.project}/dags/etl.py")


# --- The migrations ---


def test_running_the_migrations_twice_changes_nothing(empty_database: Database) -> None:
    migrate(empty_database.server, empty_database.name)
    team = Team.gather(empty_database)
    dags = team.publish("x", "y")
    team.reserve("z")
    before = empty_database.admin(SCHEMA)

    migrate(empty_database.server, empty_database.name)

    assert empty_database.admin(SCHEMA) == before
    assert team.find("x", "y", "z") == dags


def test_a_database_of_an_earlier_version_is_brought_forward(
    empty_database: Database, database: Database
) -> None:
    migrate(empty_database.server, empty_database.name)
    team = Team.gather(empty_database)
    dags = team.publish("x")
    team.reserve("held", operation=(operation := new_id()))
    run_as_migrator(empty_database, EARLIER)

    migrate(empty_database.server, empty_database.name)

    assert set(empty_database.admin(SCHEMA)) == set(database.admin(SCHEMA))
    assert team.find("x") == dags
    assert team.begin_abort(operation) == "aborting"
    assert team.abort(operation) == "aborted"
    assert [one["dag_id"] for one in team.claim({"dag_id": "held"}, key="k")] == ["held"]


def test_psql_runs_the_migrations(empty_database: Database, database: Database) -> None:
    psql = shutil.which("psql")
    if psql is None:
        pytest.skip("psql is not installed")
    url = empty_database.server.url_of(empty_database.name, user=MIGRATOR)
    files = [argument for file in MIGRATIONS for argument in ("-f", str(file))]
    done = subprocess.run(
        [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert empty_database.admin(SCHEMA) == database.admin(SCHEMA)


def test_an_installation_decides_membership_by_its_own_function(empty_database: Database) -> None:
    run_as_migrator(
        empty_database,
        "create schema private;"
        "create table public.staff (project uuid, person uuid, rank int);"
        "create function private.member_project_ids(p_roles text[] default null) "
        "returns setof uuid language sql stable security definer set search_path = '' as "
        "'select project from public.staff where person = (select auth.uid()) "
        "and (p_roles is null or rank > 1)'",
    )
    migrate(empty_database.server, empty_database.name)
    team = Team.strangers(empty_database)
    query = "insert into public.staff values (%s, %s, %s)"
    empty_database.admin(query, [team.project, team.editor.user_id, 2])
    empty_database.admin(query, [team.project, team.viewer.user_id, 1])
    team.publish("x")
    assert [dag["dag_id"] for dag in team.find("x", by=team.viewer)] == ["x"]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        team.reserve("y", by=team.viewer)
    assert empty_database.admin("select to_regclass('public.project_members')") == [(None,)]


# --- What never changes, and what changes by itself ---


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "gen_random_uuid()"),
        ("project_id", "gen_random_uuid()"),
        ("user_id", "gen_random_uuid()"),
        ("dag_id", "'y'"),
        ("base_name", "'y'"),
        ("created_at", "now() + interval '1 hour'"),
    ],
)
def test_the_identity_of_a_dag_never_changes(
    database: Database, team: Team, column: str, value: str
) -> None:
    (dag,) = team.publish("x")
    with pytest.raises(psycopg.errors.CheckViolation):
        database.query(
            SERVICE, f"update user_dags set {column} = {value} where id = %s", [dag["id"]]
        )
    assert team.find("x") == [dag]


def test_updated_at_follows_what_readers_see(database: Database, team: Team) -> None:
    (dag,) = team.publish("x")
    change = "update user_dags set description = %s, updated_at = '2000-01-01' where id = %s"
    database.query(SERVICE, change, ["new", dag["id"]])
    assert team.find("x")[0]["updated_at"] > dag["updated_at"]


def test_updated_at_does_not_move_with_a_hold(team: Team) -> None:
    (dag,) = team.publish("x")
    operation = new_id()
    update = {"dag_id": "x", "replaces": dag["id"], "expected_version": 1}
    team.claim(update, operation=operation)
    assert team.find("x") == [dag]
    team.abort(operation)
    assert team.find("x") == [dag]


@pytest.mark.parametrize(
    "change",
    [
        "dag_id = 'a b'", "task_count = -1", "version = 0", "airflow = '4'", "state = 'gone'",
        "state = 'reserved'", "spec_digest = 'x'", "content_digest = ''", "lease_until = now()",
        "storage_path = 'x/dags/x.py'",
    ],
)  # fmt: skip
def test_a_row_that_makes_no_sense_is_refused(database: Database, team: Team, change: str) -> None:
    (dag,) = team.publish("x")
    with pytest.raises(psycopg.errors.CheckViolation):
        database.admin(f"update public.user_dags set {change} where id = %s", [dag["id"]])


def test_a_duplicate_name_names_the_constraint(database: Database, team: Team) -> None:
    row = [team.project, team.owner.user_id, "x", "X", "dags/x.py"]
    database.query(SERVICE, GUIDE_ROW, row)
    with pytest.raises(psycopg.errors.UniqueViolation) as caught:
        database.query(SERVICE, GUIDE_ROW, row)
    assert caught.value.sqlstate == "23505"
    assert caught.value.diag.constraint_name == "user_dags_project_id_dag_id_key"


def test_under_row_level_security_a_duplicate_hides_its_values(
    own_database: Database,
) -> None:
    """What the API's server sees of 23505: no details, so only the constraint's name tells."""
    team = Team.gather(own_database)
    own_database.admin(
        "grant insert on public.user_dags to authenticated;"
        "create policy writers on public.user_dags for insert to authenticated with check (true)",
    )
    row = [team.project, team.owner.user_id, "x", "X", "dags/x.py"]
    own_database.query(team.owner, GUIDE_ROW, row)
    with pytest.raises(psycopg.errors.UniqueViolation) as caught:
        own_database.query(team.owner, GUIDE_ROW, row)
    assert caught.value.diag.message_detail is None
    assert "user_dags_project_id_dag_id_key" in str(caught.value)
