"""Promise 10: which DAG a spec means, row by row; no DAG is doubled without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.commands.plan import plan
from dagctl.errors import ConflictError, UsageError
from dagctl.operation.change import Change, asked
from dagctl.operation.dags.inventory import dag_of
from dagctl.operation.options import IfExists, Options
from tests.twins.backend import MemoryBackend
from tests.unit.operation.conftest import MAIN, World, clone, spec

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dagctl.commands.create import CreateResult
    from dagctl.dag_file.header import Header
    from dagctl.settings import Settings
    from dagctl.spec.model import DagSpec

A, B, C = "specs/a.yaml", "specs/b.yaml", "specs/team/c.yaml"
OTHER = spec(command="echo 2")


def run(world: World, *changes: Change, if_exists: IfExists | None = None) -> CreateResult:
    """Create, as a user does who keeps the spec files where the changes say."""
    for change in changes:
        if change.source is not None:
            world.place(change.source, change)
    result = world.create(*changes, options=Options(if_exists=if_exists))
    world.check_agreement()
    return result


def outcome(
    world: World, *changes: Change, if_exists: IfExists | None = None
) -> list[tuple[str, str, int]]:
    dags = run(world, *changes, if_exists=if_exists).dags
    return [(dag.dag_id, dag.state, dag.version) for dag in dags]


@pytest.fixture(params=[True, False], ids=["embedded", "shared"], autouse=True)
def world(request: pytest.FixtureRequest) -> World:
    return World.of(is_cache=request.param)


# --- A path that is known ---


def test_promise_2_the_same_file_again_is_unchanged(world: World) -> None:
    assert outcome(world, asked(spec(), A)) == [("orders", "created", 1)]
    before = world.state()
    assert outcome(world, asked(spec(), A)) == [("orders", "unchanged", 1)]
    assert world.state() == before


def test_the_same_file_with_other_content_is_an_update(world: World) -> None:
    outcome(world, asked(spec(), A))
    assert outcome(world, asked(OTHER, A)) == [("orders", "updated", 2)]
    assert world.backend.repo.history("refs/heads/main")[0].message == "Update DAG orders"


def test_a_spec_with_another_name_in_the_same_file_keeps_its_dag(world: World) -> None:
    outcome(world, asked(spec("Orders"), A))
    assert outcome(world, asked(spec("Sales"), A)) == [("orders", "updated", 2)]


def test_a_file_that_now_gives_another_id_is_refused_with_the_ways_out(world: World) -> None:
    outcome(world, asked(spec("Orders"), A))
    before = world.state()
    with pytest.raises(ConflictError, match="`orders`, and gives dag_id `sales` now") as caught:
        outcome(world, asked(spec("Orders", dag_id="sales"), A))
    assert "to rename it: `dagctl mv orders sales`" in (caught.value.hint or "")
    assert "a spec file of its own" in (caught.value.hint or "")
    assert {**world.state(), "files": 0} == {**before, "files": 0}
    assert outcome(world, asked(spec("Orders", dag_id="sales"), B))[0][:2] == ("sales", "created")


def test_a_file_that_gives_the_id_of_its_own_dag_keeps_it(world: World) -> None:
    outcome(world, asked(spec("Orders"), A))
    assert outcome(world, asked(spec("Orders", dag_id="orders"), A)) == [("orders", "updated", 2)]


def test_of_several_dags_of_one_file_the_newest_is_meant(world: World) -> None:
    outcome(world, asked(spec(), A))
    outcome(world, asked(spec(), A), if_exists="number")
    assert outcome(world, asked(OTHER, A)) == [("orders_2", "updated", 2)]


# --- A path that is not known ---


def test_a_spec_that_was_moved_keeps_its_dag_and_says_so(world: World) -> None:
    outcome(world, asked(spec(), A))
    for old, new in [(A, B), (B, C)]:
        world.remove(old)
        result = run(world, asked(spec(), new))
        assert [dag.dag_id for dag in result.dags] == ["orders"]
        assert result.warnings == (f"{old} is gone: `orders` is the DAG of {new} from now on",)
        assert outcome(world, asked(spec(), new))[0][:2] == ("orders", "unchanged")
    assert world.ids() == ["orders"]


def test_a_spec_that_was_moved_and_changed_keeps_its_dag(world: World) -> None:
    outcome(world, asked(spec(), A))
    world.remove(A)
    assert outcome(world, asked(OTHER, B)) == [("orders", "updated", 2)]


def test_a_numbered_dag_is_known_by_its_content_when_its_spec_moves(world: World) -> None:
    outcome(world, asked(spec(), A))
    outcome(world, asked(OTHER, B))
    world.remove(B)
    result = run(world, asked(OTHER, C))
    assert [(dag.dag_id, dag.state) for dag in result.dags] == [("orders_2", "updated")]
    assert result.warnings[0].startswith(f"{B} is gone: `orders_2`")


def test_a_copy_with_the_same_content_makes_no_second_dag(world: World) -> None:
    outcome(world, asked(spec(), A))
    result = run(world, asked(spec(), B))
    assert [(dag.dag_id, dag.state, dag.source) for dag in result.dags] == [
        ("orders", "unchanged", A)
    ]
    assert "specs/b.yaml has the same content as specs/a.yaml" in result.warnings[0]
    for pair in ((A, B), (B, A)):
        both = run(world, *(asked(spec(), path) for path in pair))
        assert [(dag.dag_id, dag.state) for dag in both.dags] == [("orders", "unchanged")]
        assert both.warnings == result.warnings


def test_a_copy_that_was_changed_gets_a_number_and_a_warning(world: World) -> None:
    outcome(world, asked(spec(), A))
    result = run(world, asked(spec(), A), asked(OTHER, B))
    assert [(dag.dag_id, dag.state) for dag in result.dags] == [
        ("orders", "unchanged"),
        ("orders_2", "created"),
    ]
    (warning,) = result.warnings
    assert warning.startswith("specs/b.yaml has the name of `orders`, the DAG of specs/a.yaml")


def test_a_copy_of_what_its_original_was_before_is_another_dag(world: World) -> None:
    outcome(world, asked(spec(), A))
    assert outcome(world, asked(OTHER, A), asked(spec(), B)) == [
        ("orders", "updated", 2),
        ("orders_2", "created", 1),
    ]


@pytest.mark.parametrize("content", [spec(), OTHER], ids=["same content", "other content"])
def test_promise_5_a_spec_of_another_clone_that_was_never_here_is_not_gone(
    content: DagSpec,
) -> None:
    first = World.of(is_cache=False)
    outcome(first, asked(spec(), A))
    shared = first.backend
    second = World(
        MemoryBackend(registry=shared.registry, store=shared.store, is_cache=False),
    )
    second.place(B, asked(content, B))
    result = second.create(asked(content, B))
    assert [(dag.dag_id, dag.state) for dag in result.dags] == [("orders_2", "created")]
    assert result.warnings[0].startswith(f"{B} has the name of `orders`, the DAG of {A}")
    second.place(A, asked(spec(), A))  # as after a pull of the spec alone
    again = second.create(asked(spec(), A))
    assert [(dag.dag_id, dag.state) for dag in again.dags] == [("orders", "updated")]


def test_a_file_that_is_named_twice_counts_once(world: World) -> None:
    assert outcome(world, asked(spec(), A), asked(spec(), A)) == [("orders", "created", 1)]


def test_new_specs_of_one_name_get_numbers_in_order_and_warnings(world: World) -> None:
    third = spec(command="echo 3")
    result = run(world, asked(spec(), A), asked(OTHER, B), asked(third))
    assert [dag.dag_id for dag in result.dags] == ["orders", "orders_2", "orders_3"]
    assert [warning[:32] for warning in result.warnings] == ["the id `orders` is taken: the DA"] * 2
    (commit,) = world.backend.repo.history("refs/heads/main")
    assert commit.message.splitlines()[0] == "Create 3 DAGs"
    assert commit.message.splitlines()[2:] == ["- orders", "- orders_2", "- orders_3"]


def test_two_new_files_with_the_same_content_make_one_dag(world: World) -> None:
    result = run(world, asked(spec(), A), asked(spec(), B))
    assert [(dag.dag_id, dag.source) for dag in result.dags] == [("orders", A)]
    assert result.warnings == (
        "specs/b.yaml has the same content as specs/a.yaml: one DAG is made of both",
    )


# --- A spec that gives its id ---


def test_a_given_id_means_that_dag_wherever_its_file_stands(world: World) -> None:
    given = spec("Orders", dag_id="x")
    outcome(world, asked(given, A))
    world.remove(A)
    assert outcome(world, asked(spec("Orders", "echo 2", dag_id="x"), B)) == [("x", "updated", 2)]


def test_a_given_id_that_a_living_spec_has_is_refused_with_both_paths(world: World) -> None:
    outcome(world, asked(spec("Orders", dag_id="x"), A))
    for other in (spec("Orders", dag_id="x"), spec("Sales", dag_id="x")):
        with pytest.raises(ConflictError, match=r"specs/b\.yaml gives .* DAG of specs/a\.yaml"):
            world.create(asked(other, B))
    with pytest.raises(ConflictError, match=r"specs/b\.yaml and specs/team/c\.yaml"):
        world.create(asked(spec("N", dag_id="n"), B), asked(spec("N", dag_id="n"), C))
    assert world.ids() == ["x"]


def test_ids_that_differ_only_by_case_are_one_name(world: World) -> None:
    outcome(world, asked(spec("Sales", dag_id="Sales"), A))
    with pytest.raises(ConflictError, match="`sales` differs from `Sales` only by case"):
        world.create(asked(spec("Sales", dag_id="sales"), B))
    assert outcome(world, asked(spec("Sales", "echo 3"), C))[0][0] == "sales_2"
    with pytest.raises(ConflictError, match=r"specs/a\.yaml and specs/b\.yaml"):
        World.of(is_cache=world.backend.is_cache).create(
            asked(spec("Sales", dag_id="Sales"), A), asked(spec("Sales", "x", dag_id="sales"), B)
        )


# --- No path ---


def test_a_spec_without_a_file_is_unchanged_the_second_time(world: World) -> None:
    assert outcome(world, asked(spec())) == [("orders", "created", 1)]
    assert outcome(world, asked(spec())) == [("orders", "unchanged", 1)]
    assert outcome(world, asked(OTHER)) == [("orders_2", "created", 1)]
    assert outcome(world, asked(OTHER)) == [("orders_2", "unchanged", 1)]
    assert outcome(world, asked(spec())) == [("orders", "unchanged", 1)]


def test_a_spec_without_a_file_leaves_the_dag_to_its_file(world: World) -> None:
    outcome(world, asked(spec(), A))
    assert outcome(world, asked(spec())) == [("orders", "unchanged", 1)]
    assert world.backend.registry.find(source_paths=[A])[0].dag_id == "orders"


# --- `if_exists` ---


def test_number_always_makes_a_new_dag(world: World) -> None:
    outcome(world, asked(spec(), A))
    assert outcome(world, asked(spec(), A), if_exists="number") == [("orders_2", "created", 1)]


def test_update_changes_the_dag_that_has_the_id(world: World) -> None:
    outcome(world, asked(spec(), A))
    assert outcome(world, asked(OTHER, B), if_exists="update") == [("orders", "updated", 2)]
    assert world.backend.registry.find(source_paths=[B])[0].dag_id == "orders"
    made = outcome(world, asked(spec("New"), B), if_exists="update")
    assert made[0][:2] == ("orders", "updated")


def test_two_specs_that_update_one_dag_are_refused(world: World) -> None:
    outcome(world, asked(spec(), A))
    with pytest.raises(ConflictError, match="two specs mean the DAG `orders`"):
        outcome(world, asked(spec(), A), asked(spec(), B), if_exists="update")


@pytest.mark.parametrize("source", [A, B, None])
def test_fail_refuses_a_dag_that_exists(world: World, source: str | None) -> None:
    outcome(world, asked(spec(), A), if_exists="fail")
    with pytest.raises(ConflictError, match="`orders` exists"):
        world.create(asked(OTHER, source), options=Options(if_exists="fail"))
    assert world.ids() == ["orders"]


def test_fail_refuses_two_specs_of_one_name(world: World) -> None:
    with pytest.raises(ConflictError, match="`orders` exists"):
        outcome(world, asked(spec(), A), asked(spec(), B), if_exists="fail")
    assert world.ids() == []


# --- Names that others have ---

LEGACY = "dags/legacy/sales.py"


@pytest.mark.parametrize(
    "code",
    [
        'from airflow import DAG\ndag = DAG("sales_daily")\n',
        'import airflow\nwith airflow.DAG(dag_id="Sales_Daily") as d:\n    pass\n',
        "from airflow.sdk import dag\n@dag\ndef sales_daily():\n    pass\n",
        'from airflow import DAG\nDAG_ID = "sales_daily"\nwith DAG(DAG_ID): pass\n',
        'from airflow import DAG\nA: str = "sales_daily"\nB = A\nd = DAG(dag_id=B)\n',
        'from airflow.sdk import dag\n@dag(dag_id="sales_daily")\ndef f():\n    pass\n',
        'from airflow import DAG\nT = "sales"\nwith DAG(f"{T}_daily", tags=[]): pass\n',
        'from airflow import DAG\nA = "sal" + "es"\nB = A + "_dai" + "ly"\nDAG(dag_id=B)\n',
        'from airflow.sdk import dag\nA = "les"\n@dag(dag_id=f"sa{A!s}_" "daily")\ndef f(): pass\n',
    ],
)
def test_an_id_of_a_hand_written_file_is_numbered_or_refused_and_the_file_named(
    world: World, code: str
) -> None:
    world.backend.files.content[LEGACY] = code.encode()
    world.own.add(LEGACY)
    with pytest.raises(ConflictError, match=r"dags/legacy/sales\.py has a DAG with the id"):
        world.create(asked(spec("Sales", dag_id="sales_daily"), A))
    result = run(world, asked(spec("Sales daily"), B))
    assert [dag.dag_id for dag in result.dags] == ["sales_daily_2"]
    assert LEGACY in result.warnings[0]
    assert outcome(world, asked(spec("Sales daily"), B)) == [("sales_daily_2", "unchanged", 1)]


@pytest.mark.parametrize(
    "given",
    [
        "Path(__file__).stem",
        "os.path.basename(__file__)[:-3]",
        'os.path.basename(__file__).replace(".py", "")',
        "os.path.splitext(os.path.basename(__file__))[0]",
        'Path(__file__).name.removesuffix(".py")',
    ],
)
def test_an_id_that_is_the_name_of_a_hand_written_file_is_numbered(
    world: World, given: str
) -> None:
    code = f"import os, airflow\nfrom pathlib import Path\nd = airflow.DAG(dag_id={given})\n"
    world.backend.files.content["dags/legacy/orders.py"] = code.encode()
    world.own.add("dags/legacy/orders.py")
    assert outcome(world, asked(spec(), A)) == [("orders_2", "created", 1)]


@pytest.mark.parametrize(
    "given",
    [
        "Path(__file__).parent.stem",
        "os.path.basename(os.path.dirname(__file__))",
        "f'{x:>9}'",
        "'a'" + " + 'a'" * 5_000,
        "f'" + "{A}" * 5_000 + "'",
        "orders()",
    ],
)
def test_an_id_that_cannot_be_seen_is_in_no_way(world: World, given: str) -> None:
    code = f"import os, airflow\nfrom pathlib import Path\nA = 'aaaa'\nairflow.DAG({given})\n"
    world.backend.files.content["dags/legacy/orders.py"] = code.encode()
    world.own.add("dags/legacy/orders.py")
    assert outcome(world, asked(spec(), A)) == [("orders", "created", 1)]


def test_a_copy_of_a_dag_file_under_another_name_is_no_dag_of_its_spec(world: World) -> None:
    world.create(asked(spec(), A))
    files, repo = world.backend.files.content, world.backend.repo
    files["dags/orders_copy.py"] = files["dags/orders.py"]
    repo.add(MAIN, dict(files), "cp dags/orders.py dags/orders_copy.py")
    fresh = clone(world, shared=not world.backend.is_cache)
    fresh.own.add("dags/orders_copy.py")
    assert [(dag.dag_id, dag.state) for dag in fresh.create(asked(spec(), A)).dags] == [
        ("orders", "unchanged")
    ]
    fresh.create(asked(spec(command="echo 2"), A))
    assert fresh.ids() == ["orders"]


@pytest.mark.parametrize("code", ["import os\nx = 'orders'\n", "def (", "x = 'orders airflow dag'"])
def test_a_file_that_has_no_dag_of_that_id_is_in_no_way(world: World, code: str) -> None:
    world.backend.files.content["dags/other.py"] = code.encode()
    world.own.add("dags/other.py")
    assert outcome(world, asked(spec(), A)) == [("orders", "created", 1)]


def test_a_file_that_differs_only_by_case_is_named_before_anything_happens(world: World) -> None:
    world.backend.files.content["dags/Orders.py"] = b"mine\n"
    world.own.add("dags/Orders.py")
    before = world.state()
    with pytest.raises(ConflictError, match=r"dags/Orders\.py differs from dags/orders\.py"):
        world.create(asked(spec(), A))
    assert world.state() == before


# --- Others ---


def test_a_project_that_is_not_the_workspaces_is_refused(world: World) -> None:
    other = spec(project_id="00000000-0000-4000-8000-000000000000")
    with pytest.raises(UsageError, match=r"specs/a.yaml: project_id is 00000000"):
        outcome(world, asked(other, A))
    same = spec(project_id="123e4567-e89b-12d3-a456-426614174000")
    assert outcome(world, asked(same, A)) == [("orders", "created", 1)]


def test_a_name_of_full_length_can_be_numbered(world: World) -> None:
    name = "x" * 200
    made = outcome(world, asked(spec(name), A), asked(spec(name, "echo 2"), B))
    assert [dag_id for dag_id, _, _ in made] == [name, f"{name}_2"]


def test_a_plan_says_the_same_warnings(world: World) -> None:
    outcome(world, asked(spec(), A))
    planned = plan(world.context(), [asked(OTHER, B)], Options())
    assert planned.warnings[0].startswith("specs/b.yaml has the name of `orders`")
    assert run(world, asked(OTHER, B)).warnings == planned.warnings


def test_a_new_spec_has_no_header_read_that_does_not_concern_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [asked(spec(f"Other {number}"), f"specs/{number}.yaml") for number in range(20)]
    run(world, *others)
    read: list[str] = []

    def counted(
        settings: Settings, path: str, content: bytes, unmerged: Callable[[], Sequence[bytes]]
    ) -> tuple[str, Header | None]:
        read.append(path)
        return dag_of(settings, path, content, unmerged)

    monkeypatch.setattr("dagctl.operation.dags.inventory.dag_of", counted)
    assert outcome(world, asked(spec(), A)) == [("orders", "created", 1)]
    assert read == []
