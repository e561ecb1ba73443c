"""`history` and `show --version`: every version stays, with who, when and what changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from dagctl import Client
from dagctl.errors import ExitCode
from tests.lifecycle.conftest import LOAD, SPEC, write

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_history_says_what_each_version_changed(user: Shell) -> None:
    lines = user.ok("history", "orders").out.splitlines()
    heads = [line.split()[:2] for line in lines if line.startswith("v")]
    assert heads == [["v3", "update"], ["v2", "update"], ["v1", "create"]]
    assert "  ~ schedule_interval  @daily -> 0 2 * * *  (at 02:00)" in lines
    assert "  + task load          after extract" in lines
    assert (
        f"by {'ada@example.com' if 'ada' in lines[0] else 'Ana Lima <ana@example.com>'}" in lines[0]
    )
    newest = user.json("history", "orders")["versions"][0]
    assert (newest["version"], newest["action"], newest["source"]) == (
        3,
        "update",
        "specs/orders.yaml",
    )
    assert newest["commit_id"] == user.git("rev-parse", "HEAD")
    assert [change["path"] for change in newest["changes"]] == [["schedule_interval"]]


@pytest.mark.parametrize("empty", ["local"], indirect=True)
def test_what_git_has_reverted_is_neither_shown_nor_exported(user: Shell) -> None:
    user.git("revert", "--no-edit", "HEAD")
    user.git("checkout", "-q", "-b", "other")
    assert [one["version"] for one in user.json("history", "orders")["versions"]] == [2, 1]
    diff = user.json("diff", "orders")
    assert (diff["before"]["version"], diff["after"]["version"]) == (1, 2)
    user.ok("export", "-o", "dags.zip")
    with ZipFile(user.folder / "dags.zip") as archive:
        (dag,) = json.loads(archive.read("manifest.json"))["dags"]
        assert (dag["version"], dag["versions"]) == (2, 2)
        assert b'schedule="0 2 * * *"' in archive.read("dags/orders.py")
    user.ok("create", write(user, "0 4 * * *", LOAD))
    assert user.json("show", "orders", "--version", "3")["version"]["schedule_interval"][2] == "4"
    user.git("checkout", "-q", "HEAD~2")  # the third version of before, on a branch of its own
    third = user.json("show", "orders", "--version", "3")["version"]
    assert (third["schedule_interval"], user.json("diff", "orders")["after"]["version"]) == (
        "0 3 * * *",
        3,
    )


def test_history_is_paged_without_gaps(user: Shell) -> None:
    page = user.json("history", "orders", "--limit", "2")
    assert [one["version"] for one in page["versions"]] == [3, 2]
    rest = user.json("history", "orders", "--limit", "2", "--before", str(page["next"]))
    assert ([one["version"] for one in rest["versions"]], rest["next"]) == ([1], None)
    assert rest["versions"][0]["changes"] is None
    assert "--before 2" in user.ok("history", "orders", "--limit", "2").err


def test_an_older_version_is_shown_whole(user: Shell) -> None:
    shown = user.ok("show", "orders", "--version", "1").out
    assert shown.startswith("orders  v1  create\n")
    assert "@daily: at 00:00" in shown
    assert user.ok("show", "orders", "--version", "1", "--spec").out == SPEC.format(
        name="Orders", schedule="@daily"
    )
    version = user.json("show", "orders", "--version", "1")["version"]
    assert (version["schedule_interval"], version["version"]) == ("@daily", 1)
    assert version["spec_text"].startswith("# what the author thinks\n")
    assert "extract" in user.ok("show", "orders", "--version", "1", "-o", "mermaid").out


def test_the_file_of_an_older_version_is_what_was_committed(user: Shell) -> None:
    for version in ("1", "2", "3"):
        commit = user.json("show", "orders", "--version", version)["version"]["commit_id"]
        source = user.ok("show", "orders", "--version", version, "--source").out
        assert source.strip() == user.git("show", f"{commit}:dags/orders.py")


def test_a_file_that_is_made_otherwise_by_now_comes_from_its_commit(
    user: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dagctl.commands.version_source._made_again", lambda _: b"other")
    assert "# Version: 1" in user.ok("show", "orders", "--version", "1", "--source").out
    monkeypatch.setattr("dagctl.commands.version_source._committed", lambda *_: None)
    done = user.run("show", "orders", "--version", "1", "--source")
    assert done.code == ExitCode.NOT_FOUND
    assert "which is not here" in done.err


def test_what_there_is_not_is_said(user: Shell) -> None:
    for arguments, words in (
        (("history", "nope"), "no DAG `nope`"),
        (("show", "nope", "--version", "1"), "no DAG `nope`"),
        (("show", "orders", "--version", "9"), "no version 9; the newest is 3"),
    ):
        done = user.run(*arguments)
        assert (done.code, words in done.err) == (ExitCode.NOT_FOUND, True), done.err


def test_a_spec_without_a_text_has_versions_too(
    user: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in user.environ.items():
        monkeypatch.setenv(name, value)
    task = {"task_id": "a", "task_type": "bash", "bash_command": "echo 1"}
    with Client.open(user.folder) as client:
        client.create({"dag_name": "Of data", "tasks": [task]})
        (entry,) = client.history("of_data").entries
        assert client.version("of_data", 1).spec_text is None
    assert entry.version.spec["dag_name"] == "Of data"
    assert "dag_name: Of data" in user.ok("show", "of_data", "--version", "1", "--spec").out
