"""`diff`: what two versions differ in, in words, in Airflow and as text."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

import pytest

from dagctl import Client
from dagctl.errors import ExitCode
from tests.lifecycle.conftest import LOAD, SPEC, write

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

ON_ONE = pytest.mark.parametrize("empty", ["local"], indirect=True)
"""What does not depend on the backend."""


def test_two_versions_are_compared_in_words_in_airflow_and_as_text(user: Shell) -> None:
    lines = user.ok("diff", "orders", "1").out.splitlines()
    assert lines[0] == "orders  v1 (create) -> v3 (update)"
    assert lines[1] == "  ~ schedule_interval  @daily -> 0 3 * * *  (at 03:00)"
    assert lines[2] == "  + task load          after extract"
    assert lines[3:5] == [
        "in Airflow:",
        "  `load` is a new task: runs that have ended do not have it, unless it is cleared",
    ]
    assert lines[5].startswith("  the next run starts at ")
    assert lines[6:8] == [
        "--- specs/orders.yaml (version 1)",
        "+++ specs/orders.yaml (version 3)",
    ]
    assert (
        ' # what the author thinks\n dag_name: Orders\n-schedule_interval: "@daily"'
        in "\n".join(lines)
    )
    assert user.ok("diff", "orders").out.startswith("orders  v2 (update) -> v3 (update)\n")
    back = user.json("diff", "orders", "3", "2")
    assert (back["before"]["version"], back["after"]["version"]) == (3, 2)
    assert [change["path"] for change in back["changes"]] == [["schedule_interval"]]
    assert [each["kind"] for each in back["consequences"]] == ["next_run"]
    same = user.ok("diff", "orders", "3", "3").out
    assert same == "orders  v3 (update) -> v3 (update)\n  the specs say the same\n"


def test_a_spec_file_is_compared_with_a_version(user: Shell) -> None:
    before = user.git("rev-parse", "HEAD")
    user.write("specs/orders.yaml", SPEC.format(name="Orders", schedule="@hourly"))
    done = user.ok("diff", "orders", "--spec", "specs/orders.yaml").out
    assert done.startswith("orders  v3 (update) -> specs/orders.yaml\n")
    assert "  `load` runs no more; " in done
    assert "+++ specs/orders.yaml (specs/orders.yaml)" in done
    data = user.json("diff", "orders", "1", "--spec", "specs/orders.yaml")
    assert (data["before"]["version"], data["after"]) == (1, None)
    source = user.ok("diff", "orders", "--spec", "specs/orders.yaml", "--source").out
    assert '-    schedule="0 3 * * *",\n+    schedule="@hourly",' in source
    assert user.git("rev-parse", "HEAD") == before
    assert user.json("show", "orders")["dag"]["version"] == 3
    user.ok("create", "specs/orders.yaml")
    assert "the specs say the same" in user.ok("diff", "orders", "--spec", "specs/orders.yaml").out


@ON_ONE
def test_the_files_of_two_versions_are_compared(user: Shell) -> None:
    out = user.ok("diff", "orders", "1", "2", "--source").out
    assert "--- dags/orders.py (version 1)\n+++ dags/orders.py (version 2)\n" in out
    commits = [
        user.json("show", "orders", "--version", version)["version"]["commit_id"]
        for version in ("1", "2")
    ]
    lines = user.git("diff", *commits, "--", "dags/orders.py").splitlines()
    changed = [line for line in lines if line[:1] in "+-" and line[:3] not in {"+++", "---"}]
    assert all(line in out for line in changed)


@ON_ONE
def test_a_removal_and_a_return_are_consequences(user: Shell) -> None:
    user.ok("rm", "orders")
    gone = user.json("diff", "orders")
    assert [each["kind"] for each in gone["consequences"]] == ["dag_gone"]
    texts = [
        user.json("show", "orders", "--version", n)["version"]["spec_text"] for n in ("1", "3")
    ]
    # a removal has the text of what it took away
    assert user.json("diff", "orders", "1")["diff"].splitlines()[2:] == [
        line.rstrip("\n")
        for line in list(unified_diff(*(text.splitlines(keepends=True) for text in texts)))[2:]
    ]
    user.ok("restore", "orders")
    assert "Airflow shows the DAG again" in user.ok("diff", "orders").out


@ON_ONE
def test_what_cannot_be_compared_is_said(user: Shell) -> None:
    user.ok("create", write(user, "@daily", name="Other"))
    for arguments, code, words in (
        (("nope",), ExitCode.NOT_FOUND, "no DAG `nope` is recorded"),
        (("orders", "9"), ExitCode.NOT_FOUND, "no version 9; the newest is 3"),
        (("other",), ExitCode.NOT_FOUND, "no version before version 1"),
        (("orders", "0"), ExitCode.USAGE, "must be 1 or more"),
        (("orders", "1", "2", "--spec", "x.yaml"), ExitCode.USAGE, "--spec stands in place"),
        (("orders", "--spec", "gone.yaml"), ExitCode.NOT_FOUND, "gone.yaml"),
    ):
        done = user.run("diff", *arguments)
        assert (done.code, words in done.err) == (code, True), done.err


@ON_ONE
def test_a_spec_without_text_is_compared_as_yaml(empty: Shell) -> None:
    write(empty, "@daily", LOAD)
    text = (empty.folder / "specs/orders.yaml").read_text()
    empty.ok("create", "-", stdin=text)
    spec = {
        "dag_name": "Orders",
        "dag_id": "orders",
        "tasks": [{"task_id": "extract", "bash_command": "echo extract"}],
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in empty.environ.items():
            patch.setenv(name, value)
        with Client.open(empty.folder) as client:
            client.replace("orders", spec)
            comparison = client.compare("orders")
    assert comparison.after.text is None
    assert "-schedule_interval: '@daily'\n" in comparison.diff
