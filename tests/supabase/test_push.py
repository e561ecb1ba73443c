"""Push on a Supabase project: the database decides names, the remote decides order."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from dagctl import Client
from tests.supabase.kills import killed
from tests.supabase.place import Place

if TYPE_CHECKING:
    from pathlib import Path

EXPIRE = """
    update public.user_dags set lease_until = now() - interval '1 second'
    where operation_id is not null
"""


@pytest.fixture
def clones(place: Place, tmp_path: Path) -> tuple[Place, Place]:
    """Two clones that push, without a DAG."""
    with (place.root / "dagctl.toml").open("a") as file:
        file.write('\n[git]\npush = "always"\n')
    place.git("add", "-A")
    place.git("commit", "-q", "-m", "Settings")
    bare = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", str(bare)], check=True)
    place.git("remote", "add", "origin", str(bare))
    place.git("push", "-q", "origin", "HEAD:main")
    subprocess.run(["git", "clone", "-q", "-b", "main", str(bare), str(tmp_path / "b")], check=True)
    return place, Place(tmp_path / "b", place.stand_in)


def check_published(place: Place) -> None:
    """Check that all agree, and that each recorded commit stands on the remote, on one line."""
    place.git("pull", "-q", "--ff-only", "origin", "main")
    place.check_agreement()
    for *_, commit_id in place.rows():
        place.git("merge-base", "--is-ancestor", commit_id, "origin/main")
    assert place.git("log", "--merges", "--format=%H", "origin/main") == ""


def test_two_clones_push_their_dags_and_each_stands_once(clones: tuple[Place, Place]) -> None:
    ada, bob = clones
    ada.create(ada.spec("specs/a.yaml", "A"))
    bob.create(bob.spec("specs/b.yaml", "A"))  # the database gives the next number
    ada.create(ada.spec("specs/a.yaml", "A", word="two"))
    with ada.open() as client:
        client.rollback("a")
    assert bob.versions() == {"a": 3, "a_2": 1}
    for place in clones:
        check_published(place)
    with bob.open() as client:
        client.remove("a")
    assert ada.versions() == {"a_2": 1}
    made = bob.git("log", "--format=%s", "origin/main").split("\n")[:5]
    assert made == [
        *("Delete DAG a", "Rollback DAG a", "Update DAG a", "Create DAG a_2", "Create DAG a")
    ]


@pytest.mark.parametrize("step", [pytest.param("announce", marks=pytest.mark.sweep), "commit"])
@pytest.mark.parametrize("kind", ["new", "update"])
def test_what_a_killed_clone_has_pushed_another_takes_over(
    clones: tuple[Place, Place], step: str, kind: str
) -> None:
    dead, other = clones
    if kind == "update":
        dead.create(dead.spec("specs/x.yaml", "X"))
    word = "two" if kind == "update" else "one"
    spec = dead.spec("specs/x.yaml", "X", word=word)
    killed(dead, spec, step)
    subprocess.run(["git", "-C", str(other.root), "pull", "-q", "origin", "main"], check=True)
    with Client.open(other.root) as client:
        other.stand_in.sql(EXPIRE)
        (dag,) = client.create(other.spec("specs/x.yaml", "X", word=word), force=True).dags
    assert dag.dag_id == "x"
    dead.recover()
    assert set(other.versions()) == {"x"}
    check_published(other)
    (dead.root / "specs/x.yaml").unlink()
    check_published(dead)
