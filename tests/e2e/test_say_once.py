"""Defaults and environments through create, unchanged, a clone and a rollback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl import Client

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dagctl.spec.inputs import Input
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


def test_the_resolved_spec_names_the_source_of_each_value_in_the_environment_that_made_it(
    specs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(specs.parent)
    spec = str(specs / "report.yaml")
    with Client.open(specs, env="prod") as client:
        client.create(spec)
    with Client.open(specs) as client:
        lines = client.resolved_spec(client.get("report")).splitlines()
        assert "owner: ann  # specs/defaults.yaml:1" in lines
        assert "  pool: p  # specs/defaults.yaml:2" in lines
        said = [line for line in lines if "bash_command" in line]
        assert said[0].startswith(
            "  bash_command: load prod $HOME {{ ds }}  # line 3, `vars.stage`"
        )
        assert "dag_id: report" in lines
        (specs / "defaults.yaml").write_text("owner: bob\n")
        first, *others = client.resolved_spec(client.get("report")).splitlines()
        assert first == (
            '# "specs/report.yaml" is gone or makes another spec now: no sources are named'
        )
        assert "owner: ann" in others


def test_what_a_dag_was_made_of_is_recorded_and_what_has_changed_of_it_is_named(
    specs: Path, tmp_path: Path
) -> None:
    root = specs.parent
    (root / "sql").mkdir()
    (root / "sql" / "q.sql").write_text("echo 1")
    (specs / "q.yaml").write_text(
        "dag_name: Q\ntasks: [{task_id: a, bash_command: {$file: sql/q.sql}}]\n"
    )
    (specs / "clean.yaml").write_text("use: cleanup@1\nwith: {name: Clean, folder: /data/x}\n")
    paths = [str(specs / name) for name in ("report.yaml", "q.yaml", "clean.yaml")]
    with Client.open(root, env="prod") as client:
        client.create(paths)
        made = {dag: named(client.get(dag).inputs) for dag in ("report", "q", "clean")}
    folder = "defaults specs/defaults.yaml"
    assert made["report"] == [folder, "variable stage"]
    assert made["q"] == [folder, "file sql/q.sql"]
    assert made["clean"] == [folder, "template cleanup@1"]
    with Client.open(root) as client:  # no environment is chosen: the one that made it counts
        assert outdated(client) == {}
        (specs / "defaults.yaml").write_text("# a comment\nowner: ann\n" + DEFAULTS)
        assert outdated(client) == {}
        assert client.sources(client.get("q")).makes == "same"
        (root / "sql" / "q.sql").unlink()
        config = root / "dagctl.toml"
        config.write_text(config.read_text().replace('"prod"', '"live"'))
        assert outdated(client) == {
            "q": ("nothing", ["specs/defaults.yaml changed", "sql/q.sql gone"]),
            "report": ("other", ["specs/defaults.yaml changed", "stage changed"]),
        }
        problem = client.sources(client.get("q")).problem
        assert problem is not None
        assert problem.startswith("specs/q.yaml:2: ")
        client.remove(["clean"])
        client.restore(["clean"])
        assert named(client.get("clean").inputs) == made["clean"]
        assert "$inputs" not in client.get("clean").spec
        archive = client.export(tmp_path / "all.zip")
        assert archive.dags
        client.remove(["report"])
        client.purge(["report"])
        client.import_archive(tmp_path / "all.zip", if_exists="skip")
        assert named(client.get("report").inputs) == made["report"]


def named(inputs: Sequence[Input]) -> list[str]:
    return [f"{each.kind} {each.name}" for each in inputs]


def outdated(client: Client) -> dict[str, tuple[str, list[str]]]:
    records = list(client.list())
    return {
        sources.record.dag_id: (
            sources.makes,
            [f"{each.input.name} {each.state}" for each in sources.changed],
        )
        for sources in client.outdated(records)
    }


DEFAULTS = "task_defaults: {bash: {pool: p}}\n"
