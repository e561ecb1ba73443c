from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.postgres.database import migrated_project, run
from tests.stand_in.tests.cast import Cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.postgres.server import Server
    from tests.stand_in import StandIn

NOTES = Path(__file__).with_name("notes.sql")


@pytest.fixture(scope="session")
def project_template(postgres_cluster: Server) -> str:
    name = migrated_project(postgres_cluster)
    run(postgres_cluster.url_of(name), [NOTES])
    return name


@pytest.fixture
def http(stand_in: StandIn) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stand_in.url, timeout=10) as client:
        yield client


@pytest.fixture
def cast(stand_in: StandIn) -> Cast:
    return Cast(stand_in)
