"""`pull`: what the registry has comes into the work tree, and no work of a person is lost."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from dagctl.commands.workspace_specs import MOST_TRIED
from dagctl.errors import ExitCode
from tests.cli.conftest import Shell
from tests.lifecycle.conftest import LOAD, write

if TYPE_CHECKING:
    from pathlib import Path

IN_A_TEAM = pytest.mark.parametrize("empty", ["supabase"], indirect=True)
"""Where a colleague may have published what is not here: an embedded registry follows the files."""
SPEC, FILE = "specs/orders.yaml", "dags/orders.py"

VARIABLES = """
[vars]
where = "here"

[env.prod.vars]
where = "prod"
"""


def texts(user: Shell) -> tuple[str, str]:
    return (user.folder / SPEC).read_text(), (user.folder / FILE).read_text()


def states(user: Shell, *arguments: str) -> tuple[str, str]:
    (dag,) = user.json("pull", "orders", *arguments)["dags"]
    return dag["spec"], dag["file"]


def commit(user: Shell) -> None:
    user.git("add", "-A")
    user.git("commit", "-qm", "Specs")


def cloned(user: Shell, to: Path) -> Shell:
    subprocess.run(["git", "clone", "-q", str(user.folder), str(to)], check=True)
    return Shell(to, user.environ)


def test_files_that_lack_are_written_as_they_are_recorded(user: Shell) -> None:
    newest = texts(user)
    assert "1 DAG: the files are as recorded" in user.ok("pull").err
    for path in (SPEC, FILE):
        (user.folder / path).unlink()
    would = user.ok("pull", "orders", "--dry-run")
    assert would.out.splitlines() == [
        "Would write specs/orders.yaml: the spec of orders v3",
        "Would write dags/orders.py: the DAG file of orders v3",
    ]
    assert "Nothing was changed." in would.err
    assert not (user.folder / SPEC).exists()
    done = user.ok("pull")
    assert "next: git add specs/orders.yaml dags/orders.py, then git commit" in done.err
    assert texts(user) == newest
    assert user.git("status", "--porcelain", "dags") == ""
    assert "unchanged" in user.ok("create", SPEC).out
    assert states(user) == ("current", "current")


def test_what_a_person_has_changed_stays(user: Shell) -> None:
    write(user, "0 4 * * *", LOAD)
    file = user.folder / FILE
    file.write_text(file.read_text() + "x = 1\n")
    mine = texts(user)
    done = user.ok("pull")
    assert "dags/orders.py was changed by hand, and stays" in done.err
    assert "specs/orders.yaml was changed by hand, and stays" in done.err
    assert "as recorded" not in done.err
    assert texts(user) == mine
    file.unlink()
    assert states(user) == ("kept", "none")  # beside it, the spec would count as based on it
    assert not file.exists()
    file.symlink_to("/etc/hostname")
    assert "dags/orders.py is a link" in user.ok("pull").err
    assert file.is_symlink()


def test_what_there_is_not_is_said(user: Shell) -> None:
    for name in ("ordres", "ORDERS"):
        missing = user.run("pull", name)
        assert (missing.code, "did you mean `orders`?" in missing.err) == (ExitCode.NOT_FOUND, True)
    nowhere = user.run("export", "-o", "nowhere/dags.zip")
    assert (nowhere.code, "make the folder first" in nowhere.err) == (ExitCode.USAGE, True)
    user.ok("mv", "orders", "sales")
    renamed = user.run("pull", "orders")
    assert (renamed.code, "was renamed to `sales`" in renamed.err) == (ExitCode.NOT_FOUND, True)
    user.ok("rm", "sales")
    for command in ("pull", "show"):
        done = user.run(command, "sales")
        assert (done.code, "dagctl restore sales brings" in done.err) == (ExitCode.NOT_FOUND, True)
    done = user.ok("pull")
    assert (done.out, done.err.strip()) == ("", "No DAGs are recorded.")


@pytest.fixture
def other(user: Shell, tmp_path: Path) -> Shell:
    commit(user)
    return cloned(user, tmp_path / "other")


@IN_A_TEAM
def test_a_clone_that_lags_gets_the_newest_and_git_merges_it(user: Shell, other: Shell) -> None:
    user.ok("create", write(user, "0 4 * * *", LOAD))
    write(user, "0 5 * * *", LOAD, name="Other")
    user.ok("create", "specs/other.yaml")
    refused = other.run("create", write(other, "0 6 * * *", LOAD))
    assert refused.code == ExitCode.CONFLICT
    other.git("checkout", "-q", "--", ".")
    done = other.ok("pull")
    assert len(done.out.splitlines()) == 4
    assert texts(other) == texts(user)
    other.git("add", "-A")
    other.git("commit", "-qm", "As my colleague has published it")
    assert "2 unchanged" in other.ok("create", "specs").out
    commit(user)
    other.git("pull", "-q", "--no-rebase", "--no-edit")
    assert other.git("status", "--porcelain") == ""
    assert "Updated orders v5" in other.ok("create", write(other, "0 6 * * *", LOAD)).out


@IN_A_TEAM
def test_a_spec_that_was_changed_from_an_older_version_undoes_nothing(
    user: Shell, other: Shell
) -> None:
    user.ok("create", write(user, "0 4 * * *", LOAD))
    write(other, "0 3 * * *", LOAD.replace("load", "mine"))
    before = texts(other)
    done = other.ok("pull")
    assert "dags/orders.py stays as it is, too" in done.err
    assert texts(other) == before
    assert states(other) == ("kept", "kept")
    refused = other.run("create", SPEC)
    assert (refused.code, "version 4 was made" in refused.err) == (ExitCode.CONFLICT, True)


@IN_A_TEAM
def test_a_spec_that_git_did_not_bring_and_that_of_a_renamed_dag_come(
    user: Shell, other: Shell
) -> None:
    user.ok("create", write(user, "0 4 * * *", LOAD))
    other.git("pull", "-q")  # the DAG file alone: the colleague has not committed the spec
    assert states(other) == ("written", "current")
    assert texts(other) == texts(user)
    user.ok("mv", "orders", "sales")
    (dag,) = other.json("pull")["dags"]
    assert (dag["dag_id"], dag["spec"], dag["file"]) == ("sales", "written", "written")
    assert (other.folder / SPEC).read_text() == (user.folder / SPEC).read_text()


@IN_A_TEAM
def test_a_spec_counts_with_its_defaults_and_in_its_environment(user: Shell, other: Shell) -> None:
    user.write("dagctl.toml", (user.folder / "dagctl.toml").read_text() + VARIABLES)
    user.write("specs/_defaults.yaml", "owner: team-a\n")
    spec = write(user, "0 4 * * *", 'description: "${{ vars.where }}"\n')
    user.ok("create", spec, "--env", "prod")
    done = other.ok("pull")
    assert "with the defaults, variables and files of this work tree" in done.err
    assert texts(other) != texts(user)
    commit(user)
    other.git("pull", "-q")
    (other.folder / SPEC).unlink()
    assert states(other) == ("written", "current")
    assert texts(other) == texts(user)


@IN_A_TEAM
def test_many_environments_stop_no_pull(user: Shell) -> None:
    settings = (user.folder / "dagctl.toml").read_text()
    many = "".join(f"[env.e{each}.vars]\nx = {each}\n" for each in range(MOST_TRIED + 50))
    user.write("dagctl.toml", settings + many)
    spec = write(user, "0 4 * * *", 'description: "It is ${{ vars.x }}"\n')
    user.ok("create", spec, "--env", f"e{MOST_TRIED + 30}")
    assert states(user) == ("current", "current")
    assert user.ok("list", "--outdated").out == ""
    (user.folder / SPEC).unlink()
    assert states(user) == ("written", "current")
    user.write("dagctl.toml", settings + many.replace(f"x = {MOST_TRIED + 30}\n", "x = 1000\n"))
    assert states(user) == ("kept", "current")  # no environment has made it, as far as was looked
    said = f"{SPEC} was read for 100 of 150 environments only, and stays: DAGCTL_ENV=NAME says"
    assert said in user.ok("pull").err
    (user.folder / SPEC).write_text("nonsense: [\n")
    (dag,) = user.json("list", "--outdated")["dags"]
    assert (dag["makes"], dag["spec_error"].startswith(SPEC)) == ("nothing", True)


@IN_A_TEAM
def test_files_with_other_line_ends_left_out_by_git_or_gone_from_the_store(
    user: Shell, other: Shell
) -> None:
    file = other.folder / FILE
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert states(other) == ("current", "current")
    user.ok("create", write(user, "0 4 * * *", LOAD))
    assert states(other) == ("written", "written")
    other.git("commit", "-qam", "As published")
    other.git("sparse-checkout", "set", "specs")
    done = other.ok("pull")
    assert "git sparse-checkout add dags" in done.err
    assert not file.exists()


@pytest.mark.parametrize("empty", ["local"], indirect=True)
def test_a_spec_that_another_clone_has_published_and_not_committed_is_not_called_changed(
    user: Shell, tmp_path: Path
) -> None:
    commit(user)
    write(user, "@weekly")
    user.ok("create", "specs")
    other = cloned(user, tmp_path / "other")
    done = other.ok("pull")
    assert "the text of specs/orders.yaml is not recorded, so it is not written" in done.err
    assert "changed by hand" not in done.err  # git shows that it is the spec of version 3
    write(other, "0 7 * * *")
    assert (
        "specs/orders.yaml is not the spec of version 4, and stays: `dagctl diff"
        in other.ok("pull").err
    )
