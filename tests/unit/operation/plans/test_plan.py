"""Files that were changed by hand, files that are not ours, and what a plan tells of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dagctl.commands.plan import plan
from dagctl.errors import ConflictError
from dagctl.operation.change import Change, asked
from dagctl.operation.conflicts.drift import diff_of
from dagctl.operation.options import Options
from tests.unit.operation.conftest import World, spec

A = "specs/a.yaml"
PATH = "dags/orders.py"
CHANGED = asked(spec(command="echo 2"), A)
SAME = asked(spec(), A)


@pytest.fixture(params=[True, False], ids=["embedded", "shared"])
def world(request: pytest.FixtureRequest) -> World:
    return World.of(is_cache=request.param)


@pytest.fixture
def created(world: World) -> World:
    world.create(SAME)
    return world


@pytest.mark.parametrize("again", [SAME, CHANGED], ids=["same spec", "changed spec"])
def test_a_file_that_was_changed_by_hand_is_not_overwritten(created: World, again: Change) -> None:
    created.backend.files.content[PATH] += b"# by hand\n"
    before = created.state()
    with pytest.raises(ConflictError, match=r"dags/orders.py was changed") as caught:
        created.create(again)
    assert "+# by hand\n" in (caught.value.diff or "")
    assert created.state() == before


def test_a_file_that_became_far_larger_is_not_compared(created: World) -> None:
    created.backend.files.content[PATH] += b"\n" * 1024 * 1025
    with pytest.raises(ConflictError, match=r"dags/orders.py was changed") as caught:
        created.create(SAME)
    names = f"{PATH} (recorded) and {PATH} (in the work tree)"
    assert caught.value.diff == f"Files {names} differ\n"


def test_a_spec_is_not_unchanged_if_its_file_is_for_another_airflow(created: World) -> None:
    created.settings = replace(created.settings, airflow="2")
    before = created.backend.files.content[PATH]
    assert [dag.state for dag in created.create(SAME).dags] == ["updated"]
    assert created.backend.files.content[PATH] != before
    assert [dag.state for dag in created.create(SAME).dags] == ["unchanged"]
    created.check_agreement()


def test_a_file_that_was_deleted_is_not_written_again(created: World) -> None:
    del created.backend.files.content[PATH]
    with pytest.raises(ConflictError, match=r"dags/orders.py was deleted") as caught:
        created.create(SAME)
    assert caught.value.diff is None  # each of its lines would be one that is gone
    hint = "`git restore dags/orders.py` brings it back; --force writes it again"
    assert caught.value.hint == hint


@pytest.mark.parametrize("content", [b"mine", None], ids=["changed", "deleted"])
@pytest.mark.parametrize("again", [SAME, CHANGED], ids=["same spec", "changed spec"])
def test_force_writes_the_file_again(created: World, again: Change, content: bytes | None) -> None:
    if content is None:
        del created.backend.files.content[PATH]
    else:
        created.backend.files.content[PATH] = content
    (dag,) = created.create(again, options=Options(force=True)).dags
    is_again = created.backend.is_cache and content is None and again is SAME
    assert (dag.dag_id, dag.state) == ("orders", "updated")
    assert dag.version == (
        1 if is_again else 2
    )  # a cache follows the file: it is that of version 1
    created.check_agreement()


@pytest.mark.parametrize("content", [b"mine", None], ids=["changed", "deleted"])
def test_unchanged_is_said_only_if_the_object_is_what_is_recorded(
    created: World, content: bytes | None
) -> None:
    (key,) = created.backend.store.objects
    if content is None:
        del created.backend.store.objects[key]
    else:
        created.backend.store.objects[key] = content
    (dag,) = created.create(SAME).dags
    # the embedded store is taken from the files again; a shared one gets a new version
    expected = ("orders", "unchanged", 1) if created.backend.is_cache else ("orders", "updated", 2)
    assert (dag.dag_id, dag.state, dag.version) == expected
    created.check_agreement()


def test_force_leaves_what_is_as_recorded(created: World) -> None:
    assert created.create(SAME, options=Options(force=True)).dags[0].state == "unchanged"


def test_a_file_that_holds_what_would_be_written_is_no_drift(created: World) -> None:
    planned = plan(created.context(), [CHANGED], Options())
    created.create(CHANGED)
    new = created.backend.files.content[PATH]
    assert planned.dags[0].version == 2
    other = World.of(is_cache=created.backend.is_cache)
    other.create(SAME)
    other.backend.files.content[PATH] = new
    assert other.create(CHANGED).dags[0].state == "updated"


def test_a_file_that_dagctl_did_not_write_is_not_taken_over(world: World) -> None:
    world.backend.files.content[PATH] = b"mine"
    before = world.state()
    with pytest.raises(ConflictError, match=r"dags/orders.py exists, and dagctl did not write it"):
        world.create(SAME)
    assert world.state() == before


def test_force_takes_a_file_over(world: World) -> None:
    world.backend.files.content[PATH] = b"mine"
    assert world.create(SAME, options=Options(force=True)).dags[0].state == "created"
    world.check_agreement()


def test_a_name_that_another_machine_took_meanwhile_is_not_written_over() -> None:
    world = World.of(is_cache=False)
    world.backend.files.content["dags/orders_2.py"] = b"mine"
    registry = world.backend.registry
    find = registry.find
    world.create(asked(spec(), "specs/other.yaml"))
    registry.find = lambda **_: []  # type: ignore[method-assign] # what was read is out of date
    world.backend.files.content.pop(PATH)
    world.backend.repo.tips.clear()
    world.backend.repo.index.pop(PATH)
    before = world.state()
    with pytest.raises(ConflictError, match=r"dags/orders_2.py exists"):
        world.create(SAME)
    assert world.state() == before
    world.backend.files.content.pop("dags/orders_2.py")
    assert world.create(SAME).dags[0].file_path == "dags/orders_2.py"
    registry.find = find  # type: ignore[method-assign] # as it was


def test_a_plan_changes_nothing_and_says_what_would_happen(created: World) -> None:
    before = created.state()
    new = asked(spec("Orders", "echo 3"), "specs/new.yaml")
    piped = asked(spec("Orders", "echo 4"))
    result = plan(created.context(), [CHANGED, new, piped], Options())
    told = [(dag.dag_id, dag.action, dag.version, dag.source) for dag in result.dags]
    assert told == [
        ("orders", "update", 2, A),
        ("orders_2", "create", 1, "specs/new.yaml"),
        ("orders_3", "create", 1, None),
    ]
    assert '-    bash_command="echo 1",\n+    bash_command="echo 2",' in result.dags[0].diff
    assert '+    "orders_2",' in result.dags[1].diff
    assert result.pending
    assert created.state() == before


def test_a_plan_of_what_is_there_has_no_changes(created: World) -> None:
    result = plan(created.context(), [SAME], Options())
    assert [(dag.action, dag.version, dag.diff) for dag in result.dags] == [("unchanged", 1, "")]
    assert not result.pending


def test_a_plan_is_refused_where_create_would_be(world: World) -> None:
    world.backend.repo.problem = ConflictError("HEAD is detached")
    with pytest.raises(ConflictError, match="detached"):
        plan(world.context(), [SAME], Options())


def test_a_new_plan_shows_what_the_result_will_hold(world: World) -> None:
    (planned,) = plan(world.context(), [SAME], Options()).dags
    world.create(SAME)
    lines = world.backend.files.content[PATH].decode().splitlines()
    added = [line[1:] for line in planned.diff.splitlines()[3:]]
    assert [line for line in added if "Generated at" not in line] == [
        line for line in lines if "Generated at" not in line
    ]
    assert "# Created by: Ada Lovelace <ada@example.com>" in lines


def test_a_plan_of_an_update_is_the_update(created: World) -> None:
    before = created.backend.files.content[PATH]
    (planned,) = plan(created.context(), [CHANGED], Options()).dags
    created.create(CHANGED)
    after = created.backend.files.content[PATH]
    assert planned.diff == diff_of(PATH, before, after, names=("now", "planned"))


def test_an_update_changes_no_author_and_no_time(created: World) -> None:
    before = created.backend.files.content[PATH].decode().splitlines()
    created.backend.registry.user_name = "Bob"
    created.create(CHANGED)
    after = created.backend.files.content[PATH].decode().splitlines()
    assert [line for line in after if line.startswith("# ")][:5] == [
        line for line in before if line.startswith("# ")
    ][:5]
    assert "# Version: 2" in after
