"""Promises 3, 4 and 5 for what is done with recorded DAGs: kills, bad disks, 32 at once.

After it comes one further command, of any kind: then all is as before the act or as after it.
"""

from __future__ import annotations

import errno
import os
import signal
from contextlib import suppress
from itertools import product
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import ConflictError, DagctlError, NotFoundError
from dagctl.operation.execution.steps import COMPLETE, HISTORY, STEPS
from tests.e2e.conftest import (
    Killer,
    Place,
    all_at_once,
    in_child,
    kill_at_effect,
)
from tests.lifecycle.acts import COMMANDS, EVERY, KINDS, SPEC, Act, act_of
from tests.supabase.breaking import bad_disk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dagctl import Client

KILLED = -signal.SIGKILL
POINTS = [
    *product([name for name, _ in (HISTORY, *STEPS, COMPLETE)], (False, True)),
    *(("show", False), ("show", True), ("clear", False)),
]
ALL = [
    (kind, name, done)
    for kind, (name, done) in product(KINDS, POINTS)
    if (kind, name) != ("removal", "upload")  # it has no such step
    and (kind == "import" or name != "history")  # only this one has it
]
SHORT = {
    ("rename", "confirm", False): "again",
    ("rename", "complete", False): "create",
    ("prune", "commit", True): "list",
    ("restore", "complete", True): "again",
    ("rollback", "file", True): "recover",
    ("import", "history", True): "again",
}
"""Around the pivot; all the others are tried by `make test-all`."""


def check_kill(place: Place, kind: str, name: str, *, done: bool, command: str) -> None:
    act = Act(place, kind).prepare()
    users = place.users()
    assert in_child(lambda: act.do(Killer(name, done=done))) == KILLED
    act.check_one_command(command)
    spec_follows = {"untracked": "", "unstaged": ""}
    assert place.users() | spec_follows == users | spec_follows


@pytest.mark.parametrize(("kind", "name", "done"), SHORT)
def test_promise_3_and_4_a_kill_around_a_step_is_made_good_by_any_command(
    place: Place, kind: str, name: str, *, done: bool
) -> None:
    check_kill(place, kind, name, done=done, command=SHORT[kind, name, done])


@pytest.mark.sweep
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("kind", "name", "done"), ALL)
def test_promise_3_and_4_a_kill_around_each_step_is_made_good_by_each_command(
    place: Place, kind: str, name: str, command: str, *, done: bool
) -> None:
    check_kill(place, kind, name, done=done, command=command)


# --- Inside a step ---


def kill_inside(place: Place, tmp_path: Path, kind: str, numbers: range) -> None:
    """Kill before effects of these numbers, until a run ends unhurt; go on each time."""
    act_of(place, kind).prepare()
    for number in numbers:
        act = act_of(place.copy(tmp_path / f"copy-{number}"), kind)

        def run(number: int = number, act: Act = act) -> None:
            kill_at_effect(number)
            act.do()

        status = in_child(run)
        if status == 0:
            assert number > act.fewest
            assert act.check()
            return
        assert status == KILLED
        act.check_one_command(COMMANDS[number % len(COMMANDS)])


@pytest.mark.parametrize(
    ("kind", "number"), [("rename", 30), ("removal", 18), ("import", 25), ("pull", 7)]
)
def test_promise_3_and_4_a_kill_inside_a_step_is_made_good_by_any_command(
    place: Place, tmp_path: Path, kind: str, number: int
) -> None:
    kill_inside(place, tmp_path, kind, range(number, number + 1))


@pytest.mark.sweep
@pytest.mark.parametrize("kind", EVERY)
def test_promise_3_and_4_a_kill_before_every_effect_is_made_good_by_any_command(
    place: Place, tmp_path: Path, kind: str
) -> None:
    kill_inside(place, tmp_path, kind, range(1, 1000))


@pytest.mark.sweep
@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("kind", EVERY)
def test_promise_3_a_disk_that_refuses_any_change_loses_nothing(  # noqa: PLR0913
    place: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    code: int,
    *,
    lasting: bool,
) -> None:
    act_of(place, kind).prepare()
    for number in range(1, 1000):
        act = act_of(place.copy(tmp_path / f"copy-{number}"), kind)
        is_told = True
        with bad_disk(monkeypatch, number, code, lasting=lasting) as disk:
            try:
                act.do()
            except (DagctlError, OSError):
                is_told = False
        if is_told:
            assert act.is_done()
            act.place.recover()
            assert act.check()
        else:
            act.check_one_command(COMMANDS[number % len(COMMANDS)])
        if disk.seen < number:
            assert number > act.fewest
            return


# --- At once ---


@pytest.mark.parametrize("count", [8, pytest.param(32, marks=pytest.mark.sweep)])
def test_promise_5_processes_at_once_on_one_dag_leave_a_linear_history(
    place: Place, count: int
) -> None:
    """Each rolls back, renames away and back, removes, restores or updates one DAG, in any order.

    What comes too late is refused; what is done is a version with a commit of its own.
    """
    Act(place, "rollback").prepare()
    acts: list[Callable[[Client], object]] = [
        lambda client: client.rollback("orders"),
        lambda client: client.remove("orders"),
        lambda client: client.restore("orders"),
        lambda client: client.create(place.root / SPEC, force=True),
        lambda client: client.pull(),
    ]

    def turn(number: int) -> Callable[[], None]:
        def run() -> None:
            os.environ["DAGCTL_LOCK_TIMEOUT"] = "600"
            with place.open() as client, suppress(ConflictError, NotFoundError):
                acts[number % len(acts)](client)

        return run

    assert all_at_once([turn(number) for number in range(count)]) == [0] * count
    place.check_agreement()
    with place.open() as client:
        entries = client.history("orders", limit=100).entries
    versions = [entry.version for entry in entries]
    commits = [version.commit_id for version in versions]
    assert [version.version for version in versions] == list(range(len(versions), 0, -1))
    assert len(versions) > 2
    assert len(set(commits)) == len(commits)
    parents = [line.split() for line in place.git("log", "--format=%H %P").splitlines()]
    assert all(len(line) <= 2 for line in parents)  # no merge: one line of commits
    assert [line[0] for line in parents if line[0] in commits] == commits
