"""Promise 10: two real clones with a bare remote, each with its own embedded registry."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ConflictError
from tests.e2e.conftest import Place

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Sandbox

DAG = "dags/orders.py"


def states(place: Place, *, dry: bool = False) -> list[tuple[str, str]]:
    """Return what `create specs` makes of each DAG, or would make of it."""
    specs = sorted((place.root / "specs").glob("*.yaml"))
    with place.open() as client:
        if dry:
            return [(dag.dag_id, dag.action.value) for dag in client.plan(specs).dags]
        return [(dag.dag_id, dag.state) for dag in client.create(specs).dags]


@pytest.fixture
def clones(place: Place, tmp_path: Path) -> tuple[Place, Place]:
    """Ada's and Bob's clones; Ada has made a DAG and pushed it, Bob has pulled."""
    place.spec("specs/orders.yaml")
    states(place)
    place.git("add", "-A")
    place.git("commit", "-qm", "Add the spec")
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote.git")], check=True)
    place.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    place.git("push", "-q", "-u", "origin", "HEAD")
    subprocess.run(
        ["git", "clone", "-q", str(tmp_path / "remote.git"), str(tmp_path / "bob")], check=True
    )
    bob = Place(tmp_path / "bob")
    bob.git("config", "user.name", "Bob")
    bob.git("config", "user.email", "bob@example.com")
    return place, bob


def push(place: Place) -> None:
    place.git("add", "-A")
    place.git("commit", "-q", "--allow-empty", "-m", "Change the spec")
    place.git("push", "-q")


def conflicting(clones: tuple[Place, Place]) -> Place:
    """Return Bob's clone in a merge of two changes of one spec, which git cannot settle."""
    ada, bob = clones
    for place, word in ((ada, "two"), (bob, "three")):
        place.spec("specs/orders.yaml", word=word)
        states(place)
        place.git("add", "-A")
        place.git("commit", "-qm", "Change the spec")
    ada.git("push", "-q")
    with pytest.raises(AssertionError):  # git says that there are conflicts
        bob.git("pull", "-q", "--no-rebase", "--no-edit")
    return bob


def test_a_fresh_clone_answers_unchanged_and_changes_nothing(
    clones: tuple[Place, Place],
) -> None:
    _, bob = clones
    head = bob.git("rev-parse", "HEAD")
    assert states(bob, dry=True) == [("orders", "unchanged")]
    assert states(bob) == [("orders", "unchanged")]
    assert bob.git("rev-parse", "HEAD") == head
    assert bob.git("status", "--porcelain") == ""
    bob.check_agreement()


def test_pull_revert_and_branch_are_no_drift(clones: tuple[Place, Place]) -> None:
    ada, bob = clones
    states(bob)
    bob.git("switch", "-q", "-c", "before")
    bob.git("switch", "-q", "-")
    ada.spec("specs/orders.yaml", word="two")
    assert states(ada) == [("orders", "updated")]
    push(ada)
    bob.git("pull", "-q", "--rebase")
    assert states(bob) == [("orders", "unchanged")]
    bob.git("switch", "-q", "before")
    assert states(bob) == [("orders", "unchanged")]
    bob.git("switch", "-q", "-")
    bob.git("revert", "--no-edit", "HEAD", "HEAD~1")
    assert states(bob) == [("orders", "unchanged")]
    bob.check_agreement()
    assert [record.version for record in bob.records()] == [1]


def test_the_same_change_in_two_clones_merges_without_a_conflict(
    clones: tuple[Place, Place],
) -> None:
    for place in clones:
        place.spec("specs/orders.yaml", word="two")
        assert states(place) == [("orders", "updated")]
        place.git("add", "-A")
        place.git("commit", "-qm", "Change the spec")
    ada, bob = clones
    ada.git("push", "-q")
    bob.git("pull", "-q", "--no-rebase", "--no-edit")
    assert states(bob) == [("orders", "unchanged")]


def test_a_merge_that_conflicts_in_a_dag_file_is_settled_by_the_spec(
    clones: tuple[Place, Place],
) -> None:
    bob = conflicting(clones)
    assert "<<<<<<<" in (bob.root / DAG).read_text()
    spec = bob.spec("specs/orders.yaml", word="four")
    with bob.open() as client:
        assert client.rewrite(spec).changed
    assert "<<<<<<<" not in (bob.root / DAG).read_text()
    bob.git("add", "-A")
    bob.git("commit", "-qm", "Merge")
    assert states(bob) == [("orders", "unchanged")]
    assert [record.version for record in bob.records()] == [3]
    bob.check_agreement()


TASKS = "dag_name: Orders\ntasks:\n" + "\n".join(
    f"  - task_id: {name}\n    task_type: bash\n    retries: 1\n    pool: small\n"
    f"    bash_command: echo {{{name}}}\n"
    for name in ("extract", "load", "clean")
)
"""Far enough apart for git to join changes of them."""


@pytest.mark.parametrize("how", ["render", "committed", "create"])
def test_a_merge_of_which_only_the_header_conflicts_is_settled_by_the_spec(
    clones: tuple[Place, Place], how: str
) -> None:
    ada, bob = clones
    spec = ada.root / "specs/orders.yaml"
    spec.write_text(TASKS.format(extract="1", load="1", clean="1"))
    states(ada)
    push(ada)
    bob.git("pull", "-q", "--rebase")
    for place, change in (
        (ada, {"extract": "2", "clean": "1"}),
        (bob, {"extract": "1", "clean": "2"}),
    ):
        (place.root / "specs/orders.yaml").write_text(TASKS.format(load="1", **change))
        assert states(place) == [("orders", "updated")]
        place.git("add", "-A")
        place.git("commit", "-qm", "Change the spec")
    ada.git("push", "-q")
    with pytest.raises(AssertionError):  # git says that there are conflicts
        bob.git("pull", "-q", "--no-rebase", "--no-edit")
    text = (bob.root / DAG).read_text()
    assert text.count("<<<<<<<") == 1
    assert text.count("echo 2") == 2
    with bob.open() as client:
        assert client.drift(client.get("orders")) == "unmerged"
        (finding,) = [finding for finding in client.doctor() if finding.name == "files"]
        assert (finding.state, finding.message) == (
            "warning",
            "of 1 DAG files 1 in a merge conflict (orders)",
        )
        assert client.repairs().dags == ()
    if how == "render":
        with bob.open() as client:
            assert client.rewrite(bob.root / "specs/orders.yaml").changed
    elif how == "create":
        with pytest.raises(ConflictError, match="a merge is under way"):
            states(bob)
        with bob.open() as client:
            by_hand = text.replace("echo 2", "echo 3")
            (bob.root / DAG).write_text(by_hand)
            with pytest.raises(ConflictError, match="was changed since dagctl wrote it"):
                client.rewrite(bob.root / "specs/orders.yaml")
            assert (bob.root / DAG).read_text() == by_hand
        (bob.root / DAG).write_text(text)
    bob.git("add", "-A")
    bob.git("commit", "-qm", "Merge")
    assert states(bob) == [("orders", "unchanged" if how == "render" else "updated")]
    assert "<<<<" not in (bob.root / DAG).read_text()
    bob.check_agreement()


@pytest.mark.parametrize("how", ["marks", "mixture"])
def test_what_a_committed_merge_left_in_a_dag_file_is_made_anew(
    clones: tuple[Place, Place], how: str
) -> None:
    bob = conflicting(clones)
    bob.spec("specs/orders.yaml", word="four")
    if how == "mixture":
        bob.git("checkout", "--ours", DAG)
        file = bob.root / DAG
        file.write_text(file.read_text().replace("echo three", "echo four"))
    bob.git("add", "-A")
    bob.git("commit", "-qm", "Merge")
    assert states(bob) == [("orders", "updated")]
    assert "echo four" in (bob.root / DAG).read_text()
    bob.check_agreement()


def test_what_a_person_wrote_after_a_committed_merge_is_not_lost(
    clones: tuple[Place, Place],
) -> None:
    bob = conflicting(clones)
    bob.spec("specs/orders.yaml", word="four")
    bob.git("add", "-A")
    bob.git("commit", "-qm", "Merge")
    file = bob.root / DAG
    file.write_text(file.read_text() + "# by hand\n")
    with pytest.raises(ConflictError, match="was changed since dagctl wrote it"):
        states(bob)
    assert file.read_text().endswith("# by hand\n")


@pytest.mark.parametrize("lacks", ["blob:none", "tree:0"])
def test_a_partial_clone_knows_its_dags_and_updates_them(
    clones: tuple[Place, Place], tmp_path: Path, lacks: str
) -> None:
    ada, _ = clones
    ada.spec("specs/orders.yaml", word="two")
    states(ada)
    push(ada)
    remote = tmp_path / "remote.git"
    ada.git("-C", str(remote), "config", "uploadpack.allowFilter", "true")
    few = Place(tmp_path / "few")
    ada.git("clone", "-q", f"--filter={lacks}", f"file://{remote}", str(few.root))
    few.git("config", "user.name", "Eve")
    few.git("config", "user.email", "eve@example.com")
    assert states(few) == [("orders", "unchanged")]
    few.spec("specs/orders.yaml", word="three")
    assert states(few) == [("orders", "updated")]
    few.check_agreement()


def test_what_a_person_changed_is_drift_in_any_clone(clones: tuple[Place, Place]) -> None:
    ada, bob = clones
    file = ada.root / DAG
    file.write_text(file.read_text() + "# by hand\n")
    push(ada)
    bob.git("pull", "-q", "--rebase")
    for place in clones:
        with pytest.raises(ConflictError, match="was changed since dagctl wrote it"):
            states(place)


def test_a_moved_spec_keeps_its_dag_in_every_clone(clones: tuple[Place, Place]) -> None:
    ada, bob = clones
    states(bob)
    (ada.root / "specs/team").mkdir()
    ada.git("mv", "specs/orders.yaml", "specs/team/orders.yaml")
    with ada.open() as client:
        result = client.create(ada.root / "specs/team/orders.yaml")
    assert [dag.dag_id for dag in result.dags] == ["orders"]
    assert "specs/orders.yaml is gone" in result.warnings[0]
    push(ada)
    bob.git("pull", "-q", "--rebase")
    with bob.open() as client:
        (dag,) = client.create(bob.root / "specs/team/orders.yaml").dags
    assert (dag.dag_id, dag.state) == ("orders", "unchanged")


def test_a_tracked_file_that_was_deleted_is_refused_before_anything_happens(
    place: Place,
) -> None:
    spec = place.spec("specs/orders.yaml")
    (place.root / "dags").mkdir()
    (place.root / DAG).write_text("mine\n")
    place.git("add", DAG)
    place.git("commit", "-qm", "Mine")
    (place.root / DAG).unlink()
    head = place.git("rev-parse", "HEAD")
    with place.open() as client, pytest.raises(ConflictError, match="deleted in the work tree"):
        client.create(spec)
    assert place.git("rev-parse", "HEAD") == head
    assert place.records() == []


def test_line_ends_that_git_changes_are_no_drift(place: Place, tmp_path: Path) -> None:
    place.spec("specs/orders.yaml")
    states(place)
    place.git("add", "-A")
    place.git("commit", "-qm", "Add the spec")
    subprocess.run(
        ["git", "clone", "-q", "-c", "core.autocrlf=true", str(place.root), str(tmp_path / "win")],
        check=True,
    )
    windows = Place(tmp_path / "win")
    assert b"\r\n" in (windows.root / DAG).read_bytes()
    assert states(windows, dry=True) == [("orders", "unchanged")]


def test_only_spec_files_that_git_does_not_know_are_named(place: Place, sandbox: Sandbox) -> None:
    del sandbox
    known, new = place.spec("specs/a.yaml", "A"), place.spec("specs/b c.yaml", "B")
    place.git("add", str(known))
    with place.open() as client:
        assert client.create([known, new]).untracked == ("specs/b c.yaml",)
