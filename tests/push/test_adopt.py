"""`adopt` with a push: the hand-written file gives way on the remote, in the same commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.errors import PushRefusedError
from tests.by_hand import DAG

if TYPE_CHECKING:
    from pathlib import Path

    from tests.push.conftest import Clone, Remote


@pytest.fixture(params=["dags/etl.py", "dags/mine.py"])
def mine(clone: Clone, request: pytest.FixtureRequest) -> Path:
    """Return a file that a person has written, committed and pushed."""
    file = clone.root / str(request.param)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(DAG)
    clone.git("add", "dags")
    clone.git("commit", "-qm", "By hand", "--", "dags")
    clone.git("push", "-q")
    return file


def test_the_file_gives_way_on_the_remote_while_others_push(
    clone: Clone, remote: Remote, mine: Path
) -> None:
    remote.push("theirs.txt")
    with clone.open() as client:
        adopted = client.adopt(mine)
    assert adopted.result is not None
    assert adopted.result.pushed == "origin/main"
    clone.check_published()
    assert list(remote.files()) == ["dags/etl.py"]
    assert (clone.root / "specs/etl.yaml").exists()
    assert (mine.name == "etl.py") is mine.exists()
    assert (clone.root / "notes.txt").read_text() == "three\n"


def test_a_push_that_is_refused_leaves_the_file_and_no_spec(
    clone: Clone, remote: Remote, mine: Path
) -> None:
    users, tip = clone.users(), remote.tip
    remote.hook("pre-receive", "exit 1")
    with clone.open() as client, pytest.raises(PushRefusedError):
        client.adopt(mine)
    assert mine.read_text() == DAG
    assert remote.tip == tip
    assert clone.users() == users
    assert not (clone.root / "specs").exists()
    assert clone.records() == []
