"""Without Supabase: the versions that other clones have made, as the commits here have them."""

from __future__ import annotations

from dataclasses import replace
from shutil import rmtree
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from dagctl.commands import take_over
from tests.lifecycle.conftest import LOAD, GitCalls, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Shell

pytestmark = pytest.mark.parametrize("empty", ["local"], indirect=True)
OWN = {"operation_id", "made_at"}
"""What only the clone knows that made a version; a commit's time may be a second later."""


def versions_of(user: Shell, dag_id: str) -> list[dict[str, Any]]:
    versions = user.json("history", dag_id)["versions"]
    return [{key: each[key] for key in each.keys() - OWN} for each in versions]


def forget(user: Shell) -> None:
    """Make it a fresh clone."""
    rmtree(user.folder / ".git/dagctl")


def test_a_fresh_clone_has_the_history_of_the_one_that_made_it(user: Shell) -> None:
    user.git("add", "-A")
    user.git("commit", "-qm", "Specs")
    user.ok("rollback", "orders", "--to", "1")
    user.ok("mv", "orders", "sales")
    user.ok("create", write(user, "0 5 * * *", "dag_id: sales\n"))
    user.ok("rm", "sales")
    made = {dag_id: versions_of(user, dag_id) for dag_id in ("orders", "sales")}
    assert [one["action"] for one in made["orders"]] == [
        *("rename", "rollback", "update", "update", "create"),
    ]
    assert [one["action"] for one in made["sales"]] == ["delete", "update", "rename"]
    forget(user)
    assert {dag_id: versions_of(user, dag_id) for dag_id in made} == made
    assert "was renamed to `sales`" in user.run("restore", "orders").err
    user.ok("restore", "sales")
    assert versions_of(user, "sales")[1:] == made["sales"]
    assert user.ok("diff", "orders", "2", "3").out.count("schedule_interval  0 2 * * * -> 0 3") == 1


def test_a_version_has_the_text_that_its_author_committed_later(user: Shell) -> None:
    user.git("add", "-A")
    user.git("commit", "-qm", "The spec of version 3")
    user.ok("create", write(user, "0 4 * * *", LOAD + "# four\n"))
    user.ok("create", write(user, "0 5 * * *", LOAD + "# five\n"))
    user.git("commit", "-qam", "The spec of version 5")
    forget(user)
    shown = {n: user.ok("show", "orders", "--version", n, "--spec").out for n in "345"}
    assert shown["3"].startswith("# what the author thinks\n")
    assert shown["5"].endswith("# five\n")
    assert ("# " in shown["4"], "0 4 * * *" in shown["4"]) == (False, True)  # read from the code
    user.ok("rollback", "orders", "--to", "3")
    assert (user.folder / "specs/orders.yaml").read_text("utf-8") == shown["3"]
    unknown = user.ok("rollback", "orders", "--to", "4").err
    assert "the text of version 4 is not known; specs/orders.yaml stays as it is" in unknown


def test_a_pull_that_brings_several_versions_leaves_no_gap(user: Shell) -> None:
    user.git("branch", "ours")
    for hour in (4, 5, 6):
        user.ok("create", write(user, f"0 {hour} * * *", LOAD))
    made = versions_of(user, "orders")
    theirs = user.git("rev-parse", "HEAD")
    user.git("reset", "-q", "--hard", "ours")
    forget(user)
    assert [one["version"] for one in versions_of(user, "orders")] == [3, 2, 1]
    user.git("merge", "-q", "--ff-only", theirs)
    assert user.json("history", "orders", "--limit", "1")["versions"][0]["version"] == 6
    page = user.json("history", "orders", "--before", "6", "--limit", "2")
    assert ([one["version"] for one in page["versions"]], page["next"]) == ([5, 4], 4)
    assert versions_of(user, "orders") == made
    user.git("reset", "-q", "--hard", "ours")  # their versions are of another branch now
    assert versions_of(user, "orders") == made[3:]


def test_what_does_not_certify_itself_is_no_version(user: Shell) -> None:
    file = user.folder / "dags/orders.py"
    whole = file.read_text("utf-8")
    lies = (
        whole.replace("echo load", "echo stolen"),
        whole.replace("# Version: 3", "# Version: 2").replace("echo", "ohce"),
        whole.replace("# Version: 3", "# Version: 999999999"),
        whole.replace("Generated at: 2", "Generated at: 1").replace("# Version: 3", "# Version: 2"),
        "x" * 70_000,
    )
    for text in lies:
        file.write_text(text, "utf-8")
        user.git("commit", "-qam", "Update DAG orders\n\nDagctl-Op: 1")
    file.write_text(whole, "utf-8")
    user.git("commit", "-qam", "Back")
    before = versions_of(user, "orders")
    forget(user)
    assert versions_of(user, "orders")[1:] == before[1:]


def test_what_was_forgotten_for_good_does_not_come_back_from_git(user: Shell) -> None:
    user.ok("rm", "orders", "--purge", "--yes")
    for command in ("history", "restore"):
        done = user.run(command, "orders")
        assert (done.code, "no DAG `orders`" in done.err) == (6, True)
    user.ok("create", write(user, "@daily"))
    assert [one["version"] for one in versions_of(user, "orders")] == [1]
    user.ok("rm", "orders")
    assert [one["action"] for one in versions_of(user, "orders")] == ["delete", "create"]


def test_a_clone_says_which_versions_git_does_not_have_here(user: Shell) -> None:
    user.git("clone", "-q", "--depth", "1", user.folder.as_uri(), "shallow")
    clone = replace(user, folder=user.folder / "shallow")
    done = clone.ok("history", "orders")
    assert [line.split()[0] for line in done.out.splitlines()] == ["v3"]
    assert " by " not in done.out  # its commit may only have brought it
    assert "versions before 3 are neither recorded here nor in the history of this" in done.err
    for arguments in (("show", "orders", "--version", "1"), ("rollback", "orders", "--to", "1")):
        done = clone.run(*arguments)
        assert (done.code, "version 1 of `orders` is not recorded here" in done.err) == (6, True)
        assert "git fetch --unshallow` in a shallow clone" in done.err
    assert "version 2 of `orders` is not recorded here" in clone.run("rollback", "orders").err
    clone.git("fetch", "-q", "--unshallow")
    assert versions_of(clone, "orders")[1:] == versions_of(user, "orders")[1:]


def test_an_export_of_many_dags_asks_git_as_rarely_as_one_of_few(
    user: Shell, tmp_path: Path
) -> None:
    def add(count: int) -> None:
        for schedule in ("@daily", "@weekly"):
            user.ok("create", *(write(user, schedule, name=f"many {n}") for n in range(count)))
            user.git("add", "-A")
            user.git("commit", "-qm", "Specs")

    git = GitCalls(user, tmp_path)

    def export(name: str) -> int:
        done, count = git.count("export", "-o", name)
        assert done.code == 0, done.err
        return count

    calls = list[list[int]]()
    for count in (12, 24):
        add(count)
        forget(user)
        user.ok("list")
        calls.append([export("first.zip"), export("second.zip")])
        first, second = ((user.folder / f"{n}.zip").read_bytes() for n in ("first", "second"))
        assert first == second
    assert calls[0] == calls[1] > [0, 0]
    oldest = [versions_of(user, f"many_{n}")[-1]["version"] for n in range(24)]
    assert oldest == [1] * 24
    user.ok("export", "-o", "named.zip", "many_3", "orders")
    with ZipFile(user.folder / "named.zip") as named, ZipFile(user.folder / "first.zip") as whole:
        for name in ("versions/many_3.jsonl", "versions/orders.jsonl"):
            assert named.read(name) == whole.read(name)


def test_what_is_not_read_in_time_is_said_and_an_export_lacks_nothing(
    user: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    user.ok("create", write(user, "@daily", name="Sales"))
    forget(user)
    monkeypatch.setattr(take_over, "MOST_SECONDS", -1.0)
    done = user.ok("list", "-q", "-o", "name")
    assert (done.out, done.err) == (
        "",
        "warning: 2 of the DAG files here are not read yet: the next command goes on\n",
    )
    assert user.ok("export", "-o", "all.zip").out == "Wrote all.zip: 2 DAGs, 4 versions\n"
    done = user.ok("list", "-q", "-o", "name")
    assert (done.out, done.err) == ("orders\nsales\n", "")
