"""Files that were changed by hand, files that are not ours, and what a plan tells of them."""

from __future__ import annotations

import pytest

from dagctl.commands.plan import plan
from dagctl.errors import ConflictError
from dagctl.operation.backend import Silence
from dagctl.operation.change import Change, asked
from dagctl.operation.options import Options
from tests.unit.operation.conftest import World, spec

A = "specs/a.yaml"
PATH = "dags/orders.py"
CHANGED = asked(spec(command="echo 2"), A)
SAME = asked(spec(), A)


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


def test_a_file_that_was_deleted_is_not_written_again(created: World) -> None:
    del created.backend.files.content[PATH]
    with pytest.raises(ConflictError, match=r"dags/orders.py was deleted") as caught:
        created.create(SAME)
    assert caught.value.diff is None  # each of its lines would be one that is gone
    assert caught.value.hint == "--force writes it again"


@pytest.mark.parametrize("content", [b"mine", None], ids=["changed", "deleted"])
@pytest.mark.parametrize("again", [SAME, CHANGED], ids=["same spec", "changed spec"])
def test_force_writes_the_file_again(created: World, again: Change, content: bytes | None) -> None:
    if content is None:
        del created.backend.files.content[PATH]
    else:
        created.backend.files.content[PATH] = content
    (dag,) = created.create(again, options=Options(force=True)).dags
    assert (dag.dag_id, dag.state, dag.version) == ("orders", "updated", 2)
    created.check_agreement()


@pytest.mark.parametrize("content", [b"mine", None], ids=["changed", "deleted"])
def test_force_stores_the_object_again(created: World, content: bytes | None) -> None:
    (key,) = created.backend.store.objects
    if content is None:
        del created.backend.store.objects[key]
    else:
        created.backend.store.objects[key] = content
    assert created.create(SAME).dags[0].state == "unchanged"
    (dag,) = created.create(SAME, options=Options(force=True)).dags
    assert (dag.dag_id, dag.state, dag.version) == ("orders", "updated", 2)
    created.check_agreement()


def test_force_leaves_what_is_as_recorded(created: World) -> None:
    assert created.create(SAME, options=Options(force=True)).dags[0].state == "unchanged"


def test_a_file_that_holds_what_would_be_written_is_no_drift(created: World) -> None:
    planned = plan(created.context(), [CHANGED], Options())
    created.create(CHANGED)
    new = created.backend.files.content[PATH]
    assert planned.dags[0].version == 2
    other = World()
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


def test_a_name_that_another_machine_took_meanwhile_is_not_written_over(world: World) -> None:
    world.backend.files.content["dags/orders_2.py"] = b"mine"
    registry = world.backend.registry
    find = registry.find
    world.create(asked(spec(), "specs/other.yaml"))
    registry.find = lambda **_: []  # type: ignore[method-assign] # what was read is out of date
    world.backend.files.content.pop(PATH)
    before = world.state()
    with pytest.raises(ConflictError, match=r"dags/orders_2.py exists"):
        world.create(SAME)
    assert world.state() == before
    world.backend.files.content.pop("dags/orders_2.py")
    assert world.create(SAME).dags[0].file_path == "dags/orders_2.py"
    registry.find = find  # type: ignore[method-assign] # as it was


def test_a_plan_changes_nothing_and_says_what_would_happen(created: World) -> None:
    before = created.state()
    new = asked(spec("Orders"), "specs/new.yaml")
    result = plan(created.context(), [CHANGED, new, asked(spec("Orders"))], Options())
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


def test_a_spec_file_that_was_renamed_keeps_its_dag(created: World) -> None:
    renamed = "specs/b.yaml"
    update = Options(if_exists="update")
    (dag,) = created.create(asked(spec(), renamed), options=update).dags
    assert (dag.dag_id, dag.state, dag.source) == ("orders", "updated", renamed)
    assert created.create(asked(spec(), renamed), options=update).dags[0].state == "unchanged"
    (dag,) = created.create(asked(spec(command="echo 2"), renamed)).dags
    assert (dag.dag_id, dag.state) == ("orders", "updated")
    created.check_agreement()


class Warned(Silence):
    """Remembers what it is warned of."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def warn(self, text: str) -> None:
        self.texts.append(text)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_name_whose_spec_file_is_gone_may_have_been_renamed(
    created: World, *, is_there: bool
) -> None:
    created.listener = warned = Warned()
    if is_there:
        created.backend.files.content[A] = b"dag_name: Orders"
    planned = plan(created.context(), [asked(spec(), "specs/b.yaml")], Options())
    assert planned.dags[0].dag_id == "orders_2"
    gone = "`orders` was made from specs/a.yaml, which is gone"
    assert [text.partition(";")[0] for text in warned.texts] == ([] if is_there else [gone])


def test_a_spec_without_a_file_leaves_the_dag_to_its_file(created: World) -> None:
    dags = created.create(asked(spec()), options=Options(if_exists="update")).dags
    assert [dag.state for dag in dags] == ["unchanged"]
