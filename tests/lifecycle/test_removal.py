"""`rm`, `restore` and `--purge`: everything goes or comes back, and no work of a person is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode
from tests.lifecycle.conftest import GitCalls, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell


def names(user: Shell) -> list[str]:
    return [dag["dag_id"] for dag in user.json("list")["dags"]]


def committed(user: Shell) -> list[str]:
    return user.git("ls-tree", "-r", "--name-only", "HEAD", "dags").split()


def test_a_removed_dag_is_gone_everywhere_in_one_commit(user: Shell) -> None:
    user.ok("create", write(user, "@daily", name="Other"))
    users = user.git("status", "--porcelain")
    before = user.git("rev-parse", "HEAD")
    done = user.ok("rm", "orders")
    assert done.out.startswith("Removed orders v4 (")
    assert "warning: specs/orders.yaml is still there" in done.err
    assert "dagctl restore orders" in done.err
    assert (names(user), committed(user)) == (["other"], ["dags/other.py"])
    assert not (user.folder / "dags/orders.py").exists()
    assert user.git("rev-parse", "HEAD~1") == before
    assert user.git("show", "--format=%s", "--name-status", "HEAD").split("\n") == [
        "Delete DAG orders",
        "",
        "D\tdags/orders.py",
    ]
    assert user.git("status", "--porcelain") == users
    assert user.run("show", "orders").code == ExitCode.NOT_FOUND
    assert user.json("history", "orders")["versions"][0]["action"] == "delete"
    assert user.ok("show", "orders", "--version", "2").out.startswith("orders  v2  update")
    user.ok("doctor")


def test_a_dag_does_not_come_back_beside_a_hand_written_one_with_its_id(user: Shell) -> None:
    user.ok("rm", "orders")
    user.write("dags/mine.py", 'from airflow import DAG\n\nDAG("Orders")\nDAG("mine")\n')
    for act in ((), ("--dry-run",)):
        refused = user.run("restore", "orders", *act)
        assert refused.code == ExitCode.CONFLICT
        assert "dags/mine.py has a DAG with the id `orders` now" in refused.err
    assert names(user) == []
    user.write("dags/mine.py", 'from airflow import DAG\n\nDAG("mine")\n')
    user.ok("restore", "orders")
    user.ok("mv", "orders", "sales")
    user.write("dags/mine.py", 'from airflow import DAG\n\nDAG("orders")\n')
    refused = user.run("mv", "sales", "orders")
    assert refused.code == ExitCode.CONFLICT
    assert "dags/mine.py has a DAG with the id `orders` now" in refused.err


def test_a_plan_of_a_removal_changes_nothing(user: Shell) -> None:
    before = user.git("rev-parse", "HEAD")
    plan = user.ok("rm", "orders", "--dry-run").out.splitlines()
    assert plan[0] == "delete orders v3 -> v4"
    assert plan[1].startswith("  - dags/orders.py  +0 -")
    document = user.run("rm", "orders", "--dry-run", "-o", "json").document
    assert (document["dry_run"], document["result"]["dags"][0]["action"]) == (True, "delete")
    assert (user.git("rev-parse", "HEAD"), names(user)) == (before, ["orders"])


def test_the_way_to_remove_a_spec_file_works_for_the_file_that_is_there(user: Shell) -> None:
    assert "create` refuses it: rm specs/orders.yaml" in user.ok("rm", "orders", "--dry-run").err
    user.git("add", "specs/orders.yaml")
    assert "refuses it: git rm specs/orders.yaml" in user.ok("rm", "orders", "--dry-run").err


def test_the_id_of_a_removed_dag_is_given_to_no_other(user: Shell) -> None:
    user.ok("rm", "orders")
    done = user.run("create", "specs/orders.yaml")
    assert done.code == ExitCode.CONFLICT
    assert "means `orders`, which was removed by" in done.err
    assert "dagctl restore orders" in done.err
    user.write(
        "specs/copy.yaml",
        "dag_name: Orders\ntasks: [{task_id: a, task_type: bash, bash_command: echo 1}]\n",
    )
    done = user.ok("create", "specs/copy.yaml")
    assert done.out.startswith("Created orders_2 v1")
    assert "`orders` is taken" in done.err
    user.write(
        "specs/given.yaml",
        "dag_name: X\ndag_id: ORDERS\ntasks: [{task_id: a, task_type: "
        "bash, bash_command: echo 1}]\n",
    )
    assert "which was removed" in user.run("create", "specs/given.yaml").err


def test_a_restored_dag_is_as_it_was(user: Shell) -> None:
    body = (user.folder / "dags/orders.py").read_text().partition("\n\n")[2]
    spec = (user.folder / "specs/orders.yaml").read_text()
    user.ok("rm", "orders")
    (user.folder / "specs/orders.yaml").unlink()
    done = user.ok("restore", "orders")
    assert done.out.startswith("Restored orders v5 (")
    assert (user.folder / "dags/orders.py").read_text().partition("\n\n")[2] == body
    assert (user.folder / "specs/orders.yaml").read_text() == spec
    assert (names(user), committed(user)) == (["orders"], ["dags/orders.py"])
    assert "unchanged" in user.ok("create", "specs/orders.yaml").out
    actions = [one["action"] for one in user.json("history", "orders")["versions"]]
    assert actions == ["restore", "delete", "update", "update", "create"]
    user.ok("doctor")


def test_an_id_that_is_misspelt_is_refused_with_the_near_one(user: Shell) -> None:
    user.ok("create", write(user, "@daily", name="Other"))
    for verb in ("rm", "history", "rollback", "diff", "mv", "export"):
        done = user.run(verb, "Orderz", *(["new"] if verb == "mv" else []))
        assert "no DAG `Orderz` is recorded" in done.err, verb
        assert "did you mean `orders`?" in done.err, verb


def test_what_cannot_be_removed_or_restored_is_said(user: Shell) -> None:
    user.ok("create", write(user, "@daily", name="Other"))
    assert "no DAG `nope` is recorded" in user.run("rm", "orders", "nope").err
    for words in (["rm", "../orders"], ["rm", "orders", ".git"], ["mv", "a/b", "new"]):
        done = user.run(*words)
        assert (done.code, done.err.count("  fix:   ")) == (ExitCode.NOT_FOUND, 1), words
    assert "`orders` is not removed" in user.run("restore", "orders").err
    assert "no DAG `nope` was removed here" in user.run("restore", "nope").err
    assert names(user) == ["orders", "other"]
    user.ok("rm", "orders", "other", "orders")
    assert "removed already: `orders`, `other`" in user.run("rm", "orders", "other").err
    assert user.git("log", "-1", "--format=%B").startswith("Delete 2 DAGs\n\n- orders\n- other")
    user.write("dags/orders.py", "# mine\n")
    done = user.run("restore", "orders", "other")
    assert (done.code, "dagctl did not write it" in done.err) == (ExitCode.CONFLICT, True)
    assert "fix:   move it away, then " in done.err  # `restore` has no --force
    assert names(user) == []


@pytest.mark.parametrize("content", ["# mine\n", None])
def test_a_file_of_a_person_is_not_removed_unless_it_is_forced(
    user: Shell, content: str | None
) -> None:
    file = user.folder / "dags/orders.py"
    file.write_text(content if content is not None else file.read_text() + "x = 1\n")
    done = user.run("rm", "orders")
    assert done.code == ExitCode.CONFLICT
    assert file.exists()
    assert names(user) == ["orders"]
    user.ok("rm", "orders", "--force")
    assert (file.exists(), names(user)) == (False, [])


def test_a_file_that_is_gone_already_is_no_obstacle(user: Shell) -> None:
    user.git("rm", "-q", "dags/orders.py")
    user.git("commit", "-qm", "By hand")
    before = user.git("rev-parse", "HEAD")
    user.ok("rm", "orders")
    assert names(user) == []
    assert user.git("rev-parse", "HEAD") == before  # another commit would be empty
    user.ok("restore", "orders")
    assert names(user) == ["orders"]


def test_a_purge_forgets_the_versions_after_it_has_asked(user: Shell) -> None:
    assert "no terminal" in user.run("rm", "orders", "--purge").err
    assert names(user) == ["orders"]
    user.ok("rm", "orders", "--purge", "--yes")
    assert user.run("history", "orders").code == ExitCode.NOT_FOUND
    assert "no DAG `orders` was removed" in user.run("restore", "orders").err
    assert user.ok("create", "specs/orders.yaml").out.startswith("Created orders v1")
    user.ok("rm", "orders")
    user.ok("rm", "orders", "--purge", "--yes")  # removed already: it is forgotten all the same
    assert user.run("history", "orders").code == ExitCode.NOT_FOUND


def test_a_removal_by_hand_is_shown_and_completed(user: Shell) -> None:
    user.git("rm", "-q", "dags/orders.py")
    user.git("commit", "-qm", "Remove it by hand")
    (user.folder / "specs/orders.yaml").unlink()
    assert [dag["state"] for dag in user.json("list")["dags"]] == ["missing"]
    user.ok("rm", "orders")
    assert names(user) == []
    assert user.json("history", "orders")["versions"][0]["action"] == "delete"
    user.ok("doctor")


def test_many_dags_are_removed_with_as_few_git_processes_as_one(
    user: Shell, tmp_path: Path
) -> None:
    specs = [write(user, "@daily", name=f"many {n}") for n in range(6)]
    user.ok("create", *specs)
    git = GitCalls(user, tmp_path)

    def processes(*ids: str) -> int:
        done, count = git.count("rm", *ids, "--dry-run")
        assert (done.code, done.err.count("is still there")) == (0, len(ids))
        return count

    many = [f"many_{n}" for n in range(6)]
    assert 0 < processes("orders") == processes(*many)
    user.git("rm", "-q", "dags/orders.py", *(f"dags/{name}.py" for name in many))
    user.git("commit", "-qm", "Away with the files")
    assert processes("orders") == processes(*many)
