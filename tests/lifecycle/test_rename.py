"""`mv`: a DAG with another id, in one operation; its spec gives the new id from then on."""

from __future__ import annotations

from subprocess import CalledProcessError
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode
from tests.lifecycle.conftest import LOAD, SPEC, write

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

ON_ONE = pytest.mark.parametrize("empty", ["local"], indirect=True)
"""What does not depend on the backend."""


def names(user: Shell) -> list[str]:
    return [dag["dag_id"] for dag in user.json("list")["dags"]]


def test_a_renamed_dag_is_another_everywhere_in_one_commit_and_may_be_renamed_back(
    user: Shell,
) -> None:
    before = user.git("rev-parse", "HEAD")
    done = user.ok("mv", "orders", "sales")
    assert done.out.startswith("Renamed orders to sales (")
    assert "to Airflow `sales` is a new DAG, without runs" in done.err
    assert "the runs of `orders` stay under that id" in done.err
    assert names(user) == ["sales"]
    assert user.git("rev-parse", "HEAD~1") == before
    changed = user.git("show", "--no-renames", "--format=%s", "--name-status", "HEAD").split("\n")
    assert changed == ["Rename DAG orders to sales", "", "D\tdags/orders.py", "A\tdags/sales.py"]
    text = SPEC.format(name="Orders", schedule="0 3 * * *") + LOAD
    with_id = text.replace("dag_name: Orders\n", "dag_name: Orders\ndag_id: sales\n")
    assert (user.folder / "specs/orders.yaml").read_text() == with_id
    assert "unchanged" in user.ok("create", "specs/orders.yaml").out
    newest = user.json("history", "sales")["versions"]
    assert [(each["version"], each["action"], each["renamed"]) for each in newest] == [
        (1, "rename", "orders")
    ]
    last = user.json("history", "orders")["versions"][0]
    assert (last["version"], last["action"], last["renamed"]) == (4, "rename", "sales")
    user.ok("doctor")
    for command in ("rm", "rollback"):
        assert "`orders` was renamed to `sales`" in user.run(command, "orders").err
    restored = user.run("restore", "orders")
    assert (restored.code, "dagctl mv sales orders" in restored.err) == (ExitCode.CONFLICT, True)
    user.ok("mv", "sales", "orders")
    assert names(user) == ["orders"]
    versions = user.json("history", "orders")["versions"]
    assert [(each["version"], each["action"]) for each in versions][:2] == [
        (5, "rename"),
        (4, "rename"),
    ]
    assert "unchanged" in user.ok("create", "specs/orders.yaml").out
    user.ok("doctor")


def test_a_plan_of_a_rename_changes_nothing(user: Shell) -> None:
    before = user.git("rev-parse", "HEAD")
    plan = user.ok("mv", "orders", "sales", "--dry-run")
    lines = plan.out.splitlines()
    assert lines[0] == "rename orders v3 -> v4 from specs/orders.yaml (sales is its other id)"
    assert "rename sales v1 from specs/orders.yaml (orders is its other id)" in lines
    assert "a new DAG, without runs" in plan.err
    document = user.run("mv", "orders", "sales", "--dry-run", "-o", "json").document
    assert [dag["dag_id"] for dag in document["result"]["dags"]] == ["orders", "sales"]
    assert (user.git("rev-parse", "HEAD"), names(user)) == (before, ["orders"])


@ON_ONE
def test_what_create_refuses_is_done_by_the_command_that_it_names(user: Shell) -> None:
    text = (user.folder / "specs/orders.yaml").read_text()
    user.write("specs/orders.yaml", text + "dag_id: sales\n")
    refused = user.run("create", "specs/orders.yaml")
    assert (refused.code, "dagctl mv orders sales" in refused.err) == (ExitCode.CONFLICT, True)
    result = user.json("mv", "orders", "sales")
    assert [(dag["dag_id"], dag["renamed"], dag["action"]) for dag in result["dags"]] == [
        ("orders", "sales", "rename"),
        ("sales", "orders", "rename"),
    ]
    assert (user.folder / "specs/orders.yaml").read_text() == text + "dag_id: sales\n"
    assert "unchanged" in user.ok("create", "specs/orders.yaml").out
    user.write("specs/old.yaml", text + "dag_id: orders\n")
    refused = user.run("create", "specs/old.yaml")
    assert "`orders`, which was renamed by " in refused.err
    assert "to `sales`" in refused.err


@ON_ONE
def test_after_several_renames_the_way_back_is_step_by_step(user: Shell) -> None:
    user.ok("mv", "orders", "sales")
    user.ok("mv", "sales", "turnover")
    refused = user.run("mv", "turnover", "orders")
    assert (refused.code, "is an old id of `sales`" in refused.err) == (ExitCode.CONFLICT, True)
    for old, new in (("turnover", "sales"), ("sales", "orders")):
        user.ok("mv", old, new)
    assert names(user) == ["orders"]


@ON_ONE
def test_a_spec_file_with_other_changes_stays_as_it_is(user: Shell) -> None:
    write(user, "0 4 * * *", LOAD)
    mine = (user.folder / "specs/orders.yaml").read_text()
    done = user.ok("mv", "orders", "sales")
    assert "specs/orders.yaml stays as it is: write `dag_id: sales` into it" in done.err
    assert (user.folder / "specs/orders.yaml").read_text() == mine
    user.write("specs/orders.yaml", mine + "dag_id: sales\n")
    assert user.ok("create", "specs/orders.yaml").out.startswith("Updated sales v2")


@ON_ONE
def test_what_cannot_be_renamed_is_said(user: Shell) -> None:
    user.ok("create", write(user, "@daily", name="Other"))
    user.ok("create", write(user, "@daily", name="Third"))
    user.ok("rm", "third")
    user.write("dags/mine.py", "from airflow import DAG\nwith DAG('hand_made'):\n    pass\n")
    for arguments, code, words in (
        (("nope", "new"), ExitCode.NOT_FOUND, "no DAG `nope` is recorded"),
        (("orders", "orders"), ExitCode.USAGE, "has that id already"),
        (("orders", "ORDERS"), ExitCode.USAGE, "differs from `orders` only by case"),
        (("orders", "../x"), ExitCode.USAGE, "is no id of a DAG"),
        (("orders", "other"), ExitCode.CONFLICT, "a DAG `other` exists"),
        (("orders", "third"), ExitCode.CONFLICT, "`third` is the id of a removed DAG"),
        (("orders", "third"), ExitCode.CONFLICT, "forget that DAG: dagctl rm third --purge"),
        (("third", "fourth"), ExitCode.NOT_FOUND, "`third` is removed"),
        (("third", "fourth"), ExitCode.NOT_FOUND, "fix:   dagctl restore third brings it back\n"),
        (("orders", "hand_made"), ExitCode.CONFLICT, "has a DAG with the id `hand_made` already"),
        (("orders", "mine"), ExitCode.CONFLICT, "dagctl did not write it"),
    ):
        done = user.run("mv", *arguments)
        assert (done.code, words in done.err) == (code, True), done.err
    file = user.folder / "dags/orders.py"
    file.write_text(file.read_text() + "x = 1\n")
    assert "was changed since dagctl wrote it" in user.run("mv", "orders", "new").err
    assert names(user) == ["orders", "other"]
    user.ok("mv", "orders", "new", "--force")
    assert names(user) == ["new", "other"]


@ON_ONE
def test_a_dag_whose_file_holds_both_sides_of_a_merge_is_not_renamed(user: Shell) -> None:
    user.git("add", "-A")
    user.git("commit", "-qm", "Specs")
    for branch, schedule in (("one", "0 4 * * *"), ("two", "0 5 * * *")):
        user.git("checkout", "-q", "-b", branch, "HEAD" if branch == "one" else "one~2")
        user.ok("create", write(user, schedule, LOAD))
        user.git("commit", "-qam", "Change the spec")
    with pytest.raises(CalledProcessError):  # conflicts
        user.git("rebase", "one")
    refused = user.run("mv", "orders", "sales")
    assert refused.code == ExitCode.CONFLICT
    assert "dags/orders.py holds both sides of a merge" in refused.err
    assert "`dagctl render --write SPEC`, then git add, and finish it" in refused.err


def test_what_was_renamed_and_then_removed_comes_back_step_by_step(user: Shell) -> None:
    user.ok("mv", "orders", "sales")
    assert "fix:   dagctl mv sales orders renames it back" in user.run("restore", "orders").err
    user.ok("rm", "sales")
    assert "fix:   dagctl restore sales brings it back under" in user.run("restore", "orders").err
    user.ok("restore", "sales")
    user.ok("mv", "sales", "orders")
    assert names(user) == ["orders"]
