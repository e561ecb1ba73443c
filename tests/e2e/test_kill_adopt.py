"""A kill in the middle of `adopt`: the next command makes all of it, or nothing."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from dagctl.operation.execution.steps import COMPLETE, STEPS
from tests.by_hand import DAG
from tests.e2e.conftest import Killer, Place, in_child

if TYPE_CHECKING:
    from pathlib import Path

MINE, OWN, SPEC = "dags/team/mine.py", "dags/etl.py", "specs/etl.yaml"
POINTS = [(name, done) for name, _ in (*STEPS, COMPLETE) for done in (False, True)]
UNDONE = {"journal", "reserve", "render", "upload", "file"}
"""What is killed here is undone; once the commit stands, it is finished."""
SHORT = [("file", True), ("confirm", True)]
"""Before and after the pivot; all the others are tried by `make test-all`."""


def check_kill(place: Place, name: str, *, done: bool) -> None:
    mine = place.root / MINE
    mine.parent.mkdir(parents=True)
    mine.write_text(DAG)
    place.git("add", "dags")
    place.git("commit", "-qm", "By hand")

    def adopt() -> None:
        with place.open(Killer(name, done=done)) as client:
            client.adopt(mine)

    assert in_child(adopt) == -signal.SIGKILL
    place.recover()
    assert not list((place.root / ".git/dagctl/top/journal").glob("*.json"))
    standing = [(place.root / path).exists() for path in (MINE, OWN, SPEC)]
    is_adopted = [record.dag_id for record in place.records()] == ["etl"]
    assert standing == ([False, True, True] if is_adopted else [True, False, False])
    assert is_adopted is not (name in UNDONE or (name, done) == ("commit", False))
    if not is_adopted:
        assert mine.read_text() == DAG
        assert place.git("status", "--porcelain", "--", "dags") == ""
        with place.open() as client:
            client.adopt(mine)
    check_adopted(place.root)


def check_adopted(root: Path) -> None:
    assert not (root / MINE).exists()
    assert "# Generated DAG: etl" in (root / OWN).read_text()
    assert (root / SPEC).read_text().startswith("dag_name: ")
    assert sorted(path.name for path in (root / "dags").rglob("*.*")) == ["etl.py"]


@pytest.mark.parametrize(("name", "done"), SHORT)
def test_a_kill_of_adopt_is_made_good(place: Place, name: str, *, done: bool) -> None:
    check_kill(place, name, done=done)


@pytest.mark.sweep
@pytest.mark.parametrize(("name", "done"), POINTS)
def test_a_kill_of_adopt_at_each_step_is_made_good(place: Place, name: str, *, done: bool) -> None:
    check_kill(place, name, done=done)
