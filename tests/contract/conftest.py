"""A Supabase project in which Ada is an editor, and her connection to it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.supabase.supabase_client import DataClient
from dagctl.endpoint import Endpoint
from dagctl.session.static_token import GivenToken
from tests.contract.people import ADA, ADA_MAIL, PROJECT
from tests.postgres.database import OPEN_BUCKET, migrated_project, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.live.project import LiveProject
    from tests.postgres.server import Server
    from tests.stand_in import StandIn


@pytest.fixture(scope="session")
def project_template(postgres_cluster: Server) -> str:
    """A project in which the store may be tried without an operation."""
    name = migrated_project(postgres_cluster)
    run(postgres_cluster.url_of(name), [OPEN_BUCKET])
    return name


@pytest.fixture
def ada(live: LiveProject | None) -> str:
    """Ada's user id; a real project has drawn its own."""
    return ADA if live is None else live.editor.id


@pytest.fixture
def ada_mail(live: LiveProject | None) -> str:
    """Ada's address; in a real project the editor's stands for it."""
    return ADA_MAIL if live is None else live.editor.email


@pytest.fixture
def remote(request: pytest.FixtureRequest, live: LiveProject | None) -> Iterator[DataClient]:
    if live is None:
        endpoint, token = _on_stand_in(request.getfixturevalue("stand_in"))
    else:
        live.begin(live.editor, PROJECT)
        endpoint, token = live.endpoint, live.editor.token
    opened = DataClient(endpoint, GivenToken(endpoint.url, token, time.time))
    yield opened
    opened.close()


def _on_stand_in(stand_in: StandIn) -> tuple[Endpoint, str]:
    drawn = stand_in.add_user("ada@example.com", "correct horse battery staple")
    stand_in.sql("update auth.users set id = %s where id = %s", ADA, drawn)
    stand_in.add_member(PROJECT, ADA)
    return Endpoint(stand_in.url, stand_in.publishable_key), stand_in.token(ADA)
