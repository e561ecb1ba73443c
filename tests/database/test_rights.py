"""Every role may do exactly what the tables of `rights` say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.database.rights import ATTACK_CASES, FUNCTION_CASES, ROLES, TABLE_CASES
from tests.database.world import ATTACKS, CALLS, STATEMENTS, World
from tests.postgres.database import migrated_project
from tests.postgres.requests import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from tests.postgres.server import Server

pytestmark = pytest.mark.xdist_group("rights")  # what they share is made once, by one worker

TABLES = """
    select relnamespace::regnamespace || '.' || relname from pg_class
    where relnamespace in ('public'::regnamespace, 'private'::regnamespace)
      and relkind in ('r', 'p', 'v', 'm', 'f')
"""
FUNCTIONS = """
    select pronamespace::regnamespace || '.' || proname from pg_proc
    where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
"""
GENERIC_CALL = """
    select concat('select ', oid::regproc, '(', (
        select string_agg('null::' || type::regtype, ', ') from unnest(proargtypes) as type
    ), ')') from pg_proc where oid = %s::regproc
"""


@pytest.fixture(scope="module", params=[False, True], ids=["closed", "generous"])
def world(request: pytest.FixtureRequest, postgres_cluster: Server) -> Iterator[World]:
    """A project in which what is new is closed to the API's roles, or open, as until 2026."""
    name = migrated_project(postgres_cluster, generous=request.param)
    world = World.build(Database(postgres_cluster, name))
    yield world
    world.connection.close()
    postgres_cluster.drop_database(name)


@pytest.mark.parametrize("case", TABLE_CASES, ids=" ".join)
def test_a_role_may_do_to_rows_what_the_table_says(world: World, case: tuple[str, ...]) -> None:
    table, command, whose = case
    statement = STATEMENTS[table][command]
    outcomes = {role: world.outcome(role, statement, whose) for role in ROLES}
    assert outcomes == dict(zip(ROLES, TABLE_CASES[case], strict=True))


@pytest.mark.parametrize("case", FUNCTION_CASES, ids=" ".join)
def test_a_role_may_call_what_the_table_says(world: World, case: tuple[str, ...]) -> None:
    function, whose = case
    call = CALLS.get(function) or world.team.database.admin(GENERIC_CALL, [function])[0][0]
    outcomes = {role: world.outcome(role, call, whose) for role in ROLES}
    assert outcomes == dict(zip(ROLES, FUNCTION_CASES[case], strict=True))


@pytest.fixture(scope="module")
def attacked(world: World) -> Iterator[World]:
    """Another pair of teams, in the middle of everything that an attack needs."""
    attacked = World.build(world.team.database)
    attacked.prepare_attacks()
    yield attacked
    attacked.connection.close()


@pytest.mark.parametrize("case", ATTACK_CASES)
def test_an_attack_comes_to_what_the_table_says(attacked: World, case: str) -> None:
    outcomes = {role: attacked.outcome(role, ATTACKS[case], "own") for role in ROLES}
    assert outcomes == dict(zip(ROLES, ATTACK_CASES[case], strict=True))


def test_every_table_and_function_has_its_cells(own_database: Database) -> None:
    with own_database.connect("supabase_admin") as connection:
        assert without_cells(connection) == set()


def test_a_new_table_or_function_without_cells_is_found(own_database: Database) -> None:
    with own_database.connect("supabase_admin") as connection:
        connection.execute("create table public.extra ()")
        connection.execute("create function private.extra() returns int return 1")
        assert without_cells(connection) == {"table public.extra", "function private.extra"}


def test_no_cell_speaks_of_what_is_gone(database: Database) -> None:
    tables = {table for (table,) in database.admin(TABLES)} | {"storage.objects"}
    functions = {function for (function,) in database.admin(FUNCTIONS)}
    assert {case[0] for case in TABLE_CASES} == tables
    assert {case[0] for case in FUNCTION_CASES} == functions


def without_cells(connection: psycopg.Connection) -> set[str]:
    """Return the tables and functions that lack a line of cells."""
    commands = [(c, w) for c in ("select", "insert", "update", "delete") for w in ("own", "other")]
    tables = {
        f"table {table}"
        for (table,) in connection.execute(TABLES)
        if any((table, *command) not in TABLE_CASES for command in commands)
    }
    covered = {case[0] for case in FUNCTION_CASES}
    functions = {f"function {f}" for (f,) in connection.execute(FUNCTIONS) if f not in covered}
    return tables | functions
