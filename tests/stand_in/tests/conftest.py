from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.postgres.database import OPEN_BUCKET, migrated_project, run
from tests.stand_in.tests.cast import Cast, LiveCast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.live.project import LiveProject
    from tests.postgres.server import Server

NOTES = Path(__file__).with_name("notes.sql")


@pytest.fixture(scope="session")
def project_template(postgres_cluster: Server) -> str:
    name = migrated_project(postgres_cluster)
    run(postgres_cluster.url_of(name), [NOTES, OPEN_BUCKET])
    return name


@pytest.fixture
def http(request: pytest.FixtureRequest, live: LiveProject | None) -> Iterator[httpx.Client]:
    url = request.getfixturevalue("stand_in").url if live is None else live.endpoint.url
    with httpx.Client(base_url=url, timeout=10) as client:
        yield client


@pytest.fixture
def cast(request: pytest.FixtureRequest, live: LiveProject | None) -> Cast | LiveCast:
    return Cast(request.getfixturevalue("stand_in")) if live is None else LiveCast(live)
