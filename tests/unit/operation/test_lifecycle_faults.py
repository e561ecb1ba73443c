"""Promise 3 for all that is done with recorded DAGs: a fault at every call that it makes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from dagctl.archive.archive_reader import open_archive
from dagctl.commands.lifecycle import removal, rename, restoration, rollback
from dagctl.commands.operate import operate
from dagctl.commands.recover import recover
from dagctl.commands.transfer import export, importing
from dagctl.errors import (
    UNCHANGED,
    ConflictError,
    DagctlError,
    NotFoundError,
    UnavailableError,
    UnfinishedError,
)
from dagctl.operation.change import asked
from dagctl.operation.options import Options
from tests.unit.operation.conftest import Fault, Killed, World, faulty, spec

if TYPE_CHECKING:
    from dagctl.commands.operate import Intent
    from dagctl.operation.backend import Context

KINDS = (
    "removal",
    "two removals",
    "restoration",
    "rollback",
    "rename",
    "rename back",
    "import",
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "dag_name: Orders\ntasks: [{task_id: a, task_type: bash, bash_command: echo 1}]\n"
HARMLESS = {"repo.tracked", "journal.delete", "files.read", "repo.stage"}


def scene(kind: str, *, is_cache: bool) -> World:
    """Return a world in which that can be done; the spec file is there, and something else is."""
    return _made(kind, is_cache=is_cache).copy()


@cache
def _made(kind: str, *, is_cache: bool) -> World:
    world = World.of(is_cache=is_cache)
    world.backend.files.content["mine.txt"] = b"mine"
    first = replace(asked(spec(), "specs/orders.yaml"), spec_text=TEXT)
    if kind == "import":
        world.create(asked(spec("Other"), "specs/other.yaml"))
        return world
    world.create(first, asked(spec("Other"), "specs/other.yaml"))
    if kind == "restoration":
        operate(world.context(), intent_of("removal", world.context()))
    if kind == "rename back":
        intent = rename(world.context(), "other", "orders_2", Options(), now=NOW)
        operate(world.context(), intent)
    if kind.startswith("rename"):
        world.backend.files.content["specs/orders.yaml"] = TEXT.encode()
    if kind == "rollback":
        newer = replace(asked(spec(command="echo 2"), "specs/orders.yaml"), spec_text="newer")
        world.create(newer)
        world.backend.files.content["specs/orders.yaml"] = b"newer"
    return world


@cache
def archive() -> bytes:
    """Return an archive of the DAG `orders`, with two versions."""
    world = World.of(is_cache=False)
    world.create(asked(spec(command="echo 0"), "specs/orders.yaml"))
    world.create(replace(asked(spec(), "specs/orders.yaml"), spec_text=TEXT))
    file = BytesIO()
    export(world.context(), [], file)
    return file.getvalue()


def intent_of(kind: str, context: Context) -> Intent:  # noqa: PLR0911 - one for each kind
    match kind:
        case "removal":
            return removal(context, ["orders"], Options())
        case "import":
            opened = open_archive(BytesIO(archive()))
            return importing(context, opened, Options(), None, kept=BytesIO())
        case "two removals":
            return removal(context, ["orders", "other"], Options())
        case "restoration":
            return restoration(context, ["orders"], Options())
        case "rename":
            return rename(context, "orders", "sales", Options(), now=NOW)
        case "rename back":
            return rename(context, "orders_2", "other", Options(), now=NOW)
        case _:
            return rollback(context, "orders", None, Options())


def act(world: World, kind: str, fault: Fault | None = None) -> BaseException | None:
    """Do it, perhaps with a fault; return what was raised."""
    backend = faulty(world.backend, fault) if fault else world.backend
    context = world.context(backend)
    try:
        operate(context, intent_of(kind, context))
    except BaseException as error:  # noqa: BLE001 - the injected fault, whatever it is
        return error
    return None


def ids_after(kind: str) -> list[str]:
    if kind == "rename":
        return ["other", "sales"]
    gone = {"removal": {"orders"}, "two removals": {"orders", "other"}}.get(kind, set())
    return [name for name in ("orders", "other") if name not in gone]


def whole(world: World) -> dict[str, object]:
    return {**world.state(), "tombstones": dict(world.backend.registry.tombstones)}


def calls_of(kind: str, *, is_cache: bool) -> int:
    world, probe = scene(kind, is_cache=is_cache), Fault(0, Killed, after=False)
    assert act(world, kind, probe) is None
    world.check_agreement()
    assert world.ids() == ids_after(kind)
    return probe.calls


def check_done(world: World, kind: str) -> None:
    """Check that it was done, once, and what follows was done too."""
    world.check_agreement()
    assert world.ids() == ids_after(kind)
    assert world.backend.files.content["mine.txt"] == b"mine"
    versions = [one for one in world.backend.registry.kept if one.dag_id == "orders"]
    assert [one.version for one in versions] == list(range(1, len(versions) + 1))
    assert world.backend.registry.staged == {}
    assert kind != "import" or [one.version for one in versions] == [1, 2]
    if kind == "rename":
        renamed = TEXT.replace("Orders\n", "Orders\ndag_id: sales\n").encode()
        assert world.backend.files.content["specs/orders.yaml"] == renamed
    if kind in {"restoration", "rollback", "import"}:
        assert world.backend.files.content.get("specs/orders.yaml") == TEXT.encode()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    "error",
    [
        UnavailableError,
        KeyboardInterrupt,
        pytest.param(OSError, marks=pytest.mark.sweep),
        pytest.param(ConflictError, marks=pytest.mark.sweep),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "is_cache", [False, pytest.param(True, marks=pytest.mark.sweep)], ids=["shared", "cache"]
)
def test_promise_3_a_fault_at_any_call_ends_in_all_or_nothing(
    kind: str, error: type[BaseException], *, after: bool, is_cache: bool
) -> None:
    if error is ConflictError and after:
        pytest.skip("a refusal has no effect")
    for call in range(1, calls_of(kind, is_cache=is_cache) + 1):
        world = scene(kind, is_cache=is_cache)
        before = whole(world)
        fault = Fault(call, error, after)
        raised = act(world, kind, fault)
        if isinstance(raised, UnfinishedError | KeyboardInterrupt):
            recover(world.context())
        elif raised is not None:
            assert isinstance(raised, DagctlError | OSError), (fault.hit, raised)
            assert getattr(raised, "state", UNCHANGED) == UNCHANGED, fault.hit
            assert whole(world) == before, fault.hit
        elif fault.hit not in HARMLESS:
            check_done(world, kind)
        again = act(world, kind)
        assert again is None or isinstance(again, NotFoundError | ConflictError), fault.hit
        is_unread = error is ConflictError and fault.hit == "files.read"
        if kind != "rollback" and not is_unread:  # a second rollback brings the newer spec back
            check_done(world, kind)
        world.check_agreement()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "is_cache", [False, pytest.param(True, marks=pytest.mark.sweep)], ids=["shared", "cache"]
)
def test_promise_3_a_kill_at_any_call_is_made_good_by_the_same_command(
    kind: str, *, after: bool, is_cache: bool
) -> None:
    for call in range(1, calls_of(kind, is_cache=is_cache) + 1):
        world = scene(kind, is_cache=is_cache)
        fault = Fault(call, Killed, after)
        assert act(world, kind, fault) is not None
        assert fault.dead, fault.hit
        was_done = world.ids() == ids_after(kind) and kind != "rollback"
        again = act(world, kind)
        # what a killed run has finished and recorded is shown, not done again
        assert again is None or (was_done and isinstance(again, NotFoundError | ConflictError)), (
            fault.hit
        )
        check_done(world, kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("error", [Killed, pytest.param(UnavailableError, marks=pytest.mark.sweep)])
def test_promise_3_a_fault_in_the_recovery_is_made_good(
    kind: str, error: type[BaseException]
) -> None:
    calls = calls_of(kind, is_cache=False)
    for call in range(1, calls + 1, 3):
        for second in range(1, 12, 2):
            world = scene(kind, is_cache=False)
            before = whole(world)
            act(world, kind, Fault(call, Killed, after=True))
            with suppress(BaseException):
                recover(world.context(faulty(world.backend, Fault(second, error, after=True))))
            recover(world.context())
            if whole(world) == before:
                world.check_agreement()
            else:
                check_done(world, kind)
