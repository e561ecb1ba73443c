"""A disk that refuses a write in the middle of `adopt`: all of it is done, or nothing."""

from __future__ import annotations

import errno
from itertools import count
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import DagctlError
from tests.by_hand import DAG
from tests.supabase.breaking import DISK, bad_disk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Place

MINE, OWN, SPEC = "dags/mine.py", "dags/etl.py", "specs/etl.yaml"


@pytest.fixture
def written(place: Place) -> Place:
    """A workspace with a file that a person has written and committed."""
    mine = place.root / MINE
    mine.parent.mkdir(exist_ok=True)
    mine.write_text(DAG)
    place.git("add", "dags")
    place.git("commit", "-qm", "By hand")
    return place


def adopt(place: Place) -> None:
    with place.open() as client:
        client.adopt(place.root / MINE)


def is_hit(
    place: Place, patch: pytest.MonkeyPatch, number: int, code: int, *, lasting: bool
) -> bool:
    """Return whether the adoption makes so many changes to the disk; that one is refused."""
    users = place.users()
    said = "not done"
    with bad_disk(patch, number, code, lasting=lasting) as disk:
        try:
            adopt(place)
            said = "done"
        except (DagctlError, OSError):
            pass
    place.recover()
    check(place, users, said)
    return disk.seen >= number


def check(place: Place, users: dict[str, str], said: str) -> None:
    """Check that all is done or nothing, that the command has said which, and that it can go on."""
    standing = [(place.root / path).exists() for path in (MINE, OWN, SPEC)]
    adopted = [record.dag_id for record in place.records()] == ["etl"]
    assert standing == ([False, True, True] if adopted else [True, False, False])
    assert adopted or said == "not done"
    if not adopted:
        assert (place.root / MINE).read_text() == DAG
        assert place.users() == users
        adopt(place)
    place.check_agreement()


@pytest.mark.parametrize(("number", "lasting"), [(9, False), (20, True), (30, False)])
def test_a_refused_write_of_adopt_is_made_good(
    written: Place, monkeypatch: pytest.MonkeyPatch, number: int, *, lasting: bool
) -> None:
    assert is_hit(written, monkeypatch, number, errno.ENOSPC, lasting=lasting)


@pytest.mark.sweep
@pytest.mark.parametrize("lasting", [False, True])
def test_each_refused_write_of_adopt_is_made_good(
    written: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, lasting: bool
) -> None:
    for number in count(1):
        copied = written.copy(tmp_path / f"copy-{number}")
        code = DISK[number % len(DISK)]
        if not is_hit(copied, monkeypatch, number, code, lasting=lasting):
            break
    assert number > 20
