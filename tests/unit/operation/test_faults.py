"""Promise 3, all or nothing: one fault, or two, at every call that an operation makes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from dagctl.commands.recover import recover
from dagctl.errors import UNCHANGED, ConflictError, DagctlError, UnavailableError, UnfinishedError
from dagctl.operation.change import Change, asked
from tests.unit.operation.conftest import Fault, Killed, World, faulty, some, spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.commands.create import CreateResult

BEFORE_AND_AFTER = (False, True)
HARMLESS = {"repo.unstaged", "journal.delete", "files.read"}
"""Calls whose refusal may pass."""


def first(world: World) -> list[Change]:
    """A new DAG."""
    del world
    return [asked(spec(), "specs/orders.yaml")]


def update(world: World) -> list[Change]:
    """A DAG that exists, with other content."""
    world.create(asked(spec(), "specs/orders.yaml"))
    return [asked(spec(command="echo 2"), "specs/orders.yaml")]


def batch(world: World) -> list[Change]:
    """One to update, one that stays, two of one new name, one of them without a file."""
    world.create(asked(spec(), "specs/a.yaml"), asked(spec("Same"), "specs/same.yaml"))
    return [
        asked(spec("New"), "specs/new.yaml"),
        asked(spec("Same"), "specs/same.yaml"),
        asked(spec(command="echo 2"), "specs/a.yaml"),
        asked(spec("New", "echo 3")),
    ]


SCENES = (first, update, batch)


@pytest.fixture(params=SCENES, ids=lambda scene: scene.__name__)
def scene(request: pytest.FixtureRequest) -> Callable[[World], list[Change]]:
    chosen: Callable[[World], list[Change]] = request.param
    return chosen


def fresh(scene: Callable[[World], list[Change]]) -> tuple[World, list[Change]]:
    world, requests = _made(scene)
    return world.copy(), requests


@cache
def _made(scene: Callable[[World], list[Change]]) -> tuple[World, list[Change]]:
    world = World()
    world.backend.files.content["mine.txt"] = b"mine"
    world.backend.repo.index["mine.txt"] = b"staged"
    return world, scene(world)


def attempt(world: World, requests: list[Change], fault: Fault) -> BaseException | CreateResult:
    try:
        return world.create(*requests, backend=faulty(world.backend, fault))
    except BaseException as error:  # noqa: BLE001 - the injected fault, whatever it is
        return error


def states(result: CreateResult) -> list[tuple[str, str]]:
    return [(dag.dag_id, dag.state) for dag in result.dags]


def expected(scene: Callable[[World], list[Change]]) -> tuple[list[tuple[str, str]], int]:
    """Return what a run without faults gives, and how many calls it makes."""
    world, requests = fresh(scene)
    fault = Fault(0, Killed, after=False)
    result = world.create(*requests, backend=faulty(world.backend, fault))
    world.check_agreement()
    return states(result), fault.calls


def check_repeat(world: World, requests: list[Change], wanted: list[tuple[str, str]]) -> None:
    """Check that the same command again, now without faults, leads to what was wanted, once."""
    again = world.create(*requests)
    world.check_agreement()
    assert [dag.dag_id for dag in again.dags] == [dag_id for dag_id, _ in wanted]
    assert world.backend.files.content["mine.txt"] == b"mine"
    assert world.backend.repo.index["mine.txt"] == b"staged"


@pytest.mark.parametrize("after", BEFORE_AND_AFTER, ids=["before", "after"])
@pytest.mark.parametrize("error", [UnavailableError, OSError])
def test_promise_3_an_unknown_failure_at_any_call_ends_in_all_or_nothing(
    scene: Callable[[World], list[Change]], error: type[Exception], *, after: bool
) -> None:
    wanted, calls = expected(scene)
    for call in range(1, calls + 1):
        world, requests = fresh(scene)
        before = world.state()
        fault = Fault(call, error, after)
        outcome = attempt(world, requests, fault)
        if isinstance(outcome, UnfinishedError):
            recover(world.context())
        elif not isinstance(outcome, BaseException):
            assert states(outcome) == wanted, fault.hit
        else:
            assert isinstance(outcome, DagctlError | OSError)
            assert getattr(outcome, "state", UNCHANGED) == UNCHANGED
            assert world.state() == before, fault.hit
        recover(world.context())
        world.check_agreement()
        check_repeat(world, requests, wanted)


def test_promise_3_a_refusal_at_any_call_changes_nothing(
    scene: Callable[[World], list[Change]],
) -> None:
    wanted, calls = expected(scene)
    for call in range(1, calls + 1):
        world, requests = fresh(scene)
        before = world.state()
        fault = Fault(call, ConflictError, after=False)
        outcome = attempt(world, requests, fault)
        # all is done by the first two, and a look at what is no file sees no file
        if fault.hit in HARMLESS and not isinstance(outcome, BaseException):
            assert states(outcome) == wanted, fault.hit
            recover(world.context())
            world.check_agreement()
            check_repeat(world, requests, wanted)
            continue
        assert isinstance(outcome, ConflictError), fault.hit
        assert world.state() == before, fault.hit
        world.check_agreement()
        check_repeat(world, requests, wanted)


@pytest.mark.parametrize("after", BEFORE_AND_AFTER, ids=["before", "after"])
def test_promise_3_an_interrupt_at_any_call_is_undone_or_left_to_the_journal(
    scene: Callable[[World], list[Change]], *, after: bool
) -> None:
    wanted, calls = expected(scene)
    for call in range(1, calls + 1):
        world, requests = fresh(scene)
        before = world.state()
        fault = Fault(call, KeyboardInterrupt, after)
        outcome = attempt(world, requests, fault)
        assert isinstance(outcome, KeyboardInterrupt), fault.hit
        if not world.backend.journal.entries() and fault.hit != "journal.delete":
            assert world.state() == before, fault.hit
        check_repeat(world, requests, wanted)


@pytest.mark.parametrize("after", BEFORE_AND_AFTER, ids=["before", "after"])
@pytest.mark.parametrize("by", ["recover", "same command"])
def test_promise_3_a_kill_at_any_call_is_finished_or_undone_by_the_next_command(
    scene: Callable[[World], list[Change]], by: str, *, after: bool
) -> None:
    wanted, calls = expected(scene)
    for call in range(1, calls + 1):
        world, requests = fresh(scene)
        fault = Fault(call, Killed, after)
        assert isinstance(attempt(world, requests, fault), BaseException)
        if by == "recover":
            recover(world.context())
            world.check_agreement()
        check_repeat(world, requests, wanted)


def test_a_command_that_was_killed_before_it_showed_gives_its_result_when_it_is_repeated() -> None:
    world = World()
    requests = [asked(spec()), asked(spec("Other"), "specs/other.yaml")]

    def die(_: CreateResult) -> None:
        raise Killed

    with pytest.raises(Killed):
        world.create(*requests, on_result=die)
    again = world.create(*requests)
    assert states(again) == [("orders", "created"), ("other", "created")]
    assert [one.outcome for one in again.recovered] == ["finished"]
    assert world.ids() == ["orders", "other"]
    world.check_agreement()


@pytest.mark.parametrize("other", [spec(command="echo 2"), spec("Else")], ids=["content", "name"])
def test_another_command_after_a_killed_one_gives_its_own_result(other: object) -> None:
    world = World()

    def die(_: CreateResult) -> None:
        raise Killed

    with pytest.raises(Killed):
        world.create(asked(spec()), on_result=die)
    result = world.create(asked(other))  # type: ignore[arg-type] # a parameter of the test
    assert [one.dags for one in result.recovered] == [("orders",)]
    assert len(world.ids()) == 2
    world.check_agreement()


def kill_twice(
    scene: Callable[[World], list[Change]], wanted: list[tuple[str, str]], call: int, seed: int
) -> None:
    """Kill a run at a call, its recovery at every call (or a sample), then recover."""
    for after in BEFORE_AND_AFTER:
        world, requests = fresh(scene)
        attempt(world, requests, Fault(call, Killed, after))
        probe = Fault(0, Killed, after=False)
        count = count_recovery(scene, call, probe, after=after)
        for second in some(range(1, count + 1), seed):
            for second_after in BEFORE_AND_AFTER:
                world, requests = fresh(scene)
                attempt(world, requests, Fault(call, Killed, after))
                fault = Fault(second, Killed, second_after)
                with pytest.raises(Killed):
                    recover(world.context(faulty(world.backend, fault)))
                recover(world.context())
                world.check_agreement()
                check_repeat(world, requests, wanted)


def count_recovery(
    scene: Callable[[World], list[Change]], call: int, probe: Fault, *, after: bool
) -> int:
    world, requests = fresh(scene)
    attempt(world, requests, Fault(call, Killed, after))
    recover(world.context(faulty(world.backend, probe)))
    return probe.calls


def test_promise_3_a_kill_of_the_recovery_is_recovered_from(
    scene: Callable[[World], list[Change]],
) -> None:
    wanted, calls = expected(scene)
    for call in some(range(1, calls + 1), 6):
        kill_twice(scene, wanted, call, seed=3)


@pytest.mark.sweep
def test_promise_3_a_kill_at_every_pair_of_calls_is_recovered_from(
    scene: Callable[[World], list[Change]],
) -> None:
    wanted, calls = expected(scene)
    for call in range(1, calls + 1):
        kill_twice(scene, wanted, call, seed=1000)
