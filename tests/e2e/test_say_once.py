"""Defaults and environments through create, unchanged, a clone and a rollback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl import Client

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Place

SPEC = """dag_name: Report
dag_id: report
tasks: [{task_id: a, bash_command: "load ${{ vars.stage }} $HOME {{ ds }}"}]
"""


@pytest.fixture
def specs(place: Place) -> Path:
    workspace = place.root
    config = workspace / "dagctl.toml"
    config.write_text(config.read_text() + '\n[env.dev.vars]\nstage = "dev"\n')
    with config.open("a") as file:
        file.write('[env.prod.vars]\nstage = "prod"\n')
    folder = workspace / "specs"
    folder.mkdir()
    (folder / "report.yaml").write_text(SPEC)
    (folder / "defaults.yaml").write_text("owner: ann\ntask_defaults: {bash: {pool: p}}\n")
    return folder


def test_a_changed_default_is_an_update_and_the_text_is_what_its_author_wrote(
    specs: Path,
) -> None:
    spec = str(specs / "report.yaml")
    with Client.open(specs, env="prod") as client:
        assert client.create(spec).dags[0].state == "created"
        assert client.create(spec).dags[0].state == "unchanged"
        version = client.version("report", 1)
        assert version.spec_text == SPEC
        assert version.spec["tasks"][0]["bash_command"] == "load prod $HOME {{ ds }}"
        (specs / "defaults.yaml").write_text("# other words\nowner: ann\n" + DEFAULTS)
        assert client.create(spec).dags[0].state == "unchanged"
        (specs / "defaults.yaml").write_text("owner: bob\n" + DEFAULTS)
        planned = client.plan(spec).dags[0]
        assert [(each.path, each.before, each.after) for each in planned.changes] == [
            (("owner",), "ann", "bob")
        ]
        assert client.create(spec).dags[0].version == 2
        outcome = client.rollback("report")
        assert client.get("report").spec["owner"] == "ann"
        assert any("defaults" in warning for warning in outcome.warnings)
        assert (specs / "report.yaml").read_text() == SPEC
        assert client.rewrite(spec).changed


def test_what_was_made_in_an_environment_is_known_again_without_it(specs: Path) -> None:
    with Client.open(specs, env="prod") as client:
        client.create(str(specs / "report.yaml"))
    (specs.parent / ".git" / "dagctl").rename(specs.parent / ".git" / "gone")
    with Client.open(specs) as client:
        assert client.get("report").spec["tasks"][0]["bash_command"].startswith("load prod")


DEFAULTS = "task_defaults: {bash: {pool: p}}\n"
