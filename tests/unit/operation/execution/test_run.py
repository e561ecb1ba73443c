"""What is told when an operation is refused, left half way, or interrupted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dagctl.commands.recover import recover, recover_if_idle
from dagctl.errors import (
    UNCHANGED,
    ConflictError,
    UnavailableError,
    UnfinishedError,
    then_recover,
)
from dagctl.next_step import RECOVER, TRY_LATER, Fix, again
from dagctl.operation.backend import Context, Silence
from dagctl.operation.change import asked
from dagctl.operation.execution.steps import STEPS
from dagctl.operation.journal.entry_form import from_data
from dagctl.spec.inputs import Input
from tests.unit.operation.conftest import (
    MAIN,
    PROJECT,
    SETTINGS,
    Fault,
    Killed,
    World,
    call_of,
    faulty,
    spec,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.ports import FileWrite

A = "specs/a.yaml"
BOBS = "223e4567-e89b-12d3-a456-426614174000"
"""Another project."""


def test_a_file_that_was_changed_meanwhile_is_left_and_named(world: World) -> None:
    def hook() -> None:
        world.backend.files.content["dags/orders.py"] = b"edited meanwhile"
        raise ConflictError("the hook says no")

    world.backend.repo.hook = hook
    with pytest.raises(ConflictError, match="says no") as caught:
        world.create(asked(spec(), A))
    assert "dags/orders.py" in caught.value.state
    assert world.backend.files.content["dags/orders.py"] == b"edited meanwhile"
    assert world.ids() == []
    assert world.backend.journal.entries() == {}


def test_a_refusal_at_the_confirmation_takes_the_commit_back(world: World) -> None:
    world.create(asked(spec("First"), "specs/first.yaml"))
    before = world.state()
    calls = Fault(0, Killed, after=False)
    names: list[str] = []

    def around(name: str, act: object) -> object:
        names.append(name)
        if name == "registry.confirm":
            raise ConflictError("no longer a member")
        return act()  # type: ignore[operator] # whatever the port's method is

    calls.around = around  # type: ignore[method-assign] # the fault is chosen by name
    with pytest.raises(ConflictError, match="no longer a member"):
        world.create(asked(spec(), A), backend=faulty(world.backend, calls))
    assert "repo.uncommit" in names
    assert world.state() == before
    world.check_agreement()


def test_a_commit_or_upload_that_lands_while_it_is_being_undone_is_taken_back(
    world: World,
) -> None:
    """A git process may outlive its killed dagctl, an upload its lost answer."""
    world.create(asked(spec("First"), "specs/first.yaml"))
    before = world.state()
    killed = Fault(0, Killed, after=False)

    def around(name: str, act: object) -> object:
        killed.dead = killed.dead or name == "repo.commit"
        if killed.dead:
            raise Killed
        return act()  # type: ignore[operator] # whatever the port's method is

    killed.around = around  # type: ignore[method-assign] # the fault is chosen by name
    with pytest.raises((Killed, UnfinishedError)):
        world.create(asked(spec(), A), backend=faulty(world.backend, killed))
    [(operation_id, data)] = world.backend.journal.entries().items()
    entry = from_data(operation_id, data)

    class Late(Silence):
        def step(self, name: str, *, done: bool, detail: str = "") -> None:
            del detail
            if (name, done) == ("undo upload", True):
                repo = world.backend.repo
                tree = repo.tree(MAIN) | {
                    change.path: change.content or b"" for change in entry.effects
                }
                repo.add(MAIN, tree, "Create DAG orders", operation_id=operation_id)
                for change in entry.effects:
                    world.backend.store.put(
                        change.storage_path, change.content or b"", operation_id=operation_id
                    )

    recover(Context(world.backend, SETTINGS, Late()))
    assert world.state() == before
    world.check_agreement()


def test_what_cannot_be_undone_is_reported_to_be_unfinished(world: World) -> None:
    def hook() -> None:
        raise ConflictError("no")

    def restore(writes: Sequence[FileWrite]) -> list[str]:
        del writes
        raise UnavailableError("the disk is full", hint=again("free some space"))

    world.backend.repo.hook = hook
    world.backend.files.restore = restore  # type: ignore[method-assign] # it fails by chance
    with pytest.raises(UnfinishedError, match="no; then putting things right failed") as caught:
        world.create(asked(spec(), A))
    assert "(orders) is unfinished; its journal is kept" in caught.value.state
    assert caught.value.hint == "free some space, then dagctl recover"
    assert len(world.backend.journal.entries()) == 1


@pytest.mark.parametrize(
    ("cause", "step"),
    [
        (ConflictError("no"), "dagctl recover"),
        (UnavailableError("no", hint=TRY_LATER), "try again later: dagctl recover"),
        (UnfinishedError("no", hint=Fix("set them back, `", RECOVER, "`")), None),
        (PermissionError(13, "no"), "make it readable and writable for your user, then dagctl"),
        (ValueError("no"), "dagctl recover"),
    ],
)
def test_the_next_step_begins_with_what_the_cause_asks_for(
    cause: Exception, step: str | None
) -> None:
    assert str(then_recover(cause)).startswith(step or "set them back, `dagctl recover`")


def test_the_listener_hears_of_each_step_in_order(world: World) -> None:
    heard: list[tuple[str, bool]] = []

    class Ear(Silence):
        def step(self, name: str, *, done: bool, detail: str = "") -> None:
            del detail
            heard.append((name, done))

    world.listener = Ear()
    world.create(asked(spec(), A))
    names = [*(name for name, _ in STEPS), "show", "clear"]
    assert heard == [(name, done) for name in names for done in (False, True)]


def test_an_unchanged_spec_is_fine_where_nothing_could_be_committed(world: World) -> None:
    world.create(asked(spec(), A))
    world.backend.repo.problem = ConflictError("HEAD is detached")
    assert world.create(asked(spec(), A)).dags[0].state == "unchanged"


@pytest.mark.parametrize("change", [{"project_id": BOBS}, {"backend": "supabase"}])
def test_what_was_begun_with_other_settings_waits_for_them(
    world: World, change: dict[str, Any]
) -> None:
    fault = Fault(call_of("repo.commit", asked(spec(), A)), Killed, after=True)
    with pytest.raises(UnfinishedError):
        world.create(asked(spec(), A), backend=faulty(world.backend, fault))
    assert fault.hit == "repo.commit"
    before = world.state()
    elsewhere = replace(world.context(), settings=replace(SETTINGS, **change))
    with pytest.raises(UnfinishedError, match=f"other settings: .*{PROJECT}") as caught:
        recover(elsewhere)
    assert "set them back" in (caught.value.hint or "")
    assert world.state() == before
    (left,) = recover_if_idle(elsewhere).unsettled
    assert "other settings" in left.reason
    assert [one.outcome for one in recover(world.context()).recovered] == ["finished"]
    world.check_agreement()


def test_what_was_begun_in_one_supabase_project_is_not_undone_by_another(world: World) -> None:
    """Both know the same `project_id`, as a project and its copy for trying out do."""
    there, here = (
        replace(SETTINGS, backend="supabase", supabase_url=f"https://{name}.supabase.co")
        for name in ("abc", "xyz")
    )
    fault = Fault(call_of("registry.confirm", asked(spec(), A)), Killed, after=True)
    world.settings = there
    with pytest.raises(UnfinishedError):
        world.create(asked(spec(), A), backend=faulty(world.backend, fault))
    assert fault.hit == "registry.confirm"
    before = world.state()
    with pytest.raises(UnfinishedError, match=r"other settings: .*, url https://abc\.supabase"):
        recover(replace(world.context(), settings=here))
    assert world.state() == before
    assert [one.outcome for one in recover(world.context()).recovered] == ["finished"]


def test_a_reader_leaves_an_operation_alone_that_is_under_way(world: World) -> None:
    fault = Fault(call_of("store.put", asked(spec(), A)), Killed, after=True)
    with pytest.raises(UnfinishedError):
        world.create(asked(spec(), A), backend=faulty(world.backend, fault))
    with world.backend.journal.lock(wait=0):
        assert recover_if_idle(world.context()).recovered == ()
    assert len(recover_if_idle(world.context()).recovered) == 1
    assert recover(world.context()).recovered == ()


@pytest.mark.parametrize("is_kept", [False, True])
def test_an_entry_that_was_written_though_it_failed_is_removed_or_comes_to_nothing(
    world: World, *, is_kept: bool
) -> None:
    """As where a full disk fails behind the renaming, and then refuses the removal, too."""
    before = world.state()

    def around(name: str, act: object) -> object:
        if name == "journal.delete" and is_kept:
            raise UnavailableError("still full")
        result = act()  # type: ignore[operator] # whatever the port's method is
        if name == "journal.write":
            raise UnavailableError("the disk is full")
        return result

    fault = Fault(0, Killed, after=False)
    fault.around = around  # type: ignore[method-assign] # the fault is chosen by name
    with pytest.raises(UnavailableError, match="the disk is full") as caught:
        world.create(asked(spec(), A), backend=faulty(world.backend, fault))
    assert caught.value.state == UNCHANGED
    assert len(world.backend.journal.entries()) == is_kept
    assert world.state() == before
    (dag,) = world.create(asked(spec(), A)).dags
    assert (dag.dag_id, dag.version, dag.state) == ("orders", 1, "created")
    assert world.backend.journal.entries() == {}
    world.check_agreement()


def test_what_a_spec_takes_in_is_named_too_if_git_does_not_have_it(world: World) -> None:
    files = ("specs/defaults.yaml", "specs/a.sql", "../shared.sql")
    for path in (A, *files):
        world.backend.files.content[path] = b"x"
    kinds = (("defaults", files[0]), ("file", files[1]), ("file", files[2]), ("variable", "b"))
    inputs = tuple(Input(kind, name, "0" * 64) for kind, name in kinds)  # type: ignore[arg-type]
    result = world.create(replace(asked(spec(), A), inputs=inputs))
    assert result.untracked == (A, *files[:2])
