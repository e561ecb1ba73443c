"""The database of a Supabase project with dagctl's migrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.database.teams import Team
from tests.postgres.requests import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres.server import Server


@pytest.fixture(scope="session")
def database(postgres_cluster: Server, project_template: str) -> Database:
    """One for all tests: each has a project of its own, and projects do not see each other."""
    return Database(postgres_cluster, postgres_cluster.create_database(project_template))


@pytest.fixture
def own_database(postgres_cluster: Server, project_template: str) -> Iterator[Database]:
    """One for a test that changes more than rows of its project."""
    name = postgres_cluster.create_database(project_template)
    yield Database(postgres_cluster, name)
    postgres_cluster.drop_database(name)


@pytest.fixture
def team(database: Database) -> Team:
    return Team.gather(database)
