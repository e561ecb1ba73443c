"""Promises 3 and 4 with real git, SQLite and files: SIGKILL anywhere, then one further command."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from dagctl.operation.execution.steps import STEPS
from tests.e2e.conftest import Killer, Place, in_child, kill_at_effect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dagctl.commands.create import CreateResult

KILLED = -signal.SIGKILL
POINTS = [
    (name, done)
    for name in [*(name for name, _ in STEPS), "show", "clear"]
    for done in (False, True)
]
NEXT: dict[str, Callable[[Place, Path], object]] = {
    "recover": lambda place, _: place.recover(),
    "list": lambda place, _: place.records(),
    "create": lambda place, spec: create(place, spec),  # noqa: PLW0108 - defined below
}


def create(place: Place, *specs: Path, listener: Killer | None = None) -> CreateResult:
    with place.open(listener) as client:
        return client.create(list(specs))


def scene(place: Place, kind: str) -> Path:
    """Return the spec to create; for an update its DAG exists with other content."""
    spec = place.spec("specs/orders.yaml")
    if kind == "update":
        create(place, spec, place.spec("specs/other.yaml", "Other"))
        place.spec("specs/orders.yaml", word="two")
    return spec


def check(place: Place, spec: Path, users: dict[str, str]) -> None:
    """Check that all agree, and that creating leads to the one DAG that was wished for."""
    place.check_agreement()
    assert place.users() == users
    result = create(place, spec)
    assert [dag.dag_id for dag in result.dags] == ["orders"]
    place.check_agreement()
    assert place.users() == users
    assert spec.read_text().split()[-1] in (place.root / "dags/orders.py").read_text()


@pytest.mark.parametrize("kind", ["new", "update"])
@pytest.mark.parametrize(
    ("name", "done"), POINTS, ids=[f"{'after' if done else 'before'}-{n}" for n, done in POINTS]
)
def test_promise_3_and_4_a_kill_around_each_step_is_made_good_by_the_next_command(
    place: Place, kind: str, name: str, *, done: bool
) -> None:
    spec = scene(place, kind)
    users = place.users()
    assert in_child(lambda: create(place, spec, listener=Killer(name, done=done))) == KILLED
    by = list(NEXT)[(POINTS.index((name, done)) + (kind == "update")) % len(NEXT)]
    NEXT[by](place, spec)
    check(place, spec, users)


def kill_inside(place: Place, tmp_path: Path, kind: str, numbers: range) -> None:
    """Kill before effects of these numbers, until a run ends unhurt; recover each time."""
    spec = scene(place, kind)
    other = place.spec("specs/new.yaml", "New")
    users = place.users()
    for number in numbers:
        this = place.copy(tmp_path / f"copy-{number}")
        specs = [this.root / one.relative_to(place.root) for one in (spec, other)]

        def run(number: int = number, this: Place = this, specs: list[Path] = specs) -> None:
            kill_at_effect(number)
            create(this, *specs)

        status = in_child(run)
        this.recover()
        check(this, specs[0], users)
        if status == 0:
            assert number > 20
            return
        assert status == KILLED


@pytest.mark.parametrize("kind", ["new", "update"])
@pytest.mark.parametrize("number", range(5, 60, 14))
def test_promise_3_and_4_a_kill_inside_a_step_is_made_good(
    place: Place, tmp_path: Path, kind: str, number: int
) -> None:
    kill_inside(place, tmp_path, kind, range(number, number + 1))


@pytest.mark.sweep
@pytest.mark.parametrize("kind", ["new", "update"])
def test_promise_3_and_4_a_kill_before_every_effect_is_made_good(
    place: Place, tmp_path: Path, kind: str
) -> None:
    kill_inside(place, tmp_path, kind, range(1, 1000))


RECOVERY_STEPS = ["stage", "confirm", "recover"]
UNDO_STEPS = ["undo file", "undo upload", "undo reserve", "recover"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        *(("commit", step) for step in RECOVERY_STEPS),
        *(("file", step) for step in UNDO_STEPS),
    ],
)
def test_promise_3_and_4_a_kill_of_the_recovery_is_made_good(
    place: Place, first: str, second: str
) -> None:
    spec = scene(place, "update")
    users = place.users()
    assert in_child(lambda: create(place, spec, listener=Killer(first, done=True))) == KILLED

    def recover() -> None:
        with place.open(Killer(second, done=second != "recover")) as client:
            client.recover()

    assert in_child(recover) == KILLED
    place.recover()
    check(place, spec, users)


IMPORT_POINTS = [("history", False), ("history", True), ("commit", True), ("confirm", True)]


@pytest.mark.parametrize(
    ("name", "done"),
    IMPORT_POINTS,
    ids=[f"{n}-{'after' if d else 'before'}" for n, d in IMPORT_POINTS],
)
def test_promise_3_and_4_a_killed_import_is_all_there_or_not_at_all(
    place: Place, tmp_path: Path, name: str, *, done: bool
) -> None:
    source, archive = place.copy(tmp_path / "source"), tmp_path / "dags.zip"
    for word in ("one", "two"):
        create(source, source.spec("specs/orders.yaml", word=word))
    with source.open() as client:
        client.export(archive)
    users = place.users()

    def run(listener: Killer | None = None) -> object:
        with place.open(listener) as client:
            return client.import_archive(archive)

    assert in_child(lambda: run(Killer(name, done=done))) == KILLED
    place.recover()
    place.check_agreement()
    assert len(place.records()) == (name != "history")
    assert place.users().keys() - {"specs/orders.yaml"} == users.keys()
    run()
    place.check_agreement()
    with place.open() as client:
        versions = [entry.version for entry in client.history("orders").entries]
    assert [(one.version, one.action) for one in versions] == [(2, "update"), (1, "create")]
    assert [one.imported_by_name is None for one in versions] == [True, False]
