"""`dagctl doctor` on the local backend, and the warnings that go with it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode
from tests.cli.conftest import GOOD

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


def test_all_is_well_in_a_new_workspace(workspace: Shell) -> None:
    checks = workspace.json("doctor")["checks"]
    assert [one["name"] for one in checks] == [
        *("settings", "git", "journal", "airflow"),
        *("records", "files", "commits", "objects"),
    ]
    assert checks[0]["message"] == "from dagctl.toml"
    nouns = ("records", "DAG files", "recorded commits", "stored files")
    assert [one["message"] for one in checks[4:]] == [f"there are no {noun} yet" for noun in nouns]


def test_doctor_says_where_settings_come_from(workspace: Shell) -> None:
    done = workspace.run("doctor", DAGCTL_LOCK_TIMEOUT="5", DAGCTL_VERSION="1")
    assert (
        "from DAGCTL_LOCK_TIMEOUT, dagctl.toml; not known, so ignored: DAGCTL_VERSION" in done.out
    )
    assert (done.code, done.err) == (0, "")


def test_a_misspelt_variable_fails_doctor_with_the_near_name(workspace: Shell) -> None:
    done = workspace.run("doctor", DAGCTL_BACKEDN="local")
    assert done.code == ExitCode.USAGE
    assert "failed  settings    dagctl does not know DAGCTL_BACKEDN" in done.out
    assert "fix: did you mean DAGCTL_BACKEND?" in done.out


@pytest.mark.parametrize("command", [["list"], ["create", "specs"], ["validate", "specs"]], ids=str)
def test_a_misspelt_variable_is_warned_of_and_breaks_nothing(
    workspace: Shell, command: list[str]
) -> None:
    done = workspace.run(*command, "-o", "json", DAGCTL_AIRFLO="2")
    assert done.code == 0
    assert done.document["ok"] is True
    assert done.err.startswith("warning: the variable DAGCTL_AIRFLO is not known, and is ignored")
    assert "did you mean DAGCTL_AIRFLOW?" in done.err
    assert "DAGCTL_AIRFLO is not known" in workspace.run(*command, "-q", DAGCTL_AIRFLO="2").err


@pytest.mark.parametrize(
    "command", [["list"], ["show", "x"], ["recover"], ["create", "specs"]], ids=str
)
def test_an_unreadable_journal_entry_is_reported_once_and_named_by_doctor(
    workspace: Shell, command: list[str]
) -> None:
    workspace.write(".git/dagctl/top/journal/op-1.json", '{"step": "res')
    aside = str(workspace.folder / ".git/dagctl/top/journal/op-1.json.corrupt")
    told = f"warning: a journal entry cannot be read, and is set aside as {aside}:"
    assert workspace.run(*command, "-o", "json").err.startswith(told)
    assert told not in workspace.run(*command).err
    done = workspace.run("doctor", "-o", "json")
    assert done.code == ExitCode.CONFLICT
    checks = {one["name"]: one for one in done.document["result"]["checks"]}
    assert checks["journal"]["state"] == "failed"
    assert aside in checks["journal"]["message"]
    Path(aside).unlink()
    assert workspace.run("doctor").code == 0


def _checks(shell: Shell) -> dict[str, tuple[str, str]]:
    found = shell.run("doctor", "-o", "json").document["result"]["checks"]
    return {check["name"]: (check["state"], check["message"]) for check in found}


@pytest.fixture
def three(workspace: Shell) -> Shell:
    """Return the user with three recorded DAGs: `daily_orders`, `b` and `c`."""
    for name in "bc":
        workspace.write(f"specs/{name}.yaml", GOOD.replace("Daily orders", name))
    workspace.ok("create", "specs")
    return workspace


def _object(shell: Shell, dag_id: str) -> Path:
    return next(shell.folder.glob(f".git/dagctl/**/store/*/dags/{dag_id}.py"))


def test_doctor_sees_drift_and_missing_files(three: Shell) -> None:
    (three.folder / "dags/b.py").unlink()
    three.write("dags/c.py", "mine\n")
    done = three.run("doctor")
    assert done.code == ExitCode.CONFLICT
    assert "failed  files       of 3 DAG files 1 missing (b), 1 changed by hand (c)" in done.out
    assert "fix: dagctl doctor --fix writes missing files again" in done.out


def test_doctor_sees_wrong_objects_and_objects_without_a_record(three: Shell) -> None:
    stored = _object(three, "b")
    stored.write_text("# other\n")
    orphan = stored.with_name("gone.py")
    orphan.write_text("# of no DAG\n")
    assert _checks(three)["objects"] == (
        "failed",
        "1 of 3 stored files are missing or differ from the recorded ones: b",
    )
    three.ok("create", "specs", "--force")
    assert _checks(three)["objects"][0] == "ok"  # so young, it may be of a run that is under way
    os.utime(orphan, (0, 0))
    assert _checks(three)["objects"] == (
        "warning",
        "1 stored files belong to no recorded DAG: gone.py",
    )
    assert three.run("doctor").code == 0


def test_doctor_sees_what_lies_elsewhere_in_the_store_and_leaves_it(three: Shell) -> None:
    """Such as what was stored for another project_id."""
    folder = _object(three, "b").parent
    other = folder.parent.parent / "other/dags/x.py"
    for file in (other, folder / "sub/y.py", folder.parent / "z.py"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("# of no DAG\n")
    orphan = folder / "gone.py"
    orphan.write_text("# of no DAG\n")
    os.utime(orphan, (0, 0))
    state, message = _checks(three)["objects"]
    project = folder.parent.name
    assert state == "warning"
    assert message == (
        "1 stored files belong to no recorded DAG: gone.py; 3 stored files lie where no DAG is "
        f"stored: {project}/dags/sub/y.py, {project}/z.py, other/dags/x.py"
    )
    three.ok("doctor", "--fix", "--yes")
    assert not orphan.exists()
    assert other.exists()
    assert _checks(three)["objects"][1].startswith("3 stored files lie where no DAG is stored")


def test_a_registry_that_was_moved_away_is_made_anew_of_the_dag_files(three: Shell) -> None:
    """As the error about a damaged one says."""
    before = three.json("list")["dags"]
    for file in [*three.folder.rglob("registry.db*")]:
        file.unlink()
    after = three.json("list")["dags"]
    assert [(dag["dag_id"], dag["version"], dag["state"]) for dag in after] == [
        (dag["dag_id"], dag["version"], dag["state"]) for dag in before
    ]


def test_doctor_sees_commits_that_are_not_in_the_branch_or_on_no_remote(three: Shell) -> None:
    assert _checks(three)["commits"] == ("ok", "all 1 recorded commits are in this branch")
    three.git("clone", "--bare", ".", "../remote.git")
    three.git("remote", "add", "origin", "../remote.git")
    three.git("fetch", "origin")
    assert _checks(three)["commits"][1].endswith("in this branch and on a remote")
    three.write("specs/b.yaml", GOOD.replace("Daily orders", "b").replace("0 2", "1 2"))
    three.ok("create", "specs")
    commit = three.git("rev-parse", "--short=7", "HEAD")
    assert _checks(three)["commits"] == (
        "warning",
        f"1 recorded commit is on no remote: b ({commit})",
    )
    three.git("branch", "kept")
    three.git("commit", "--amend", "-m", "other")
    assert _checks(three)["commits"] == (
        "warning",
        f"1 recorded commit is not in this branch: b ({commit})",
    )
    three.git("branch", "-D", "kept")
    done = three.ok("doctor")
    assert f"in no branch any more, as after a rebase: b ({commit})" in done.out
    assert "fix: dagctl create --force" in done.out
    three.git("reflog", "expire", "--expire=now", "--all")
    three.git("prune", "--expire=now")
    assert "not in this repository" in _checks(three)["commits"][1]


def test_doctor_sees_records_that_cannot_be_read_and_specs_that_are_refused(three: Shell) -> None:
    (file,) = three.folder.rglob("registry.db")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE user_dags SET spec = '{\"bad\": 1}' WHERE dag_id = 'b'")
    assert _checks(three)["records"] == (
        "warning",
        "today's rules refuse the specs of 1 of 3 records: b",
    )


def test_fix_writes_missing_files_and_wrong_objects_anew(three: Shell) -> None:
    (three.folder / "dags/b.py").unlink()
    stored = _object(three, "daily_orders")
    right = stored.read_bytes()
    stored.write_text("# other\n")
    orphan = stored.with_name("gone.py")
    orphan.write_text("# of no DAG\n")
    os.utime(orphan, (0, 0))
    three.write("dags/c.py", "mine\n")
    done = three.run("doctor", "--fix", "--yes")
    assert "Left as it is: c: its file was changed by hand" in done.err
    assert "repaired b" in done.err
    assert "repaired daily_orders" in done.err
    assert not orphan.exists()
    assert (three.folder / "dags/b.py").exists()
    assert b'"daily_orders"' in stored.read_bytes()
    assert len(stored.read_bytes()) == len(right)
    assert (three.folder / "dags/c.py").read_text() == "mine\n"
    states = {dag["dag_id"]: dag["state"] for dag in three.json("list")["dags"]}
    assert states == {"b": "synced", "c": "drift", "daily_orders": "synced"}
    sources = {dag["dag_id"]: dag["source"] for dag in three.json("list")["dags"]}
    assert sources["b"] == "specs/b.yaml"
    three.write("dags/c.py", "")
    three.ok("create", "specs", "--force")
    done = three.ok("doctor", "--fix", "--yes", "-o", "json")
    assert done.document["result"]["fixed"] == {"dags": [], "removed": [], "failed": []}


def test_no_command_makes_a_dag_twice_whose_file_is_in_the_folder_of_before(three: Shell) -> None:
    config = three.folder / "dagctl.toml"
    config.write_text(config.read_text().replace('dags_folder = "dags"', 'dags_folder = "new"'))
    before = sorted(path.name for path in (three.folder / "dags").iterdir())
    refused = "the file of `b` is dags/b.py, and dags_folder is new now"
    for command in (["rm", "b"], ["mv", "b", "d"], ["mv", "b", "d", "--dry-run"]):
        done = three.run(*command)
        assert (done.code, refused in done.err) == (ExitCode.CONFLICT, True), command
        assert "git mv dags new, commit, then again" in done.err
    stored = _object(three, "b")
    stored.write_text("# other\n")
    done = three.run("doctor", "--fix", "--yes")
    assert "Left as it is: b: its file is in another folder than dags_folder" in done.err
    assert "the files of 3 of 3 DAGs are in dags, and dags_folder is new now" in done.out
    assert "dags/b.py stays, and new/b.py is not written" in three.ok("pull").err
    assert "dags/b.py stays where it is" in three.ok("rm", "b", "--force", "--dry-run").err
    refusal = three.run("render", "--write", "specs/b.yaml")
    assert (refusal.code, refused in refusal.err) == (ExitCode.CONFLICT, True)
    assert sorted(path.name for path in (three.folder / "dags").iterdir()) == before
    assert not (three.folder / "new").exists()
    three.git("mv", "dags", "new")
    three.git("commit", "-qm", "Move")
    three.ok("doctor", "--fix", "--yes")
    assert sorted(path.name for path in (three.folder / "new").iterdir()) == before


def test_fix_asks_and_never_without_a_terminal(three: Shell) -> None:
    (three.folder / "dags/b.py").unlink()
    done = three.run("doctor", "--fix")
    assert done.code == ExitCode.USAGE
    assert "fix:   dagctl doctor --fix --yes" in done.err
    assert not (three.folder / "dags/b.py").exists()


def test_fix_of_a_healthy_workspace_does_nothing(three: Shell) -> None:
    head = three.git("rev-parse", "HEAD")
    assert "Nothing to repair." in three.ok("doctor", "--fix").err
    assert three.git("rev-parse", "HEAD") == head
