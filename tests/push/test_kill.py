"""SIGKILL before, in and after a push: the next command asks the remote, and finishes or undoes."""

from __future__ import annotations

import os
import signal
import time
from itertools import product
from typing import TYPE_CHECKING

import pytest

from dagctl.operation.execution.steps import ANNOUNCE, COMPLETE, HISTORY, STEPS
from tests.e2e.conftest import Killer, in_child
from tests.lifecycle.acts import COMMANDS, KINDS, Act

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


STEPS_WITH_A_PUSH = [
    name for name, _ in (HISTORY, *STEPS, ANNOUNCE, COMPLETE) if name not in {"stage", "history"}
]
"""The index follows with the branch: nothing is staged. Only an import has `history`."""
EVERY_KILL = [
    (kind, name, done, COMMANDS[number % len(COMMANDS)])
    for number, (kind, name, done) in enumerate(
        [
            *product(KINDS, STEPS_WITH_A_PUSH, (False, True)),
            *product(["import"], ["history"], (False, True)),
            *product(KINDS, ["show"], (False, True)),
        ]
    )
    if (kind, name) != ("removal", "upload")  # it has no such step
]
SOME_KILLS = [
    ("rename", "commit", True, "list"),
    ("removal", "confirm", False, "create"),
    ("import", "announce", True, "again"),
]


def check_kill(  # noqa: PLR0913
    clone: Clone, remote: Remote, kind: str, name: str, command: str, *, done: bool
) -> None:
    """Kill an act at a step while others push; one further command makes it good everywhere."""
    act = Act(clone, kind).prepare()
    clone.git("push", "-q")
    assert in_child(lambda: act.do(Killer(name, done=done))) == KILLED
    remote.push()
    act.check_one_command(command)
    clone.check_published()
    marks = remote.marks()
    assert len(set(marks)) == len(marks)


@pytest.mark.parametrize(("kind", "name", "done", "command"), SOME_KILLS)
def test_what_is_done_with_recorded_dags_outlives_a_kill_around_the_push(  # noqa: PLR0913
    clone: Clone, remote: Remote, kind: str, name: str, command: str, *, done: bool
) -> None:
    check_kill(clone, remote, kind, name, command, done=done)


@pytest.mark.sweep
@pytest.mark.parametrize(("kind", "name", "done", "command"), EVERY_KILL)
def test_what_is_done_with_recorded_dags_outlives_a_kill_at_every_step(  # noqa: PLR0913
    clone: Clone, remote: Remote, kind: str, name: str, command: str, *, done: bool
) -> None:
    check_kill(clone, remote, kind, name, command, done=done)


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
