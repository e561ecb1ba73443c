"""A DAG file is made again during a merge, from its spec alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dagctl.commands.rewrite import rewrite
from dagctl.dag_file.header import read_header
from dagctl.errors import ConflictError
from dagctl.operation.change import asked
from tests.unit.operation.conftest import World, spec

A, PATH = "specs/a.yaml", "dags/orders.py"
V1, V2, V3, V4 = (asked(spec(command=f"echo {number}"), A) for number in (1, 2, 3, 4))
CONFLICT = b"<<<<<<< HEAD\n%b||||||| base\nx\n=======\n%b>>>>>>> theirs\n"


def sides() -> tuple[World, bytes, bytes]:
    """Return a world in the middle of a merge, and the two sides."""
    ours, theirs = World.of(is_cache=True), World.of(is_cache=True)
    ours.create(V1)
    theirs.create(V1)
    ours.create(V2)
    theirs.create(V3)
    both = tuple(each.backend.files.content[PATH] for each in (ours, theirs))
    ours.backend.files.content[PATH] = CONFLICT % both
    return ours, *both  # type: ignore[return-value] # two sides


def test_a_settled_spec_gives_the_version_after_both_sides() -> None:
    world, _, _ = sides()
    commits = dict(world.backend.repo.tips)
    done = rewrite(world.context(), V4)
    assert (done.file_path, done.changed) == (PATH, True)
    header = read_header(world.backend.files.content[PATH])
    assert header is not None
    assert (header.is_whole, header.version, header.source) == (True, 3, A)
    assert header.is_of(V4.spec_digest)
    assert world.backend.repo.tips == commits
    assert world.create(V4).dags[0].state == "updated"
    world.check_agreement()


def test_a_side_that_is_what_the_spec_gives_stays_to_the_byte() -> None:
    for number, change in enumerate((V2, V3)):
        world, *both = sides()
        rewrite(world.context(), change)
        assert world.backend.files.content[PATH] == both[number]
        assert not rewrite(world.context(), change).changed


def test_what_a_person_has_written_is_not_overwritten_without_force() -> None:
    world, ours, theirs = sides()
    for content in (b"mine\n", ours + b"# by hand\n", CONFLICT % (ours, theirs + b"# by hand\n")):
        world.backend.files.content[PATH] = content
        with pytest.raises(ConflictError):
            rewrite(world.context(), V4)
        assert world.backend.files.content[PATH] == content
    assert rewrite(world.context(), V4, force=True).changed


def test_a_numbered_dag_is_known_by_its_spec() -> None:
    world = World.of(is_cache=True)
    world.place(A, V1)
    other = asked(spec(command="echo 9"), "specs/b.yaml")
    world.create(V1, other)
    changed = asked(spec(command="echo 10"), "specs/b.yaml")
    assert rewrite(world.context(), changed).dag_id == "orders_2"


def test_a_new_spec_gets_a_file_that_create_takes_over() -> None:
    world = World.of(is_cache=True)
    assert rewrite(world.context(), V1).file_path == PATH
    (dag,) = world.create(V1).dags
    assert (dag.state, dag.version) == ("created", 1)
    world.check_agreement()


def test_no_dag_is_made_twice_or_lost_that_the_registry_has() -> None:
    for is_cache in (True, False):
        world = World.of(is_cache=is_cache)
        world.place(A, V1)
        world.create(V1)
        first = world.backend.files.content[PATH]
        # another spec of that name gets a file of its own, as with `create`
        assert rewrite(world.context(), asked(spec(command="echo 9"), "specs/b.yaml")).dag_id == (
            "orders_2"
        )
        renamed = asked(spec(command="echo 1", dag_id="nightly"), A)
        other = asked(spec(command="echo 9", dag_id="orders"), "specs/c.yaml")
        for change, why in ((renamed, "second DAG"), (other, "the DAG of specs/a.yaml")):
            with pytest.raises(ConflictError, match=why):
                rewrite(world.context(), change)
        world.settings = replace(world.settings, dags_folder="new")
        with pytest.raises(ConflictError, match="dags_folder is new now"):
            rewrite(world.context(), V1)
        assert {path for path in world.backend.files.content if path.endswith(".py")} == {
            PATH,
            "dags/orders_2.py",
        }
        assert world.backend.files.content[PATH] == first


def test_a_file_that_names_its_spec_is_made_again_without_the_registry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _, _ = sides()
    monkeypatch.setattr(world.backend.registry, "find", None)
    assert rewrite(world.context(), V4).changed
