"""Promise 10: two clones on one project. No update is lost."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from dagctl import Client
from dagctl.errors import StaleVersionError
from tests.supabase.clones import clone
from tests.supabase.place import Place

if TYPE_CHECKING:
    from pathlib import Path

SPEC = "specs/orders.yaml"


@pytest.fixture
def clones(place: Place, tmp_path: Path) -> tuple[Place, Place]:
    """Two clones; a DAG was made in the first, and is in both."""
    place.create(place.spec(SPEC))
    commit(place)
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote.git")], check=True)
    place.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    place.git("push", "-q", "-u", "origin", "HEAD")
    subprocess.run(
        ["git", "clone", "-q", str(tmp_path / "remote.git"), str(tmp_path / "other")], check=True
    )
    return place, Place(tmp_path / "other", place.stand_in)


def commit(place: Place) -> None:
    place.git("add", "-A")
    place.git("commit", "-q", "--allow-empty", "-m", "Change the spec")


def state(place: Place, word: str, *, force: bool = False) -> tuple[str, int]:
    spec = place.spec(SPEC, word=word)
    with place.open() as client:
        (dag,) = client.create(spec, force=force).dags
    return dag.state, dag.version


def test_a_stale_clone_is_refused_and_learns_what_to_pull(clones: tuple[Place, Place]) -> None:
    stale, other = clones
    assert state(other, "two") == ("updated", 2)
    commit_id = other.git("rev-parse", "HEAD").strip()
    commit(other)
    other.git("push", "-q")
    before = (stale.rows(), stale.objects(), stale.git("rev-parse", "HEAD"))
    for word in ("one", "three"):
        with pytest.raises(StaleVersionError) as caught:
            state(stale, word)
        said = str(caught.value)
        assert "version 2 was made" in said
        assert f"in commit {commit_id[:7]}; this change is based on version 1" in said
        assert "git pull" in (caught.value.hint or "")
    assert (stale.rows(), stale.objects(), stale.git("rev-parse", "HEAD")) == before
    stale.git("checkout", "-q", "--", SPEC)
    stale.git("pull", "-q", "--rebase")
    assert state(stale, "two") == ("unchanged", 2)
    assert state(stale, "three") == ("updated", 3)
    stale.check_agreement()


def test_force_makes_the_next_version(clones: tuple[Place, Place]) -> None:
    stale, other = clones
    state(other, "two")
    assert state(stale, "three", force=True) == ("updated", 3)


def test_jobs_that_finish_out_of_order_undo_nothing(clones: tuple[Place, Place]) -> None:
    late, early = clones
    late.spec(SPEC, word="two")
    assert state(early, "three") == ("updated", 2)
    with pytest.raises(StaleVersionError):
        state(late, "two")
    (listed,) = early.records()
    with early.open() as client:
        record = client.get(listed.dag_id)
    assert record.spec["tasks"][0]["bash_command"] == "echo three"


def test_a_rollback_by_git_revert_is_the_next_version(clones: tuple[Place, Place]) -> None:
    place, _ = clones
    state(place, "two")
    place.git("stash", "-q")
    place.git("revert", "--no-edit", "HEAD")
    commits = place.git("rev-list", "--count", "HEAD")
    assert state(place, "one") == ("updated", 3)
    assert int(place.git("rev-list", "--count", "HEAD")) == int(commits) + 1
    assert place.git("diff", "--name-only", "HEAD~1", "HEAD").split() == ["dags/orders.py"]


def test_a_clone_without_the_file_asks_for_it(clones: tuple[Place, Place]) -> None:
    _, other = clones
    other.git("rm", "-q", "dags/orders.py")
    commit(other)
    with pytest.raises(StaleVersionError, match=r"dags/orders\.py is not here"):
        state(other, "two")
    assert state(other, "one") == ("updated", 2)


def test_unchanged_is_not_said_of_an_object_that_is_gone(place: Place) -> None:
    assert state(place, "one") == ("created", 1)
    place.stand_in.sql("set storage.allow_delete_query = true; delete from storage.objects")
    assert state(place, "one") == ("updated", 2)
    place.check_agreement()


def test_doctor_names_the_file_of_a_dag_that_another_clone_has_removed(
    clones: tuple[Place, Place],
) -> None:
    place, other = clones
    other.git("pull", "-q")
    with other.open() as client:
        (dag,) = client.list()
        client.remove(dag.dag_id)
    (place.root / "dags/mine.py").write_text("mine = 1\n")

    def finding() -> tuple[str, str]:
        with place.open() as client:
            return next((one.state, one.message) for one in client.doctor() if one.name == "files")

    assert finding() == ("warning", f"1 DAG file here is of a removed DAG: {dag.dag_id}")
    other.git("push", "-q")
    place.git("pull", "-q")
    assert finding() == ("ok", "there are no DAG files yet")


def test_a_value_that_no_file_has_is_warned_of_when_another_clone_sets_it_back(
    place: Place, tmp_path: Path
) -> None:
    """Text and commits are the same: only the values differ, so it is not sure."""
    spec = place.spec(SPEC, word="${{ vars.word }}")
    commit(place)
    for word in ("one", "two"):
        with Client.open(place.root, variables={"word": word}) as client:
            client.create(spec)
    other = clone(place, tmp_path / "other")
    other.git("config", "user.name", "Bo")
    other.git("config", "user.email", "bo@example.com")
    with Client.open(other.root, variables={"word": "one"}) as client:
        (warning,) = client.create(other.root / SPEC).warnings
    assert warning.startswith(f"DAG501: {SPEC} is the spec of version 1 again: what version 2 of")
    assert "echo one" in (other.root / "dags/orders.py").read_text()
