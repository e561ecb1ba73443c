"""Promises 3, 4 and 5 for what is done with recorded DAGs: SIGKILL anywhere, and 32 at once."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from dagctl.errors import NotFoundError
from dagctl.operation.steps import COMPLETE, STEPS
from tests.e2e.conftest import Killer, Place, all_at_once, in_child, kill_at_effect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dagctl.operation.backend import Silence

KILLED = -signal.SIGKILL
KINDS = ("removal", "rollback", "rename", "prune")
ALL = [(kind, name, done) for kind in KINDS for name, _ in (*STEPS, COMPLETE) for done in (0, 1)]
SHORT = {("rename", "confirm", 0), ("rename", "complete", 0), ("prune", "commit", 1)}
"""Around the pivot; all the others are tried by `make test-all`."""
PROCESSES = 32


def scene(place: Place) -> Path:
    """Make a DAG with two versions, and another one whose spec file is gone."""
    spec, other = place.spec("specs/orders.yaml"), place.spec("specs/other.yaml", "Other")
    with place.open() as client:
        client.create([spec, other])
        place.spec("specs/orders.yaml", word="two")
        client.create(spec)
    place.git("add", "specs")
    place.git("commit", "-qm", "Specs", "--", "specs")
    other.unlink()
    return spec


def act(place: Place, kind: str, listener: Silence | None = None) -> None:
    with place.open(listener) as client:
        match kind:
            case "removal":
                client.remove("orders")
            case "rollback":
                client.rollback("orders", 1)
            case "rename":
                client.rename("orders", "sales")
            case _:
                place.spec("specs/orders.yaml", word="three")
                specs = place.root / "specs"
                client.create(specs / "orders.yaml", prune=[specs])


AFTER = {
    "removal": {"other": 1},
    "rollback": {"orders": 3, "other": 1},
    "rename": {"sales": 1, "other": 1},
    "prune": {"orders": 3},
}


def check_done(place: Place, kind: str, spec: Path, users: dict[str, str]) -> None:
    place.check_agreement()
    assert {record.dag_id: record.version for record in place.records()} == AFTER[kind]
    actions = {"removal": "delete", "rollback": "rollback", "rename": "rename", "prune": "update"}
    with place.open() as client:
        assert client.history("orders").entries[0].version.action == actions[kind]
    if kind == "rollback":
        assert spec.read_text().split()[-1] == "one"
    if kind == "rename":
        assert "\ndag_id: sales\n" in spec.read_text()
    spec_changed = {} if kind == "removal" else {"unstaged": ""}  # the spec file has followed
    assert {**place.users(), **spec_changed} == {**users, **spec_changed}


@pytest.mark.parametrize(
    ("kind", "name", "done"),
    [each if each in SHORT else pytest.param(*each, marks=pytest.mark.sweep) for each in ALL],
)
def test_promise_3_and_4_a_kill_around_a_step_is_made_good_by_the_same_command(
    place: Place, kind: str, name: str, done: int
) -> None:
    spec = scene(place)
    users = place.users()
    status = in_child(lambda: act(place, kind, Killer(name, done=bool(done))))
    assert status == KILLED or (kind, name) == ("removal", "upload")
    if status == KILLED:
        act(place, kind)
    check_done(place, kind, spec, users)


@pytest.mark.sweep
@pytest.mark.parametrize("kind", KINDS)
def test_promise_3_and_4_a_kill_before_every_effect_is_made_good(
    place: Place, tmp_path: Path, kind: str
) -> None:
    scene(place)
    users = place.users()
    for number in range(1, 1000):
        this = place.copy(tmp_path / f"copy-{number}")

        def run(number: int = number, this: Place = this) -> None:
            kill_at_effect(number)
            act(this, kind)

        status = in_child(run)
        this.recover()
        try:
            act(this, kind)
        except NotFoundError:
            assert kind in {"removal", "rename"}
        check_done(this, kind, this.root / "specs/orders.yaml", users)
        if status == 0:
            assert number > 20
            return
        assert status == KILLED


@pytest.mark.sweep
def test_promise_5_32_processes_on_one_dag_leave_a_linear_history(place: Place) -> None:
    scene(place)

    def turning(number: int) -> Callable[[], None]:
        def run() -> None:
            os.environ["DAGCTL_LOCK_TIMEOUT"] = "600"
            with place.open() as client:
                if number % 2:
                    client.rollback("orders")
                else:
                    client.create(place.spec(f"specs/{number}.yaml", f"N{number}"))

        return run

    assert all_at_once([turning(number) for number in range(PROCESSES)]) == [0] * PROCESSES
    place.check_agreement()
    with place.open() as client:
        entries = client.history("orders", limit=100).entries
    numbers = [entry.version.version for entry in entries]
    commits = [entry.version.commit_id for entry in entries]
    assert numbers == list(range(2 + PROCESSES // 2, 0, -1))
    assert len(set(commits)) == len(commits)
    parents = [line.split() for line in place.git("log", "--format=%H %P").splitlines()]
    assert all(len(line) <= 2 for line in parents)  # no merge: one line of commits
    assert [line[0] for line in parents if line[0] in commits] == commits
