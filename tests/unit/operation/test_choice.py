"""Which DAG a spec means the second time, and what `if_exists` makes of it."""

from __future__ import annotations

import pytest

from dagctl.errors import ConflictError, UsageError
from dagctl.operation.change import Change, asked
from dagctl.operation.options import IfExists, Options
from tests.unit.operation.conftest import World, spec

A, B = "specs/a.yaml", "specs/b.yaml"


def outcome(
    world: World, *requests: Change, if_exists: IfExists | None = None
) -> list[tuple[str, str, int]]:
    result = world.create(*requests, options=Options(if_exists=if_exists))
    world.check_agreement()
    return [(dag.dag_id, dag.state, dag.version) for dag in result.dags]


def test_promise_2_the_same_file_again_is_unchanged(world: World) -> None:
    assert outcome(world, asked(spec(), A)) == [("orders", "created", 1)]
    before = world.state()
    assert outcome(world, asked(spec(), A)) == [("orders", "unchanged", 1)]
    assert world.state() == before


def test_the_same_file_with_other_content_is_an_update(world: World) -> None:
    outcome(world, asked(spec(), A))
    assert outcome(world, asked(spec(command="echo 2"), A)) == [("orders", "updated", 2)]
    assert world.backend.repo.history("refs/heads/main")[0].message == "Update DAG orders"


def test_another_file_with_a_taken_name_gets_the_next_number(world: World) -> None:
    outcome(world, asked(spec(), A))
    assert outcome(world, asked(spec(), B)) == [("orders_2", "created", 1)]
    assert outcome(world, asked(spec(), A), asked(spec(), B)) == [
        ("orders", "unchanged", 1),
        ("orders_2", "unchanged", 1),
    ]


def test_a_spec_without_a_file_is_always_new(world: World) -> None:
    assert outcome(world, asked(spec())) == [("orders", "created", 1)]
    assert outcome(world, asked(spec())) == [("orders_2", "created", 1)]


def test_a_renamed_dag_keeps_its_id(world: World) -> None:
    outcome(world, asked(spec("Orders"), A))
    assert outcome(world, asked(spec("Sales"), A)) == [("orders", "updated", 2)]


def test_another_explicit_id_means_a_new_dag(world: World) -> None:
    outcome(world, asked(spec("Orders"), A))
    assert outcome(world, asked(spec("Orders", dag_id="sales"), A)) == [("sales", "created", 1)]
    assert outcome(world, asked(spec("Orders", dag_id="orders"), A))[0][0] == "orders"


def test_a_file_that_is_named_twice_counts_once(world: World) -> None:
    assert outcome(world, asked(spec(), A), asked(spec(), A)) == [("orders", "created", 1)]


def test_two_specs_of_one_name_get_numbers_in_order(world: World) -> None:
    made = outcome(world, asked(spec(), A), asked(spec(), B), asked(spec()))
    assert [dag_id for dag_id, _, _ in made] == ["orders", "orders_2", "orders_3"]
    (commit,) = world.backend.repo.history("refs/heads/main")
    assert commit.message.splitlines()[0] == "Create 3 DAGs"
    assert commit.message.splitlines()[2:] == ["- orders", "- orders_2", "- orders_3"]


def test_number_always_makes_a_new_dag(world: World) -> None:
    outcome(world, asked(spec(), A))
    assert outcome(world, asked(spec(), A), if_exists="number") == [("orders_2", "created", 1)]


def test_of_several_dags_of_one_file_the_newest_is_meant(world: World) -> None:
    outcome(world, asked(spec(), A))
    outcome(world, asked(spec(), A), if_exists="number")
    assert outcome(world, asked(spec(command="echo 2"), A)) == [("orders_2", "updated", 2)]


def test_update_changes_whichever_dag_has_the_id(world: World) -> None:
    outcome(world, asked(spec(), A))
    changed = asked(spec(command="echo 2"), B)
    assert outcome(world, changed, if_exists="update") == [("orders", "updated", 2)]
    assert world.backend.registry.find(source_paths=[B])[0].dag_id == "orders"
    assert outcome(world, asked(spec("New"), B), if_exists="update")[0][:2] == (
        "orders",
        "updated",
    )


def test_two_specs_that_update_one_dag_are_refused(world: World) -> None:
    outcome(world, asked(spec(), A))
    with pytest.raises(ConflictError, match="two specs mean the DAG `orders`"):
        outcome(world, asked(spec(), A), asked(spec(), B), if_exists="update")


@pytest.mark.parametrize("source", [A, B, None])
def test_fail_refuses_a_dag_that_exists(world: World, source: str | None) -> None:
    outcome(world, asked(spec(), A), if_exists="fail")
    before = world.state()
    with pytest.raises(ConflictError, match="`orders` exists"):
        outcome(world, asked(spec(command="echo 2"), source), if_exists="fail")
    assert world.state() == before


def test_fail_refuses_two_specs_of_one_name(world: World) -> None:
    with pytest.raises(ConflictError, match="`orders` exists"):
        outcome(world, asked(spec(), A), asked(spec(), B), if_exists="fail")
    assert world.ids() == []


def test_a_project_that_is_not_the_workspaces_is_refused(world: World) -> None:
    other = spec(project_id="00000000-0000-4000-8000-000000000000")
    with pytest.raises(UsageError, match=r"specs/a.yaml: project_id is 00000000"):
        outcome(world, asked(other, A))
    same = spec(project_id="123e4567-e89b-12d3-a456-426614174000")
    assert outcome(world, asked(same, A)) == [("orders", "created", 1)]


def test_a_name_of_full_length_can_be_numbered(world: World) -> None:
    name = "x" * 200
    made = outcome(world, asked(spec(name), A), asked(spec(name), B))
    assert [dag_id for dag_id, _, _ in made] == [name, f"{name}_2"]
