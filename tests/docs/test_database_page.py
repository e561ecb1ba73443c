"""The page about the database names exactly what the migrations make."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import quoted, table
from tests.postgres.requests import Database

if TYPE_CHECKING:
    from tests.postgres.server import Server

PAGE = "database.md"


@pytest.fixture(scope="module")
def database(postgres_cluster: Server, project_template: str) -> Database:
    return Database(postgres_cluster, postgres_cluster.create_database(project_template))


def column(database: Database, query: str) -> set[str]:
    return {row[0] for row in database.admin(query)}


def test_every_column_is_explained_with_its_type(database: Database) -> None:
    rows = database.admin(
        "select attname, replace(format_type(atttypid, null), 'timestamp with time zone', "
        "'timestamptz') from pg_attribute where attrelid = 'public.user_dags'::regclass "
        "and attnum > 0 and not attisdropped order by attnum"
    )
    shown = table(PAGE, "## `public.user_dags`")
    assert [(row[0].strip("`"), row[1]) for row in shown] == rows


def test_every_function_of_the_api_is_explained(database: Database) -> None:
    made = column(
        database,
        "select proname from pg_proc p where pronamespace = 'public'::regnamespace and not exists "
        "(select from pg_depend where objid = p.oid and deptype = 'e')",
    )
    assert set(quoted(table(PAGE, "## Functions"))) == made


def test_every_kind_of_refusal_is_explained(database: Database) -> None:
    bodies = " ".join(
        column(database, "select prosrc from pg_proc where prosrc like '%%refuse(%%'")
    )
    raised = re.findall(r"refuse\(\s*'(\w{5})', '(\w+)'", bodies)
    shown = table(PAGE, "A refusal carries its kind in `details`:")
    explained = {(row[0].strip("`"), kind) for row in shown for kind in quoted([row], 2)}
    assert explained == set(raised)


def test_every_policy_is_explained(database: Database) -> None:
    made = database.admin(
        "select schemaname || '.' || tablename, policyname, lower(cmd) from pg_policies"
    )
    shown = table(PAGE, "## Row level security")
    assert {tuple(cell.strip("`") for cell in row[:3]) for row in shown} == set(made)
