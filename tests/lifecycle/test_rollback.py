"""`rollback`: the spec of an older version comes back, as a new version, with its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.errors import ExitCode
from tests.lifecycle.conftest import LOAD, SPEC, write

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_a_rollback_is_a_new_version_with_the_old_spec(user: Shell) -> None:
    before = user.git("rev-parse", "HEAD")
    done = user.ok("rollback", "orders", "--to", "1")
    assert done.out.startswith("Rolled back orders v4 (")
    assert user.git("rev-parse", "HEAD~1") == before
    assert user.git("log", "-1", "--format=%s") == "Rollback DAG orders"
    dag = user.json("show", "orders")["dag"]
    assert (dag["schedule_interval"], dag["version"], dag["state"]) == ("@daily", 4, "synced")
    newest = user.json("history", "orders")["versions"][0]
    assert (newest["action"], newest["version"]) == ("rollback", 4)
    assert (user.folder / "specs/orders.yaml").read_text() == SPEC.format(
        name="Orders", schedule="@daily"
    )
    assert "unchanged" in user.ok("create", "specs/orders.yaml").out
    user.ok("doctor")


def test_without_a_number_the_last_other_spec_comes_back(user: Shell) -> None:
    user.ok("rollback", "orders")
    assert user.json("show", "orders")["dag"]["schedule_interval"] == "0 2 * * *"
    user.ok("rollback", "orders")
    assert user.json("show", "orders")["dag"]["schedule_interval"] == "0 3 * * *"


def test_a_spec_file_that_was_changed_since_stays_as_it_is(user: Shell) -> None:
    write(user, "0 4 * * *", LOAD)
    mine = (user.folder / "specs/orders.yaml").read_text()
    done = user.ok("rollback", "orders", "--to", "1")
    assert "specs/orders.yaml is not as version 3 had it, and stays as it is" in done.err
    assert (user.folder / "specs/orders.yaml").read_text() == mine


TEMPLATE = """template:
  name: job
  version: 1
  parameters: {word: {type: string, pattern: "^[a-z]+$"}}
dag_name: Orders
tasks: [{task_id: a, bash_command: "echo ${{ params.word }}"}]
"""


def test_a_spec_file_whose_old_text_means_nothing_here_now_stays_and_the_reason_is_said(
    empty: Shell,
) -> None:
    empty.write("templates/job.yaml", TEMPLATE)
    for word in ("one", "two"):
        empty.write("specs/orders.yaml", f"use: job@1\nwith: {{word: {word}}}\n")
        empty.ok("create", "specs")
    (empty.folder / "templates/job.yaml").unlink()
    why = "is no right spec here now: something that it uses has gone (a template"
    stays = "specs/orders.yaml stays as it is, as the text of version 1 "
    assert stays + why in empty.ok("rollback", "orders").err
    assert "word: two" in (empty.folder / "specs/orders.yaml").read_text()
    (empty.folder / "specs/orders.yaml").unlink()
    empty.ok("rm", "orders")
    assert f"specs/orders.yaml is not written, as its text {why}" in (
        empty.ok("restore", "orders").err
    )


def test_a_spec_file_whose_text_is_the_same_and_means_nothing_now_is_named(empty: Shell) -> None:
    empty.write(
        "specs/orders.yaml",
        "dag_name: Orders\ntasks: [{task_id: a, bash_command: {$file: a.sql}}]\n",
    )
    for word in ("one", "two"):
        empty.write("a.sql", word)
        empty.ok("create", "specs")
    (empty.folder / "a.sql").unlink()
    said = empty.ok("rollback", "orders").err
    assert "specs/orders.yaml has the text of version 1, which is no right spec here now" in said
    assert "the next create refuses it" in said
    assert empty.run("create", "specs").code == ExitCode.INVALID


def test_a_plan_shows_what_comes_back(user: Shell) -> None:
    lines = user.ok("rollback", "orders", "--to", "1", "--dry-run").out.splitlines()
    assert lines[0] == "rollback orders v3 -> v4 from specs/orders.yaml"
    assert "  - task load" in lines
    assert user.json("show", "orders")["dag"]["version"] == 3


def test_what_cannot_be_rolled_back_is_said(user: Shell) -> None:
    assert "no version 9; the newest is 3" in user.run("rollback", "orders", "--to", "9").err
    assert "unchanged; nothing to do" in user.ok("rollback", "orders", "--to", "3").out
    file = user.folder / "dags/orders.py"
    file.write_text(file.read_text() + "x = 1\n")
    done = user.run("rollback", "orders")
    assert (done.code, "was changed since dagctl wrote it" in done.err) == (
        ExitCode.CONFLICT,
        True,
    )
    user.ok("rollback", "orders", "--force")
    user.ok("rm", "orders")
    assert "`orders` is removed" in user.run("rollback", "orders").err
    assert "no DAG `nope`" in user.run("rollback", "nope").err


def test_after_a_rename_the_versions_from_before_are_under_the_old_id(user: Shell) -> None:
    user.ok("mv", "orders", "sales")
    done = user.run("rollback", "sales")
    assert (
        done.code,
        "fix:   dagctl history orders has those from before the rename" in done.err,
    ) == (
        ExitCode.NOT_FOUND,
        True,
    )
    user.ok("create", write(user, "@weekly", "dag_id: sales\n"))
    assert user.ok("rollback", "sales").out.startswith("Rolled back sales v3")
