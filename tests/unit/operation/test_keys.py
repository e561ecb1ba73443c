"""Idempotency keys: the same key is the same operation, whatever went wrong in between."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import pytest

from dagctl.commands.create import create
from dagctl.commands.lifecycle import rollback
from dagctl.commands.operate import operate
from dagctl.commands.recover import recover
from dagctl.errors import (
    ConflictError,
    KeyReusedError,
    SpecError,
    UnavailableError,
    UnfinishedError,
    UsageError,
)
from dagctl.operation.change import Change, asked
from dagctl.operation.options import Options
from dagctl.operation.plans import reversal
from dagctl.ports import OperationStatus
from tests.unit.operation.conftest import MAIN, Fault, Killed, World, faulty, spec

if TYPE_CHECKING:
    from dagctl.commands.create import CreateResult
    from dagctl.commands.operate import OperationResult
    from dagctl.operation.backend import Backend

KEY = "a key"
ORDERS = asked(spec(), "specs/orders.yaml")
SALES = asked(spec("Sales"))
BOB = "0b0b0b0b-5a56-5d0e-8c64-1c2f7a1d9a02"


def call(
    world: World, *requests: Change, key: str = KEY, backend: Backend | None = None
) -> CreateResult:
    wanted = requests or (ORDERS, SALES)
    return create(world.context(backend), wanted, Options(key=key))


def calls() -> int:
    """Return how many calls of ports a keyed `create` makes."""
    world = World()
    fault = Fault(0, Killed, after=False)
    call(world, backend=faulty(world.backend, fault))
    return fault.calls


def test_a_repeat_gives_the_first_result_and_changes_nothing(world: World) -> None:
    first = call(world)
    before = world.state()
    again = call(world)
    assert again == replace(first, replayed=True)
    assert world.state() == before


def test_another_key_is_another_operation(world: World) -> None:
    call(world, SALES)
    assert [dag.dag_id for dag in call(world, SALES, key="other").dags] == ["sales"]
    options = Options(if_exists="number", key="a third")
    numbered = create(world.context(), [SALES], options)
    assert [dag.dag_id for dag in numbered.dags] == ["sales_2"]


def test_a_key_stands_for_no_call_that_means_one_dag_twice(world: World) -> None:
    with pytest.raises(ConflictError, match="two specs of this call mean the same DAG"):
        call(world, SALES, SALES)
    assert world.ids() == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [Killed, UnavailableError, KeyboardInterrupt])
def test_a_call_that_failed_anywhere_is_repeated_once_and_for_all(
    error: type[BaseException], *, after: bool
) -> None:
    for number in range(1, calls() + 1):
        world = World()
        fault = Fault(number, error, after)
        try:
            call(world, backend=faulty(world.backend, fault))
        except BaseException:  # noqa: BLE001 - the injected fault, whatever it is
            told = False
        else:
            told = True
        world.backend.registry.user_id = BOB
        world.create(asked(spec("Other")))
        done = [one for one in world.ids() if one != "other"]
        again = call(world)
        assert again.replayed == bool(done), fault.hit
        assert again.replayed or not told, fault.hit
        assert [dag.dag_id for dag in again.dags] == ["orders", "sales"], fault.hit
        assert world.ids() == ["orders", "other", "sales"], fault.hit
        assert call(world).dags == again.dags
        world.check_agreement()


def test_a_call_without_a_key_is_not_answered_by_one_with_a_key(world: World) -> None:
    class Never(Exception):  # noqa: N818 - stands for a death
        pass

    def die(_: CreateResult) -> None:
        raise Never

    with pytest.raises(Never):
        create(world.context(), [SALES], Options(key=KEY), on_result=die)
    again = asked(spec("Sales", "echo 2"))
    assert [dag.dag_id for dag in world.create(again).dags] == ["sales_2"]
    assert [dag.dag_id for dag in call(world, SALES).dags] == ["sales"]
    world.check_agreement()


def test_the_answer_stays_when_the_dag_is_updated(world: World) -> None:
    first = call(world, ORDERS)
    world.create(asked(spec(command="echo 2"), ORDERS.source))
    assert call(world, ORDERS).dags == first.dags
    assert world.backend.registry.rows[next(iter(world.backend.registry.rows))].version == 2


def test_a_rollback_is_answered_again_where_todays_rules_refuse_the_old_spec(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(data: object, *, origin: str) -> NoReturn:
        del data, origin
        raise SpecError([])

    def roll_back(to: int) -> OperationResult:
        return operate(context, rollback(context, "orders", to, Options(key=KEY)))

    context = world.context()
    for command in ("echo 1", "echo 2", "echo 3"):
        world.create(asked(spec(command=command), ORDERS.source))
    first = roll_back(1)
    with pytest.raises(KeyReusedError):
        roll_back(2)
    monkeypatch.setattr(reversal, "check_data", refuse)
    again = roll_back(1)
    assert again.replayed
    assert (again.dags[0].version, again.operation_id) == (4, first.operation_id)
    assert roll_back(2).replayed  # what it would be is not known: the number is believed


def test_nothing_to_do_is_an_answer_too(world: World) -> None:
    world.create(ORDERS)
    first = call(world, ORDERS)
    assert [dag.state for dag in first.dags] == ["unchanged"]
    world.create(asked(spec(command="echo 2"), ORDERS.source))
    assert call(world, ORDERS) == replace(first, replayed=True)
    world.check_agreement()


@pytest.mark.parametrize(
    "others", [(ORDERS,), (SALES, ORDERS), (ORDERS, asked(spec("Sales", "echo 2")))]
)
def test_the_key_of_other_specs_is_refused(world: World, others: tuple[Change, ...]) -> None:
    call(world)
    before = world.state()
    with pytest.raises(KeyReusedError, match="other specs"):
        call(world, *others)
    assert world.state() == before


def test_what_another_machine_left_on_the_way_is_done_anew() -> None:
    fault = Fault(0, Killed, after=True)
    probe = World()
    call(probe, backend=faulty(probe.backend, fault))
    for number in range(1, fault.calls + 1):
        elsewhere = World()
        hit = Fault(number, Killed, after=True)
        with suppress(Killed, UnfinishedError):
            call(elsewhere, backend=faulty(elsewhere.backend, hit))
        here = World(
            replace(
                World().backend,
                registry=elsewhere.backend.registry,
                store=elsewhere.backend.store,
            )
        )
        result = call(here)
        assert [dag.dag_id for dag in result.dags] == ["orders", "sales"], hit.hit
        assert here.ids() == ["orders", "sales"]
        if not result.replayed:
            here.check_agreement()
            recover(elsewhere.context())
            assert elsewhere.backend.repo.tree(MAIN) == {}
        assert OperationStatus.RESERVED not in here.backend.registry.statuses.values()


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb"])
def test_what_is_no_key_is_refused_before_anything_happens(world: World, key: str) -> None:
    with pytest.raises(UsageError, match="idempotency key"):
        call(world, key=key)
    assert world.ids() == []
