"""Promise 3 with a push: a fault at every call, a remote that moves before every push."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import count, product
from typing import TYPE_CHECKING

import pytest

from dagctl.commands.lifecycle import removal, rollback
from dagctl.commands.operate import operate
from dagctl.commands.recover import recover
from dagctl.errors import (
    UNCHANGED,
    ConflictError,
    DagctlError,
    NotFoundError,
    PushRefusedError,
    RemoteUnavailableError,
    UnavailableError,
    UnfinishedError,
)
from dagctl.operation.change import asked
from dagctl.operation.options import Options
from tests.unit.operation.conftest import MAIN, SETTINGS, Fault, Killed, World, faulty, spec

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = ("create", "update", "removal", "rollback")
HARMLESS = {"repo.tracked", "journal.delete", "files.read", "upstream.follow"}


def scene(kind: str, *, is_cache: bool = False) -> World:
    """Return a world that pushes, in which something is there; others push all the time."""
    world = World.of(is_cache=is_cache)
    world.settings = replace(SETTINGS, push="always")
    remote = world.backend.upstream("origin")
    numbers = count()

    def others() -> None:
        tree = remote.there.tree(MAIN) | {f"theirs/{next(numbers)}": b"theirs"}
        remote.there.add(MAIN, tree, "Theirs")

    world.create(asked(spec("Other"), "specs/other.yaml"))
    if kind != "create":
        world.create(asked(spec(), "specs/orders.yaml"))
    if kind == "rollback":
        world.create(asked(spec(command="echo 2"), "specs/orders.yaml"))
    remote.before_push = others
    return world


def act(world: World, kind: str, fault: Fault | None = None) -> BaseException | None:
    """Do it, perhaps with a fault; return what was raised."""
    backend = faulty(world.backend, fault) if fault else world.backend
    context = world.context(backend)
    word = "echo 1" if kind == "create" else "echo 3"
    try:
        match kind:
            case "removal":
                operate(context, removal(context, ["orders"], Options()))
            case "rollback":
                operate(context, rollback(context, "orders", None, Options()))
            case _:
                world.create(asked(spec(command=word), "specs/orders.yaml"), backend=backend)
    except BaseException as error:  # noqa: BLE001 - the injected fault, whatever it is
        return error
    return None


def check(world: World) -> None:
    """Check that all agree, and each recorded commit stands on the remote, on one line."""
    remote = world.backend.upstream("origin")
    world.backend.upstream("origin").follow(MAIN, ())  # what others pushed meanwhile
    world.check_agreement()
    there = {commit.id for commit in remote.there.history(MAIN)}
    assert {row.commit_id for row in world.backend.registry.rows.values()} <= there
    theirs = [path for path in remote.there.tree(MAIN) if path.startswith("theirs/")]
    pushed = [one for one in remote.there.history(MAIN) if one.message == "Theirs"]
    assert len(theirs) == len(pushed)


def is_done(world: World, kind: str) -> bool:
    rows = world.backend.registry.rows.values()
    now = next((row for row in rows if row.dag_id == "orders"), None)
    if kind == "removal":
        return now is None
    versions = {"create": 1, "update": 2, "rollback": 3}
    return now is not None and now.version == versions[kind]


def visible(world: World) -> dict[str, object]:
    """Return what a user sees; what others push does not count."""
    state = world.state()
    tree = world.backend.upstream("origin").there.tree(MAIN)
    ours = {path: content for path, content in tree.items() if path.startswith("dags/")}
    return {name: state[name] for name in ("rows", "objects", "files")} | {"remote": ours}


def calls_of(kind: str, *, is_cache: bool = False) -> int:
    world, probe = scene(kind, is_cache=is_cache), Fault(0, Killed, after=False)
    assert act(world, kind, probe) is None
    assert "upstream.publish" in probe.names
    assert "repo.commit" not in probe.names
    assert is_done(world, kind)
    check(world)
    return probe.calls


ERRORS = (UnavailableError, KeyboardInterrupt, Killed, ConflictError)
PLAIN = {("update", UnavailableError), ("update", Killed), ("removal", Killed)}
"""What every run tries, on a shared registry; the sweep tries all."""
FAULTS = [
    pytest.param(
        *(kind, error, after, is_cache),
        id=f"{kind}-{error.__name__}-{'after' if after else 'before'}-{is_cache}",
        marks=[] if (kind, error) in PLAIN and not is_cache else pytest.mark.sweep,
    )
    for kind, error, after, is_cache in product(KINDS, ERRORS, (False, True), (False, True))
    if error is not ConflictError or not after  # a refusal has no effect
]


@pytest.mark.parametrize(("kind", "error", "after", "is_cache"), FAULTS)
def test_promise_3_a_fault_at_any_call_of_a_push_ends_in_all_or_nothing(
    kind: str, error: type[BaseException], *, after: bool, is_cache: bool
) -> None:
    for call in range(1, calls_of(kind, is_cache=is_cache) + 1):
        world = scene(kind, is_cache=is_cache)
        before = visible(world)
        fault = Fault(call, error, after)
        raised = act(world, kind, fault)
        if isinstance(raised, UnfinishedError | KeyboardInterrupt | Killed):
            recover(world.context())
            assert is_done(world, kind) or visible(world) == before, fault.hit
            check(world)
        elif raised is not None:
            assert isinstance(raised, DagctlError | OSError), (fault.hit, raised)
            assert getattr(raised, "state", UNCHANGED) == UNCHANGED, fault.hit
            assert visible(world) == before, fault.hit
            check(world)
        elif fault.hit not in HARMLESS:
            assert is_done(world, kind), fault.hit
        again = None if is_done(world, kind) else act(world, kind)
        is_unread = error is ConflictError and fault.hit == "files.read"
        assert again is None or isinstance(again, NotFoundError) or is_unread, (fault.hit, again)
        recover(world.context())  # an entry that could not be removed
        check(world)


@pytest.mark.sweep
@pytest.mark.parametrize("error", [Killed, UnavailableError, RemoteUnavailableError])
@pytest.mark.parametrize("kind", KINDS)
def test_promise_3_a_fault_in_the_recovery_of_a_push_is_made_good(
    kind: str, error: type[BaseException]
) -> None:
    for call in range(1, calls_of(kind) + 1, 2):
        for second in range(1, 14, 2):
            world = scene(kind)
            before = visible(world)
            act(world, kind, Fault(call, Killed, after=True))
            with suppress(BaseException):
                recover(world.context(faulty(world.backend, Fault(second, error, after=True))))
            recover(world.context())
            assert is_done(world, kind) or visible(world) == before
            check(world)


def refuse(world: World) -> None:
    world.backend.upstream("origin").refuses = True


def go_down(world: World) -> None:
    world.backend.upstream("origin").is_down = True


def write_there(world: World) -> None:
    remote = world.backend.upstream("origin")
    tree = remote.there.tree(MAIN) | {"dags/orders.py": b"by another"}

    def push() -> None:
        remote.there.add(MAIN, tree, "Another")

    remote.before_push = push


@pytest.mark.parametrize(
    ("prepare", "error"),
    [
        (refuse, PushRefusedError),
        (go_down, RemoteUnavailableError),
        (write_there, ConflictError),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_the_remote_refuses_is_undone_at_once(
    kind: str, prepare: Callable[[World], None], error: type[DagctlError]
) -> None:
    world = scene(kind)
    before = world.state()
    prepare(world)
    raised = act(world, kind)
    assert isinstance(raised, error)
    assert raised.state == UNCHANGED
    assert world.state() == before
    assert world.backend.journal.entries() == {}


def test_an_operation_that_may_have_been_pushed_waits_for_the_remote() -> None:
    world = scene("create")
    act(world, "create", Fault(call("upstream.publish"), Killed, after=True))
    go_down(world)
    with pytest.raises(UnfinishedError, match="cannot be reached"):
        recover(world.context())
    assert len(world.backend.journal.entries()) == 1
    world.backend.upstream("origin").is_down = False
    recover(world.context())
    assert is_done(world, "create")
    check(world)


def test_one_that_has_not_got_to_the_push_needs_no_remote() -> None:
    world = scene("create")
    act(world, "create", Fault(call("files.write"), Killed, after=True))
    go_down(world)
    recover(world.context())
    assert world.backend.journal.entries() == {}
    assert not is_done(world, "create")


def call(name: str) -> int:
    world, probe = scene("create"), Fault(0, Killed, after=False)
    act(world, "create", probe)
    return probe.names.index(name) + 1
