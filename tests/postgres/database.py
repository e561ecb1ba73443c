"""Databases for tests: the bootstrap of a Supabase project, then dagctl's migrations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.postgres.server import Server

ROOT = Path(__file__).parents[2]
BOOTSTRAP = ROOT / "tests" / "database" / "bootstrap.sql"
GENEROUS = ROOT / "tests" / "database" / "generous.sql"
OPEN_BUCKET = ROOT / "tests" / "stand_in" / "open_bucket.sql"
MIGRATIONS = sorted((ROOT / "src" / "dagctl" / "migrations").glob("*.sql"))
MIGRATOR = "postgres"
"""The role that runs migrations in a Supabase project; no superuser."""


def empty_project(server: Server, *, generous: bool = False) -> str:
    """Make the database of a Supabase project without migrations and return its name.

    Args:
        server: Where to make it.
        generous: As before May 2026, when the API's roles were granted all that is new in `public`.
    """
    name = server.create_database()
    run(server.url_of(name), [BOOTSTRAP, *([GENEROUS] if generous else [])])
    return name


def migrated_project(server: Server, *, generous: bool = False) -> str:
    """Make the database of a Supabase project with dagctl's migrations and return its name."""
    name = empty_project(server, generous=generous)
    migrate(server, name)
    return name


def migrate(server: Server, name: str) -> None:
    """Run dagctl's migrations, as the role that runs them in a Supabase project."""
    run(server.url_of(name, user=MIGRATOR), MIGRATIONS)


def run(url: str, files: Iterable[Path]) -> None:
    """Run SQL files, each in one transaction."""
    with psycopg.connect(url, autocommit=True) as connection:
        for file in files:
            connection.execute(file.read_bytes())
