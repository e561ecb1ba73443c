from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.http import retry
from tests.cli.conftest import shell
from tests.session.gate import Gate, opened
from tests.session.people import ADA, PASSWORD, PROJECT, Ada
from tests.stand_in import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Shell
    from tests.postgres.server import Server

__all__ = ["shell"]


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait long between tries in this process."""
    monkeypatch.setattr(retry, "LONGEST_PAUSE", 0.02)


@pytest.fixture
def ada(shell: Shell, stand_in: StandIn) -> Ada:
    """Return an editor of the project, in a workspace, not signed in."""
    user_id = stand_in.add_user(ADA, PASSWORD)
    stand_in.add_member(PROJECT, user_id)
    shell.write(
        "dagctl.toml",
        f'project_id = "{PROJECT}"\n\n[supabase]\nurl = "{stand_in.url}"\n'
        f'publishable_key = "{stand_in.publishable_key}"\n',
    )
    return Ada(shell, stand_in, user_id)


@pytest.fixture
def signed_in(ada: Ada) -> Ada:
    """Return her signed in."""
    ada.login()
    ada.server.requests.clear()
    return ada


@pytest.fixture
def gate(stand_in: StandIn) -> Iterator[Gate]:
    yield from opened(stand_in, stand_in.add_user(ADA, None))


@pytest.fixture
def old_gate(postgres_cluster: Server, project_template: str) -> Iterator[Gate]:
    """Return the gate of a project that signs with a shared secret."""
    name = postgres_cluster.create_database(project_template)
    with StandIn(postgres_cluster.url_of(name), algorithm="HS256") as server:
        yield from opened(server, server.add_user(ADA, None))
    postgres_cluster.drop_database(name)
