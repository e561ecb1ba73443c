"""`create FOLDER --prune`: DAGs go whose spec file is gone, and never another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ExitCode
from tests.lifecycle.conftest import SPEC, write

if TYPE_CHECKING:
    from tests.cli.conftest import Shell

ON_ONE = pytest.mark.parametrize("empty", ["local"], indirect=True)
"""What does not depend on the backend."""


def names(user: Shell) -> list[str]:
    return [dag["dag_id"] for dag in user.json("list")["dags"]]


def spec(name: str) -> str:
    return SPEC.format(name=name, schedule="@daily")


def test_dags_go_in_the_same_commit_whose_specs_are_gone(empty: Shell) -> None:
    for path in ("specs/a.yaml", "specs/sub/b.yaml", "specs/c.yaml", "other/d.yaml"):
        empty.write(path, spec(path[-6]))
    empty.ok("create", "specs", "other")
    empty.git("add", "-A")
    empty.git("commit", "-qm", "Specs")
    empty.ok("create", "-", stdin=spec("Of a program"))
    for path in ("specs/a.yaml", "specs/sub/b.yaml", "other/d.yaml"):
        (empty.folder / path).unlink()
    empty.write("specs/moved.yaml", (empty.folder / "specs/c.yaml").read_text())
    (empty.folder / "specs/c.yaml").unlink()
    before = empty.git("rev-parse", "HEAD")
    plan = empty.ok("create", "specs", "--prune", "--dry-run").out.splitlines()
    assert "delete a v1 -> v2" in plan
    assert "delete b v1 -> v2" in plan
    assert names(empty) == ["a", "b", "c", "d", "of_a_program"]
    result = empty.json("create", "specs", "--prune")
    assert [(dag["dag_id"], dag["source"]) for dag in result["pruned"]] == [
        ("a", "specs/a.yaml"),
        ("b", "specs/sub/b.yaml"),
    ]
    assert [dag["dag_id"] for dag in result["dags"]] == ["c"]
    assert names(empty) == ["c", "d", "of_a_program"]
    assert empty.git("rev-parse", "HEAD~1") == before
    again = empty.ok("create", "specs", "--prune")
    assert "unchanged" in again.out
    assert empty.json("history", "a")["versions"][0]["action"] == "delete"
    empty.ok("doctor")


@ON_ONE
def test_what_git_never_had_or_another_clone_has_stays(empty: Shell) -> None:
    for name in ("a", "b", "c"):
        empty.write(f"specs/{name}.yaml", spec(name))
    empty.ok("create", "specs")
    empty.git("add", "specs/a.yaml", "specs/b.yaml")
    empty.git("commit", "-qm", "Specs")
    for name in ("b", "c"):
        (empty.folder / f"specs/{name}.yaml").unlink()
    (empty.folder / "dags/b.py").unlink()  # as in a clone that has not pulled it
    done = empty.ok("create", "specs", "--prune")
    assert "`c` stays: specs/c.yaml is not here" in done.err
    assert names(empty) == ["a", "b", "c"]
    empty.git("checkout", "--", "dags/b.py")
    file = empty.folder / "dags/b.py"
    file.write_text(file.read_text() + "x = 1\n")
    refused = empty.run("create", "specs", "--prune")
    assert (refused.code, "dags/b.py was changed" in refused.err) == (ExitCode.CONFLICT, True)
    assert names(empty) == ["a", "b", "c"]


@ON_ONE
def test_a_folder_has_to_be_named(empty: Shell) -> None:
    path = write(empty, "@daily")
    empty.ok("create", path)
    away = empty.folder.parent / "away"
    away.mkdir()
    (away / "x.yaml").write_text(spec("x"))
    for arguments, words in (
        ((path, "--prune"), "none is named"),
        (("-", "--prune"), "none is named"),
        ((str(away), "--prune"), "is outside of the workspace"),
    ):
        done = empty.run("create", *arguments, stdin=spec("x"))
        assert (done.code, words in done.err) == (ExitCode.USAGE, True), done.err
    assert names(empty) == ["orders"]


@ON_ONE
def test_the_last_spec_of_a_folder_may_go(empty: Shell) -> None:
    for path in ("specs/a.yaml", "more/b.yaml", "kept/c.yaml"):
        empty.write(path, spec(path[-6]))
    empty.write("more/defaults.yaml", "owner: data\n")
    empty.ok("create", "specs", "more", "kept")
    empty.git("add", "-A")
    empty.git("commit", "-qm", "Specs")
    empty.git("rm", "-q", "specs/a.yaml", "more/b.yaml")
    assert not (empty.folder / "specs").exists()
    plan = empty.ok("create", "specs", "--prune", "--dry-run").out
    assert "delete a v1 -> v2" in plan
    done = empty.json("create", "specs", "more", "--prune")
    assert [dag["dag_id"] for dag in done["pruned"]] == ["a", "b"]
    assert done["dags"] == []
    assert names(empty) == ["c"]
    for name in ("more", "specs"):  # git remembers the folder that is gone
        assert "nothing to do" in empty.ok("create", name, "--prune").out
    for name in ("spces", "more/none.yaml"):
        refused = empty.run("create", name, "--prune")
        assert refused.code in {ExitCode.USAGE, ExitCode.NOT_FOUND}, name
    assert names(empty) == ["c"]


@ON_ONE
def test_a_dag_that_alone_could_go_and_is_not_certain_is_named(empty: Shell) -> None:
    empty.write("specs/a.yaml", spec("a"))
    empty.ok("create", "specs")
    (empty.folder / "specs/a.yaml").unlink()
    refused = empty.run("create", "specs", "--prune")
    assert (refused.code, "`a` stays" in refused.err) == (ExitCode.CONFLICT, True)
    assert "dagctl rm a" in refused.err
