"""`--push`, `--branch` and `publish_from` on the command line."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from dagctl import Client, SpecError
from tests.cli.conftest import GOOD, PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell


def with_remote(shell: Shell, tmp_path: Path) -> None:
    shell.git("init", "-q")
    shell.write("dagctl.toml", f'project_id = "{PROJECT}"\n')
    shell.git("add", "dagctl.toml")
    shell.git("commit", "-qm", "Begin")
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote.git")], check=True)
    shell.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    shell.git("push", "-q", "origin", "main")


def test_push_and_branch_say_where_the_commit_is(shell: Shell, tmp_path: Path) -> None:
    with_remote(shell, tmp_path)
    shell.write("specs/orders.yaml", GOOD)
    proposed = shell.ok("create", "specs", "--branch", "review")
    assert "Proposed daily_orders v1: dags/daily_orders.py\nPushed to review (" in proposed.out
    assert "next: open a pull request on the remote's host" in proposed.err
    proposal = shell.json("create", "specs", "--branch", "review-2")["proposal"]
    assert proposal == {
        "branch": "review-2",
        "commit_id": shell.git("rev-parse", "origin/review-2"),
        "address": None,
    }
    assert "Pushed to origin/main" in shell.ok("create", "specs", "--push").out
    assert shell.git("rev-parse", "origin/main") == shell.git("rev-parse", "main")
    shell.write("specs/orders.yaml", GOOD.replace("a day", "one day"))
    assert shell.json("create", "specs", "--push")["pushed"] == "origin/main"
    assert shell.json("rm", "daily_orders")["pushed"] is None
    for flag in ("--push", "--no-verify", "--prune"):
        assert shell.run("create", "specs", "--branch", "x", flag).code == 2


def test_force_proposes_over_a_file_that_was_changed_by_hand(shell: Shell, tmp_path: Path) -> None:
    with_remote(shell, tmp_path)
    shell.write("specs/orders.yaml", GOOD)
    shell.ok("create", "specs", "--push")
    made = (shell.folder / "dags" / "daily_orders.py").read_text()
    shell.write("dags/daily_orders.py", made.replace("retries", "retries_"))
    shell.write("specs/orders.yaml", GOOD.replace("a day", "one day"))
    assert shell.run("create", "specs", "--branch", "review").code == 7
    assert "Pushed to review" in shell.ok("create", "specs", "--branch", "review", "--force").out


def test_a_program_proposes_no_spec_that_its_workspace_refuses(
    shell: Shell, tmp_path: Path
) -> None:
    with_remote(shell, tmp_path)
    shell.write("dagctl.toml", f'project_id = "{PROJECT}"\n[checks]\nstrict = true\n')
    shell.write("specs/orders.yaml", GOOD.replace("echo load", "echo {{ no_such_name }}"))
    with Client.open(shell.folder) as client, pytest.raises(SpecError):
        client.propose(shell.folder / "specs" / "orders.yaml", "review")


def test_publish_from_refuses_other_branches(shell: Shell, tmp_path: Path) -> None:
    with_remote(shell, tmp_path)
    shell.write("dagctl.toml", f'project_id = "{PROJECT}"\npublish_from = ["release"]\n')
    shell.write("specs/orders.yaml", GOOD)
    done = shell.run("create", "specs")
    assert done.code == 7
    assert "DAGs are not published from the branch main: dagctl.toml:2 allows release" in done.err
    assert "--dry-run shows what would be done" in done.err
    assert shell.run("create", "specs", "--dry-run", "--exit-code").code == 8
