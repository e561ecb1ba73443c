"""Promise 10: a colleague who commits no spec does not lose the update to the next `create`."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dagctl.commands.edit import draft_of
from dagctl.commands.lifecycle import rollback
from dagctl.commands.operate import operate
from dagctl.commands.plan import plan
from dagctl.errors import StaleVersionError
from dagctl.operation.change import asked
from dagctl.operation.options import Options
from dagctl.ports import GitIdentity
from dagctl.spec.inputs import Input, InputKind
from tests.unit.operation.conftest import MAIN, World, clone, pull, spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from dagctl.operation.change import Change
    from tests.twins.repo import MemoryRepo

A = "specs/a.yaml"
BO = GitIdentity("Bo", "bo@example.com")


def version(command: str, schedule: str = "@daily", path: str = A, name: str = "Orders") -> Change:
    return asked(spec(name, command, schedule_interval=schedule), path)


V1, V2, V3 = version("echo 1"), version("echo 2"), version("echo 3")


def commit_spec(world: World, change: Change, path: str = A) -> None:
    """Let the user write and commit a spec file."""
    world.place(path, change)
    content = world.backend.files.content[path]
    repo = world.backend.repo
    repo.add(MAIN, repo.tree(MAIN) | {path: content}, f"Write {path}")
    repo.index[path] = content


@pytest.fixture(params=[False, True], ids=["embedded", "shared"])
def ada(request: pytest.FixtureRequest) -> World:
    world = World.of(is_cache=not request.param)
    commit_spec(world, V1)
    world.create(V1)
    return world


@pytest.fixture
def bo(ada: World) -> World:
    """Return the clone of a colleague."""
    world = clone(ada, shared=not ada.backend.is_cache)
    world.backend.repo.who = BO
    world.create(V1)
    return world


def made(world: World, change: Change, options: Options | None = None) -> tuple[int, list[str]]:
    result = world.create(change, options=options)
    world.check_agreement()
    return result.dags[0].version, list(result.warnings)


@pytest.mark.parametrize("is_edited", [False, True], ids=["as it was", "edited and committed"])
def test_what_was_published_without_its_spec_is_not_undone(
    ada: World, bo: World, *, is_edited: bool
) -> None:
    ada.create(V2)
    pull(bo, ada)
    old = V1
    if is_edited:
        old = version("echo 1", "@weekly")
        commit_spec(bo, old)
    before = bo.state()
    with pytest.raises(StaleVersionError) as caught:
        bo.create(old)
    with pytest.raises(StaleVersionError) as planned:
        plan(bo.context(), [old], Options())
    assert str(planned.value) == str(caught.value)
    commit = ada.backend.repo.tips[MAIN][:7]
    assert "version 2 of it was made by Ada Lovelace <ada@example.com> at " in str(caught.value)
    assert f" in commit {commit}; this change is based on version 1" in str(caught.value)
    hint = caught.value.hint or ""
    assert "dagctl diff orders --spec specs/a.yaml" in hint
    assert ("dagctl pull orders" in hint) != bo.backend.is_cache
    assert bo.state() == before
    assert made(bo, old, Options(force=True)) == (3, [])


def test_several_versions_without_specs_are_compared_with_the_last_one_that_had_its_spec(
    ada: World, bo: World
) -> None:
    ada.create(V2)
    ada.create(V3)
    pull(bo, ada)
    with pytest.raises(StaleVersionError, match=r"version 3 of it .* based on version 1"):
        bo.create(V1)


@pytest.mark.parametrize("when", ["before", "after", "with"])
def test_a_spec_that_was_committed_may_be_reverted_and_that_is_said(
    ada: World, bo: World, when: str
) -> None:
    if when == "before":
        commit_spec(ada, V2)
    ada.create(V2)
    if when == "after":
        commit_spec(ada, V2)
    if when == "with":  # as a squashed branch has it
        repo = ada.backend.repo
        ada.place(A, V2)
        repo.commits[repo.tips[MAIN]].tree[A] = ada.backend.files.content[A]  # type: ignore[index]
    pull(bo, ada)
    commit_spec(bo, V1)
    (warning,) = plan(bo.context(), [V1], Options()).warnings
    assert made(bo, V1) == (3, [warning])
    assert "specs/a.yaml is the spec of version 1 again: what version 2 of `orders`" in warning
    assert "(Ada Lovelace <ada@example.com>, 2026-01-01, commit " in warning
    assert "`dagctl diff orders 2 1` shows it" in warning


def test_a_spec_that_git_had_at_another_time_was_not_lost(ada: World, bo: World) -> None:
    """As where a spec is merged while a run of CI publishes the one before it."""
    commit_spec(ada, V2)
    ada.create(version("echo 0"))
    ada.create(V2)
    pull(bo, ada)
    commit_spec(bo, V1)
    assert made(bo, V1)[0] == 4


def test_a_rollback_whose_spec_was_not_committed_is_not_undone(ada: World, bo: World) -> None:
    commit_spec(ada, V2)
    ada.create(V2)
    operate(ada.context(), rollback(ada.context(), "orders", 1, Options()))
    pull(bo, ada)
    bo.place(A, V2)  # as it is in git
    with pytest.raises(StaleVersionError, match=r"version 3 of it .* based on version 2"):
        bo.create(V2)


def test_an_old_spec_is_not_opened_to_be_edited(ada: World, bo: World) -> None:
    ada.create(V2)
    pull(bo, ada)
    bo.place(A, V1)
    if not bo.backend.is_cache:  # the text of the newest version is recorded
        assert draft_of(bo.context(), "orders", Options()).version == 2
        return
    with pytest.raises(StaleVersionError, match="would undo"):
        draft_of(bo.context(), "orders", Options())
    assert draft_of(bo.context(), "orders", Options(force=True)).content


def test_an_edit_that_keeps_what_was_changed_is_let_through(ada: World, bo: World) -> None:
    ada.create(V2)
    pull(bo, ada)
    assert made(bo, version("echo 2", "@weekly")) == (3, [])


def test_a_value_that_is_changed_once_more_is_let_through(ada: World, bo: World) -> None:
    ada.create(V2)
    pull(bo, ada)
    assert made(bo, V3) == (3, [])


def test_a_task_that_only_came_with_such_a_version_does_not_go(ada: World, bo: World) -> None:
    two = spec(command="echo 1", schedule_interval="@daily").to_data()
    more = {"task_id": "b", "task_type": "bash", "bash_command": "echo b"}
    both = asked(type(spec()).model_validate({**two, "tasks": [*two["tasks"], more]}), A)
    ada.create(both)
    pull(bo, ada)
    with pytest.raises(StaleVersionError, match="would undo"):
        bo.create(version("echo 1", "@weekly"))


def test_who_goes_back_and_forth_in_one_clone_is_not_asked(ada: World) -> None:
    ada.create(V2)
    assert made(ada, V1) == (3, [])


def test_a_spec_that_git_does_not_keep_is_published_as_it_is(ada: World) -> None:
    unkept = "out/b.yaml"
    first, second = (version(f"echo {n}", path=unkept, name="Made") for n in (1, 2))
    ada.create(first)
    ada.create(second)
    bo = clone(ada, shared=not ada.backend.is_cache)
    assert bo.create(first).dags[0].version == 3


def test_a_spec_that_git_keeps_no_more_is_published_as_it_is(ada: World) -> None:
    repo = ada.backend.repo
    repo.add(MAIN, {path: text for path, text in repo.tree(MAIN).items() if path != A}, "Ignore")
    ada.create(V2)
    ada.create(V3)
    bo = clone(ada, shared=not ada.backend.is_cache)
    assert bo.create(V2).dags[0].version == 4


def published_by_robot(ada: World, *changes: Change) -> World:
    """Let a robot publish specs that are committed, and return its clone."""
    robot = clone(ada, shared=not ada.backend.is_cache)
    for change in changes:
        commit_spec(ada, change)
        pull(robot, ada)
        robot.backend.repo.who = GitIdentity("Robot", "robot@example.com")
        robot.create(change)
        pull(ada, robot)
    return robot


def test_a_pipeline_publishes_a_reverted_spec_in_a_shallow_clone(ada: World) -> None:
    published_by_robot(ada, V2, V3)
    commit_spec(ada, V2)
    shallow = clone(ada, shared=not ada.backend.is_cache)
    boundary = shallow.backend.repo.history(MAIN)[2]
    shallow.backend.repo.commits[boundary.id] = replace(boundary, parent=None)
    (warning,) = shallow.create(V2).warnings
    assert "is the spec of version 2 again" in warning


def test_a_pipeline_publishes_a_spec_that_was_moved_and_set_back_in_one_commit(ada: World) -> None:
    robot = published_by_robot(ada, V2)
    repo, moved = ada.backend.repo, version("echo 1", path="specs/moved.yaml")
    repo.add(MAIN, {p: text for p, text in repo.tree(MAIN).items() if p != A}, "Move")
    commit_spec(ada, moved, "specs/moved.yaml")
    pull(robot, ada)
    robot.backend.repo.own.clear()
    assert "specs/moved.yaml is the spec of version 1 again" in robot.create(moved).warnings[-1]


@pytest.mark.parametrize("path", ["specs/defaults.yaml", "dagctl.toml", "templates/x.yaml"])
def test_what_git_may_no_longer_make_of_older_specs_is_no_refusal(
    ada: World, bo: World, path: str
) -> None:
    ada.create(V2)
    ada.backend.repo.add(MAIN, ada.backend.repo.tree(MAIN) | {path: b"# changed\n"}, "Change")
    pull(bo, ada)
    kind: InputKind = "variable" if path == "dagctl.toml" else "template"
    inputs = () if path == "specs/defaults.yaml" else (Input(kind, "x@1", "0" * 64),)
    weekly = replace(version("echo 1", "@weekly"), inputs=inputs)
    if inputs:  # neither settings nor templates change a spec that takes nothing from them
        with pytest.raises(StaleVersionError, match="that was committed without its spec"):
            bo.create(replace(weekly, inputs=()))
    (warning,) = bo.create(weekly).warnings
    assert "specs/a.yaml takes back what was changed in `orders` (Ada Lovelace" in warning


def test_a_value_that_git_does_not_have_is_no_refusal(ada: World, bo: World) -> None:
    ada.create(V2)
    pull(bo, ada)
    variable = Input("variable", "tag", "0" * 64)
    (warning,) = bo.create(replace(V1, inputs=(variable,))).warnings
    assert warning.startswith("DAG501: specs/a.yaml is the spec of version 1 again")


UNSURE = replace(V1, inputs=(Input("variable", "tag", "0" * 64),))
"""What git has of this one may have made another spec then."""


def test_where_it_is_not_certain_a_strict_workspace_refuses(ada: World, bo: World) -> None:
    ada.create(V2)
    pull(bo, ada)
    bo.settings = replace(bo.settings, strict=True)
    before = bo.state()
    expected = r"specs/a.yaml would undo .* that \(DAG501\) was probably committed without its spec"
    with pytest.raises(StaleVersionError, match=expected):
        bo.create(UNSURE)
    assert bo.state() == before
    assert made(bo, UNSURE, Options(force=True)) == (3, [])


@pytest.mark.parametrize("strict", [False, True])
def test_the_warning_can_be_silenced(ada: World, bo: World, *, strict: bool) -> None:
    ada.create(V2)
    pull(bo, ada)
    bo.settings = replace(bo.settings, ignore=("DAG501",), strict=strict)
    assert made(bo, UNSURE) == (3, [])


@pytest.mark.parametrize("when", ["never", "before", "after"])
def test_the_text_that_was_published_says_whether_git_has_it(
    ada: World, bo: World, when: str
) -> None:
    """Whatever defaults and variables make of it; a registry of one clone does not have it."""
    mine = replace(UNSURE, spec_text="tag: 1\n")
    theirs = replace(V2, spec_text="tag: 2\r\n", inputs=UNSURE.inputs)
    if when == "before":
        commit_text(ada, "tag: 2\n")
    ada.create(theirs)
    if when == "after":
        commit_text(ada, "tag: 2\n")
    pull(bo, ada)
    commit_text(bo, "tag: 1\n")
    if bo.backend.is_cache or when != "never":
        (warning,) = bo.create(mine).warnings
        assert ("DAG501: " in warning) == (bo.backend.is_cache and when == "never")
        return
    with pytest.raises(StaleVersionError, match="that was committed without its spec"):
        bo.create(mine)


def commit_text(world: World, text: str) -> None:
    repo = world.backend.repo
    repo.add(MAIN, repo.tree(MAIN) | {A: text.encode()}, "Write the spec")
    repo.index[A] = world.backend.files.content[A] = text.encode()


def test_a_first_version_that_was_published_before_its_spec_was_committed(ada: World) -> None:
    """Its commit of the spec does not count for the next version, which has none."""
    other, path = version("echo 1", path="specs/b.yaml", name="Other"), "specs/b.yaml"
    ada.create(other)
    commit_spec(ada, other, path)
    bo = clone(ada, shared=not ada.backend.is_cache)
    bo.backend.repo.who = BO
    bo.create(other)
    ada.create(version("echo 2", path=path, name="Other"))
    pull(bo, ada)
    with pytest.raises(StaleVersionError, match="that was committed without its spec"):
        bo.create(other)


def test_a_dag_file_that_was_set_back_with_git_may_be_published_again(ada: World) -> None:
    old = ada.backend.repo.tree(MAIN)["dags/orders.py"]
    published_by_robot(ada, V2)
    ada.backend.repo.add(MAIN, ada.backend.repo.tree(MAIN) | {"dags/orders.py": old}, "Revert")
    bo = clone(ada, shared=False)
    (warning,) = bo.create(V2).warnings
    assert "specs/a.yaml takes back what was changed in `orders` (Ada Lovelace" in warning
    assert " -- dags/orders.py` shows it" in warning


def test_brackets_that_come_back_are_no_change(ada: World, bo: World) -> None:
    data = spec(command="echo 1", schedule_interval="@daily").to_data()

    def with_task(name: str) -> Change:
        more = {"task_id": name, "task_type": "bash", "bash_command": f"echo {name}"}
        tasks = [*data["tasks"], more]
        return asked(type(spec()).model_validate({**data, "tasks": tasks}), A)

    ada.create(with_task("b"))
    commit_spec(ada, with_task("b"))
    ada.create(V1)
    pull(bo, ada)
    assert made(bo, with_task("c")) == (4, [])


def test_git_is_asked_a_constant_number_of_times(ada: World, bo: World) -> None:
    paths = [f"specs/many_{number}.yaml" for number in range(30)]
    old, new = (
        [version(command, path=path, name=path) for path in paths]
        for command in ("echo 1", "echo 2")
    )
    for change, path in zip(old, paths, strict=True):
        commit_spec(ada, change, path)
    ada.create(*old)
    ada.create(*new)
    pull(bo, ada)
    calls = counted(bo.backend.repo, "log", "blobs", "made_here")
    with pytest.raises(StaleVersionError, match=r"\(and 29 more of these specs\) would undo"):
        bo.create(*old)
    assert calls["log"] == 1
    assert calls["blobs"] == 2
    assert calls["made_here"] <= 1


def counted(repo: MemoryRepo, *names: str) -> Counter[str]:
    """Count the calls of some methods from now on."""
    calls: Counter[str] = Counter()

    def watched(name: str, method: Callable[..., object]) -> Callable[..., object]:
        def call(*given: object) -> object:
            calls[name] += 1
            return method(*given)

        return call

    for name in names:
        setattr(repo, name, watched(name, getattr(repo, name)))
    return calls
