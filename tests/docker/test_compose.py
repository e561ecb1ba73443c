"""The compose file and the image agree, and what is asked for is what a server needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.server.server_options import ServerOptions

if TYPE_CHECKING:
    from tests.docker.conftest import Dockerfile

OPTIONS = ServerOptions(root=Path())


@pytest.fixture
def service(compose: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = compose["services"]["dagctl"]
    return found


def test_the_image_is_built_from_the_dockerfile_that_is_there(service: dict[str, Any]) -> None:
    here = Path(__file__).resolve().parents[2] / "docker"
    context = (here / service["build"]["context"]).resolve()
    assert (context / service["build"]["dockerfile"]) == here / "Dockerfile"


@pytest.mark.parametrize("name", ["DAGCTL_SUPABASE_URL", "DAGCTL_SUPABASE_KEY"])
def test_a_setting_that_is_missing_is_named(service: dict[str, Any], name: str) -> None:
    assert re.fullmatch(rf"\$\{{{name}:\?set it to [^}}]+\}}", service["environment"][name])


def test_requests_get_their_time_at_shutdown(service: dict[str, Any]) -> None:
    assert int(service["stop_grace_period"].removesuffix("s")) > OPTIONS.grace


def test_the_port_is_for_this_machine_only(service: dict[str, Any], dockerfile: Dockerfile) -> None:
    assert service["ports"] == [f"127.0.0.1:{OPTIONS.port}:{OPTIONS.port}"]
    assert dockerfile.all("EXPOSE") == [str(OPTIONS.port)]


def test_only_the_repositories_can_be_written(
    compose: dict[str, Any], service: dict[str, Any], dockerfile: Dockerfile
) -> None:
    assert service["read_only"] is True
    ((name, _, folder),) = (volume.partition(":") for volume in service["volumes"])
    assert name in compose["volumes"]
    assert dockerfile.all("VOLUME") == [folder]
    command = dockerfile.command("CMD")
    assert command[command.index("--root") + 1] == folder


def test_the_image_knows_no_secret_and_no_root(dockerfile: Dockerfile) -> None:
    assert dockerfile.all("ARG") == []
    assert [one.partition("=")[0] for one in dockerfile.all("ENV")] == ["PATH"]
    assert int(dockerfile.all("USER")[-1]) > 0


def test_the_base_has_a_major_version(dockerfile: Dockerfile) -> None:
    assert {one.split()[0] for one in dockerfile.all("FROM")} == {"python:3.12-slim"}
