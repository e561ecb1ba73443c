"""Servers over the stand-in and over the local backend, and the people who call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.server.served import (
    PROJECT,
    Person,
    Served,
    World,
    check_announced,
    environment,
    opened,
    person,
)
from tests.stand_in import StandIn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres.server import Server

APP = "https://app.example.com"
"""The origin whose pages may call the shared server."""
BODY_LIMIT = 50_000
QUEUE = 3
SECONDS = 3
"""What the impatient server gives a request."""


@pytest.fixture
def options() -> tuple[str, ...]:
    """What the server is started with, besides the usual; a test parametrizes it."""
    return ()


@pytest.fixture
def served(stand_in: StandIn, tmp_path: Path, options: tuple[str, ...]) -> Iterator[Served]:
    """A server over a fresh Supabase project."""
    root = tmp_path / "repositories"
    home = tmp_path / "home"
    root.mkdir()
    home.mkdir()
    environ = environment(
        home,
        DAGCTL_SUPABASE_URL=stand_in.url,
        DAGCTL_SUPABASE_KEY=stand_in.publishable_key,
    )
    with Served(root, environ, options) as server:
        yield server


@pytest.fixture
def local(tmp_path: Path, options: tuple[str, ...]) -> Iterator[Served]:
    """A server over the local backend."""
    root = tmp_path / "repositories"
    home = tmp_path / "home"
    home.mkdir()
    wanted = ("--local-user", "ana@example.com", *options)
    with Served(root, environment(home), wanted) as server:
        yield server


@pytest.fixture
def ada(served: Served, stand_in: StandIn) -> Person:
    """An editor of the project."""
    return person(served, stand_in, "ada", PROJECT)


@pytest.fixture
def vera(served: Served, stand_in: StandIn) -> Person:
    """A viewer of the project."""
    return person(served, stand_in, "vera", PROJECT, role="viewer")


@pytest.fixture
def stranger(served: Served, stand_in: StandIn) -> Person:
    """A user of the same Supabase project who is not a member of anything."""
    return person(served, stand_in, "mallory")


@pytest.fixture
def nobody(served: Served) -> Person:
    """Somebody without a token."""
    return Person(served)


@pytest.fixture(scope="session")
def shared_world(
    postgres_cluster: Server, project_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One server for all tests that leave each other alone: each has projects of its own."""
    options = ("--cors-origin", APP, "--body-limit", str(BODY_LIMIT), "--queue", str(QUEUE))
    name = postgres_cluster.create_database(project_template)
    with StandIn(postgres_cluster.url_of(name)) as stand_in:
        for world in opened(stand_in, tmp_path_factory.mktemp("world"), options):
            yield world
            check_announced(world.served)
    postgres_cluster.drop_database(name)


@pytest.fixture(scope="session")
def impatient_world(
    postgres_cluster: Server, project_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One server that answers within seconds, whatever it waits for."""
    options = ("--request-timeout", str(SECONDS))
    name = postgres_cluster.create_database(project_template)
    with StandIn(postgres_cluster.url_of(name)) as stand_in:
        yield from opened(stand_in, tmp_path_factory.mktemp("impatient"), options)
    postgres_cluster.drop_database(name)


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    """The shared server, with nothing that goes wrong."""
    yield shared_world
    shared_world.stand_in.faults.clear()


@pytest.fixture
def impatient(impatient_world: World) -> Iterator[World]:
    """The impatient server, with nothing that goes wrong."""
    yield impatient_world
    impatient_world.stand_in.faults.clear()
