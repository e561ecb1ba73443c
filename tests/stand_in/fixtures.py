"""Fixtures: one cluster and one server for the test session, a fresh project for each test.

`tests/conftest.py` imports them, and it alone: each import by another would start a cluster more. A
folder that defines `project_template` again adds tables of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.postgres import server as postgres
from tests.postgres.database import migrated_project
from tests.stand_in.stand_in import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres.server import Server

__all__ = ["postgres_cluster", "project_template", "stand_in", "stand_in_server"]


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Server]:
    """The one server of all tests that need PostgreSQL."""
    try:
        cluster = postgres.start()
    except postgres.NoPostgresError as error:
        pytest.skip(str(error))
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def project_template(postgres_cluster: Server) -> str:
    """Name the database that each test gets a copy of; a folder's conftest may override this."""
    return migrated_project(postgres_cluster)


@pytest.fixture(scope="session")
def stand_in_server(postgres_cluster: Server) -> Iterator[StandIn]:
    with StandIn(postgres_cluster.url) as server:
        yield server


@pytest.fixture
def stand_in(
    stand_in_server: StandIn, postgres_cluster: Server, project_template: str
) -> Iterator[StandIn]:
    """The running server with a fresh project, at the same URL with the same keys."""
    name = postgres_cluster.create_database(project_template)
    stand_in_server.use(postgres_cluster.url_of(name))
    yield stand_in_server
    stand_in_server.use(postgres_cluster.url)
    postgres_cluster.drop_database(name)
