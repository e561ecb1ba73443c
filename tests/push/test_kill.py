"""SIGKILL before, in and after a push: the next command asks the remote, and finishes or undoes."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import Killer, in_child

if TYPE_CHECKING:
    from tests.push.conftest import Clone, Remote

KILLED = -signal.SIGKILL
POINTS = [("announce", False), ("commit", False), ("commit", True), ("confirm", True)]


@pytest.mark.parametrize(("step", "done"), POINTS)
def test_a_kill_around_the_push_is_made_good(
    clone: Clone, remote: Remote, step: str, *, done: bool
) -> None:
    spec = clone.spec("specs/orders.yaml")
    assert in_child(lambda: clone.create(spec, listener=Killer(step, done=done))) == KILLED
    remote.push()
    is_pushed = len(remote.marks()) == 1
    assert is_pushed is ((step, done) in POINTS[2:])
    with clone.open() as client:
        (recovered,) = client.recover().recovered
    assert recovered.outcome == ("finished" if is_pushed else "undone")
    clone.check_published()
    state = "unchanged" if is_pushed else "created"
    assert clone.create(spec) == [("orders", state)]
    assert len(remote.marks()) == 1
    clone.check_published()


def test_a_push_that_outlives_its_dagctl_is_waited_for(clone: Clone, remote: Remote) -> None:
    """The hook lets the remote take it long after dagctl was killed."""
    mark = remote.path / "began"
    remote.hook("pre-receive", f"touch {mark}; sleep 2")
    spec = clone.spec("specs/orders.yaml")
    child = os.fork()
    if child == 0:
        clone.create(spec)
        os._exit(0)
    while not mark.exists():
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert remote.marks() == []
    with clone.open() as client:
        (recovered,) = client.recover().recovered
    assert recovered.outcome == "finished"
    clone.check_published()
