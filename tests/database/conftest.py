"""A throw-away server, and the database of a Supabase project with dagctl's migrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.database.teams import Team
from tests.postgres import server as postgres
from tests.postgres.database import migrated_project
from tests.postgres.requests import Database

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    try:
        server = postgres.start()
    except postgres.NoPostgresError as error:
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def template(server: postgres.Server) -> str:
    return migrated_project(server)


@pytest.fixture(scope="session")
def database(server: postgres.Server, template: str) -> Database:
    """One for all tests: each has a project of its own, and projects do not see each other."""
    return Database(server, server.create_database(template))


@pytest.fixture
def own_database(server: postgres.Server, template: str) -> Iterator[Database]:
    """One for a test that changes more than rows of its project."""
    name = server.create_database(template)
    yield Database(server, name)
    server.drop_database(name)


@pytest.fixture
def team(database: Database) -> Team:
    return Team.gather(database)
