"""A Supabase project's database for each test: a copy of a template, which takes 40 ms."""

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


@pytest.fixture
def database(server: postgres.Server, template: str) -> Iterator[Database]:
    name = server.create_database(template)
    yield Database(server, name)
    server.drop_database(name)


@pytest.fixture
def team(database: Database) -> Team:
    return Team.gather(database)
