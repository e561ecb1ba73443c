"""The Supabase project that a page asks for, in its first lines, by a comment."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.postgres.database import MIGRATOR, empty_project, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres.server import Server
    from tests.stand_in import StandIn

WITH_PROJECT = re.compile(r"^<!-- with: (an empty|a) Supabase project -->$", re.MULTILINE)
ANA, CI = ("ana@example.com", "correct horse"), ("ci@example.com", "battery staple")


@pytest.fixture
def variables(document: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    """What the page's commands find in their environment, besides the usual."""
    wanted = WITH_PROJECT.search(document.read_text("utf-8"))
    if wanted is None:
        return {}
    name: str = request.getfixturevalue("project_database")
    if wanted[1] == "a":
        migrate(request.getfixturevalue("postgres_cluster"), name)
    stand_in: StandIn = request.getfixturevalue("stand_in_server")
    for user in (ANA, CI):
        stand_in.add_user(*user)
    cluster: Server = request.getfixturevalue("postgres_cluster")
    return {
        "SUPABASE_URL": stand_in.url,
        "SUPABASE_KEY": stand_in.publishable_key,
        "DATABASE_URL": cluster.url_of(name, user=MIGRATOR),
        "ANA_PASSWORD": ANA[1],
        "CI_PASSWORD": CI[1],
        "PATH": f"{os.environ['PATH']}{os.pathsep}{cluster.binaries}",  # psql
    }


@pytest.fixture
def project_database(stand_in_server: StandIn, postgres_cluster: Server) -> Iterator[str]:
    """Name the database of an empty project, which the stand-in serves."""
    name = empty_project(postgres_cluster)
    stand_in_server.use(postgres_cluster.url_of(name))
    yield name
    stand_in_server.use(postgres_cluster.url)
    postgres_cluster.drop_database(name)
