"""The contract of the `Registry` port, over the twin, SQLite and Supabase."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast
from uuid import uuid4

import pytest

from dagctl.adapters.embedded.registry import SqliteRegistry
from dagctl.adapters.supabase.registry import SupabaseRegistry
from dagctl.durable import Location
from dagctl.errors import ConflictError, StaleVersionError
from dagctl.ports import (
    ArchiveOrigin,
    Claim,
    DagRecord,
    DagVersion,
    KeyedOperation,
    OperationStatus,
    Query,
    Registry,
    Reservation,
    VersionAction,
)
from dagctl.spec.inputs import Input
from tests.contract.people import ADA, PROJECT
from tests.twins.registry import MemoryRegistry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dagctl.ports import Cache

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["memory", "sqlite", pytest.param("supabase", marks=pytest.mark.live)])
def registry(
    request: pytest.FixtureRequest, tmp_path: Path, ada: str, ada_mail: str
) -> Iterator[Registry]:
    if request.param == "memory":
        yield MemoryRegistry(PROJECT, ada, user_name=ada_mail)
    elif request.param == "sqlite":
        sqlite = SqliteRegistry(Location(tmp_path), PROJECT, lambda: ada, lambda: ada_mail)
        yield sqlite
        sqlite.close()
    else:
        yield SupabaseRegistry(request.getfixturevalue("remote"), PROJECT)


def record(granted: Reservation, *, source: str | None = None, owner: str = "data") -> DagRecord:
    return DagRecord(
        id=granted.row_id,
        project_id=PROJECT,
        user_id=granted.user_id,
        dag_id=granted.dag_id,
        dag_name="Ünï 'x' \N{SNOWMAN}",
        description="",
        file_path=f"dags/{granted.dag_id}.py",
        schedule_interval=None,
        owner=owner,
        tags=("etl", f"only {granted.dag_id}"),
        task_count=1,
        is_active=True,
        created_at=granted.created_at,
        updated_at=LONG_AGO,
        commit_id="c0ffee",
        version=granted.version,
        base_name="x",
        source_path=source,
        storage_path=f"{PROJECT}/dags/{granted.dag_id}.py",
        airflow="3",
        spec={"dag_name": "x", "tasks": [{"task_id": "a", "retries": 1.5, "none": None}]},
        spec_digest="a" * 64,
        content_digest="b" * 64,
        inputs=(
            Input("defaults", "specs/défaults.yaml", "c" * 64),
            Input("variable", "x", "d" * 64),
        ),
    )


BOBS_NAME = "Bob <bob@example.com>"


def operation() -> str:
    return str(uuid4())


def publish(registry: Registry, *names: str, source: str | None = None) -> list[DagRecord]:
    this = operation()
    granted = registry.reserve(this, [Claim(dag_id=name) for name in names])
    records = [record(one, source=source) for one in granted]
    registry.confirm(this, records)
    return records


def update(row: DagRecord, version: int | None = None) -> Claim:
    return Claim(dag_id=row.dag_id, replaces=row.id, expected_version=version or row.version)


@pytest.mark.parametrize("text", ["\ud800", "a\udcff", "a\0", "a" * 300, ""])
def test_what_is_no_id_has_no_dag(registry: Registry, text: str) -> None:
    assert registry.find(dag_ids=[text], removed=True) == []
    assert registry.get(text) is None
    assert registry.versions(text) == []
    assert registry.purge([text]) == 0


def test_a_free_name_is_granted_as_it_is_wished(registry: Registry, ada: str) -> None:
    (granted,) = registry.reserve(operation(), [Claim(dag_id="x")])
    assert (granted.dag_id, granted.version, granted.user_id) == ("x", 1, ada)
    assert granted.created_at.tzinfo is not None


def test_a_taken_name_gets_the_next_free_number(registry: Registry) -> None:
    publish(registry, "x", "x_3")
    granted = registry.reserve(operation(), [Claim(dag_id="x"), Claim(dag_id="x")])
    assert [one.dag_id for one in granted] == ["x_2", "x_4"]


def test_a_reserved_name_is_taken_before_it_is_confirmed(registry: Registry) -> None:
    registry.reserve(operation(), [Claim(dag_id="x")])
    (granted,) = registry.reserve(operation(), [Claim(dag_id="x")])
    assert granted.dag_id == "x_2"


def test_a_name_that_only_begins_alike_takes_nothing(registry: Registry) -> None:
    publish(registry, "x_y", "xy", "x_2_z")
    granted = registry.reserve(operation(), [Claim(dag_id="x"), Claim(dag_id="x")])
    assert [one.dag_id for one in granted] == ["x", "x_2"]


def test_ids_that_differ_only_by_case_are_one_name(registry: Registry) -> None:
    publish(registry, "Sales", "SALES_2")
    (granted,) = registry.reserve(operation(), [Claim(dag_id="sales")])
    assert granted.dag_id == "sales_3"
    assert [row.dag_id for row in registry.find(dag_ids=["sales"])] == ["Sales"]
    assert registry.get("sales") is None
    with pytest.raises(ConflictError, match=r"(?i)`sales` exists"):
        registry.reserve(operation(), [Claim(dag_id="sAles", on_taken="fail")])


def test_a_taken_name_that_may_not_be_numbered_refuses_the_whole_operation(
    registry: Registry,
) -> None:
    publish(registry, "x")
    this = operation()
    with pytest.raises(ConflictError, match="`x` exists"):
        registry.reserve(this, [Claim(dag_id="new"), Claim(dag_id="x", on_taken="fail")])
    assert registry.status(this) is OperationStatus.ABSENT
    (granted,) = registry.reserve(operation(), [Claim(dag_id="new")])
    assert granted.dag_id == "new"


def test_reserving_again_gives_the_same_reservations(registry: Registry) -> None:
    this = operation()
    claims = [Claim(dag_id="b"), Claim(dag_id="a")]
    granted = registry.reserve(this, claims)
    assert registry.reserve(this, claims) == granted
    assert registry.reserved(this) == granted
    registry.confirm(this, map(record, granted))
    confirmed = [
        replace(one, file_path=f"dags/{one.dag_id}.py", commit_id="c0ffee") for one in granted
    ]
    assert registry.reserve(this, claims) == confirmed
    assert registry.reserved(this) == confirmed


def test_a_row_is_seen_only_when_it_is_confirmed(registry: Registry) -> None:
    this = operation()
    granted = registry.reserve(this, [Claim(dag_id="x")])
    assert registry.get("x") is None
    assert registry.find(dag_ids=["x"]) == []
    assert registry.page(Query()).records == ()
    registry.confirm(this, map(record, granted))
    assert registry.status(this) is OperationStatus.CONFIRMED
    assert [one.dag_id for one in registry.page(Query()).records] == ["x"]


def test_every_field_of_a_record_comes_back(registry: Registry) -> None:
    (written,) = publish(registry, "x", source="specs/x.yaml")
    read = registry.get("x")
    assert read is not None
    assert read.updated_at > LONG_AGO
    plain = replace(read, updated_at=LONG_AGO, created_by_name=None, updated_by_name=None)
    assert plain == written
    assert registry.find(dag_ids=["x"]) == [read]
    assert registry.find(dag_ids=["x"], specs=False) == [replace(read, spec={}, inputs=())]


def test_confirming_again_changes_nothing(registry: Registry) -> None:
    this = operation()
    granted = registry.reserve(this, [Claim(dag_id="x")])
    registry.confirm(this, map(record, granted))
    before = registry.get("x")
    registry.confirm(this, map(record, granted))
    assert registry.get("x") == before


def test_what_was_never_reserved_cannot_be_confirmed(registry: Registry) -> None:
    with pytest.raises(ConflictError, match="nothing is reserved"):
        registry.confirm(operation(), [])


def test_an_aborted_operation_gives_its_names_back_and_stays_aborted(registry: Registry) -> None:
    this = operation()
    granted = registry.reserve(this, [Claim(dag_id="x")])
    assert registry.abort(this) is OperationStatus.ABORTED
    assert registry.reserved(this) == []
    with pytest.raises(ConflictError, match="aborted"):
        registry.reserve(this, [Claim(dag_id="x")])
    with pytest.raises(ConflictError):
        registry.confirm(this, map(record, granted))
    assert registry.abort(this) is OperationStatus.ABORTED
    assert registry.reserve(operation(), [Claim(dag_id="x")])[0].dag_id == "x"


def test_an_operation_that_was_never_seen_can_be_aborted(registry: Registry) -> None:
    this = operation()
    assert registry.abort(this) is OperationStatus.ABORTED
    with pytest.raises(ConflictError, match="aborted"):
        registry.reserve(this, [Claim(dag_id="x")])


def test_a_confirmed_operation_cannot_be_aborted(registry: Registry) -> None:
    this = operation()
    registry.confirm(this, map(record, registry.reserve(this, [Claim(dag_id="x")])))
    assert registry.abort(this) is OperationStatus.CONFIRMED
    assert registry.get("x") is not None


def test_an_operation_that_is_being_aborted_holds_and_is_never_confirmed(
    registry: Registry,
) -> None:
    this = operation()
    granted = registry.reserve(this, [Claim(dag_id="x")])
    aborting = OperationStatus.ABORTING
    assert (registry.begin_abort(this), registry.begin_abort(this)) == (aborting, aborting)
    assert (registry.status(this), registry.reserved(this)) == (aborting, granted)
    with pytest.raises(ConflictError):
        registry.confirm(this, map(record, granted))
    with pytest.raises(ConflictError):
        registry.reserve(this, [Claim(dag_id="x")])
    assert registry.reserve(operation(), [Claim(dag_id="x")])[0].dag_id == "x_2"
    assert registry.abort(this) is OperationStatus.ABORTED
    assert registry.begin_abort(this) is OperationStatus.ABORTED


def test_what_is_confirmed_or_was_never_seen_is_not_being_aborted(registry: Registry) -> None:
    this, unseen = operation(), operation()
    registry.confirm(this, map(record, registry.reserve(this, [Claim(dag_id="x")])))
    assert registry.begin_abort(this) is OperationStatus.CONFIRMED
    assert registry.begin_abort(unseen) is OperationStatus.ABORTED
    with pytest.raises(ConflictError, match="aborted"):
        registry.reserve(unseen, [Claim(dag_id="y")])


def test_a_key_stands_for_one_operation_until_that_is_aborted(registry: Registry) -> None:
    this, claims = operation(), [Claim(dag_id="x", spec_digest="a" * 64)]
    assert registry.keyed("k") is None
    granted = registry.reserve(this, claims, key="k")
    assert registry.reserve(this, claims, key="k") == granted
    assert registry.keyed("k") == KeyedOperation(
        operation_id=this, status=OperationStatus.RESERVED, reservations=tuple(granted)
    )
    assert granted[0].spec_digest == "a" * 64
    with pytest.raises(ConflictError, match="has the key k"):
        registry.reserve(operation(), claims, key="k")
    registry.reserve(operation(), claims, key="another")
    registry.begin_abort(this)
    found = registry.keyed("k")
    assert found is not None
    assert found.status is OperationStatus.ABORTING
    registry.abort(this)
    assert registry.keyed("k") is None
    registry.reserve(operation(), claims, key="k")


def test_what_a_key_answers_stays_though_the_dag_is_updated(registry: Registry) -> None:
    this, newer = operation(), operation()
    granted = registry.reserve(this, [Claim(dag_id="x")], key="k")
    (first,) = (record(one) for one in granted)
    registry.confirm(this, [first])
    before = registry.keyed("k")
    later = registry.reserve(newer, [update(first)])
    moved = [replace(record(one), commit_id="beef", file_path="other/x.py") for one in later]
    registry.confirm(newer, moved)
    assert registry.keyed("k") == before
    assert before is not None
    assert before.status is OperationStatus.CONFIRMED
    answered = [(one.version, one.file_path, one.commit_id) for one in before.reservations]
    assert answered == [(1, "dags/x.py", "c0ffee")]


def test_a_dag_that_stays_as_it_is_is_remembered_and_not_held(registry: Registry) -> None:
    (row,) = publish(registry, "x")
    this = operation()
    claims = [replace(update(row), is_unchanged=True), Claim(dag_id="y")]
    same, new = registry.reserve(this, claims, key="k")
    assert (same.version, same.is_unchanged, same.commit_id) == (1, True, "c0ffee")
    assert registry.reserve(operation(), [update(row)])[0].version == 2
    registry.confirm(this, [record(new)])
    assert [one.version for one in registry.find(dag_ids=["x", "y"])] == [1, 1]
    with pytest.raises(ConflictError, match="was made by"):
        registry.reserve(operation(), [replace(update(row, version=2), is_unchanged=True)])


def test_an_update_keeps_id_author_and_time_and_counts_the_version(registry: Registry) -> None:
    (first,) = publish(registry, "x")
    (granted,) = registry.reserve(operation(), [update(first)])
    assert granted == Reservation(
        row_id=first.id,
        dag_id="x",
        version=2,
        user_id=first.user_id,
        created_at=first.created_at,
        created_by_name=granted.created_by_name,
    )


def test_a_cache_takes_what_the_files_certify(registry: Registry) -> None:
    if isinstance(registry, SupabaseRegistry):
        pytest.skip("it is shared, and no cache")
    (first,) = publish(registry, "x")
    certified = replace(first, version=7, created_by_name=BOBS_NAME, commit_id="beef")
    cast("Cache", registry).adopt([certified, replace(certified, id=operation(), dag_id="y")])
    rows = [registry.get("x"), registry.get("y")]
    assert [(row and row.version, row and row.created_by_name) for row in rows] == [
        (7, BOBS_NAME)
    ] * 2
    (granted,) = registry.reserve(operation(), [update(first, version=7)])
    assert (granted.version, granted.created_by_name) == (8, BOBS_NAME)
    values = {one.name: getattr(rows[1], one.name) for one in fields(DagRecord)}
    gone = values | {"version": 8, "commit_id": "dead", "is_removed": True}
    cast("Cache", registry).adopt([DagVersion(**gone, action="delete")])
    assert registry.get("y") is None
    (tombstone,) = registry.find(dag_ids=["y"], removed=True)
    assert (tombstone.is_removed, tombstone.version, tombstone.commit_id) == (True, 8, "dead")


def test_of_two_branches_the_versions_of_the_adopted_one_count(registry: Registry) -> None:
    if isinstance(registry, SupabaseRegistry):
        pytest.skip("it is shared, and no cache")
    cache = cast("Cache", registry)
    (first,) = publish(registry, "x")
    one = replace(first, version=2, content_digest="1" * 64)
    other = replace(first, version=2, content_digest="2" * 64)
    for adopted, newest in ((one, one), (other, other), (one, one), (first, first), (other, other)):
        cache.adopt([adopted])
        versions = registry.versions("x")
        assert versions[0].content_digest == newest.content_digest
        assert [each.version for each in versions] == list(range(newest.version, 0, -1))
    cache.adopt([first])  # what is newer than the files is on the other branch, and not lost
    assert [each.version for each in registry.versions("x", before=9)] == [1]
    found = cache.version_with("x", one.content_digest)
    assert (found and found.version, cache.version_with("x", "0" * 64)) == (2, None)
    assert cache.version_with("y", one.content_digest) is None


def test_people_have_names_that_the_registry_itself_sets(registry: Registry, ada_mail: str) -> None:
    this = operation()
    (granted,) = registry.reserve(this, [Claim(dag_id="x")])
    assert granted.created_by_name == ada_mail
    lie = replace(record(granted), created_by_name="Eve", updated_by_name="Eve")
    registry.confirm(this, [lie])
    read = registry.get("x")
    assert read is not None
    assert (read.created_by_name, read.updated_by_name) == (ada_mail, ada_mail)
    (again,) = registry.reserve(operation(), [update(read)])
    assert again.created_by_name == ada_mail


def test_readers_see_the_old_version_until_the_update_is_confirmed(registry: Registry) -> None:
    (first,) = publish(registry, "x")
    this = operation()
    granted = registry.reserve(this, [update(first)])
    seen = registry.get("x")
    assert seen is not None
    assert seen.version == 1
    registry.confirm(this, [record(one, owner="other") for one in granted])
    seen = registry.get("x")
    assert seen is not None
    assert (seen.version, seen.owner) == (2, "other")


def test_two_updates_of_one_dag_exclude_each_other(registry: Registry) -> None:
    (first,) = publish(registry, "x")
    this = operation()
    registry.reserve(this, [update(first)])
    with pytest.raises(ConflictError, match="by another"):
        registry.reserve(operation(), [update(first)])
    registry.abort(this)
    assert registry.reserve(operation(), [update(first)])[0].version == 2


def test_an_update_of_a_version_that_has_moved_on_is_refused(registry: Registry) -> None:
    (first,) = publish(registry, "x")
    this = operation()
    registry.confirm(this, map(record, registry.reserve(this, [update(first)])))
    with pytest.raises(ConflictError, match="was made by") as caught:
        registry.reserve(operation(), [update(first)])
    now = registry.get("x")
    assert now is not None
    assert isinstance(caught.value, StaleVersionError)
    refusal = caught.value
    assert (refusal.dag_id, refusal.version, refusal.by) == ("x", 2, now.updated_by_name)
    assert (refusal.at, refusal.commit_id) == (now.updated_at, "c0ffee")
    assert registry.reserve(operation(), [update(first, version=2)])[0].version == 3


def test_ids_that_differ_by_case_are_one_name(registry: Registry) -> None:
    publish(registry, "Sales", "sales_7", "other", "sales_x")
    with pytest.raises(ConflictError, match="exists"):
        registry.reserve(operation(), [Claim(dag_id="sales", on_taken="fail")])
    granted = registry.reserve(operation(), [Claim(dag_id="sales"), Claim(dag_id="SALES")])
    assert [one.dag_id for one in granted] == ["sales_2", "SALES_3"]
    assert [one.dag_id for one in registry.find(dag_ids=["SALES", "x"])] == ["Sales"]
    assert registry.get("sales") is None


def test_find_gives_what_has_one_of_the_sources_or_ids(registry: Registry) -> None:
    publish(registry, "b", source="specs/b.yaml")
    publish(registry, "a", source="specs/b.yaml")
    publish(registry, "c")
    publish(registry, "d", source="specs/d.yaml")
    found = registry.find(source_paths=["specs/b.yaml"], dag_ids=["c", "b", "nothing"])
    assert [one.dag_id for one in found] == ["a", "b", "c"]
    assert registry.find() == []


def test_pages_follow_each_other_in_code_point_order(registry: Registry) -> None:
    publish(registry, "b", "a", "C", "a_2", "a-1", "_z")
    pages, after = [], None
    while True:
        page = registry.page(Query(limit=2, after=after))
        pages.append([one.dag_id for one in page.records])
        after = page.next
        if after is None:
            break
    assert pages == [["C", "_z"], ["a", "a-1"], ["a_2", "b"]]


def test_a_page_has_all_of_a_record_but_the_spec(registry: Registry) -> None:
    publish(registry, "x")
    whole = registry.get("x")
    assert whole is not None
    assert whole.spec
    assert whole.inputs
    assert registry.page(Query()).records == (replace(whole, spec={}, inputs=()),)


def test_a_page_holds_only_what_is_asked_for(registry: Registry, ada: str) -> None:
    this = operation()
    granted = registry.reserve(this, [Claim(dag_id=name) for name in "abc"])
    owners = ("data", "ml", "data")
    pairs = zip(granted, owners, strict=True)
    registry.confirm(this, [record(one, owner=owner) for one, owner in pairs])

    def ids(query: Query) -> list[str]:
        return [one.dag_id for one in registry.page(query).records]

    assert ids(Query(owner="data")) == ["a", "c"]
    assert ids(Query(tag="only b")) == ["b"]
    assert ids(Query(user_id=ada, owner="ml")) == ["b"]
    assert ids(Query(user_id="nobody")) == []
    assert ids(Query(owner="data", after="a")) == ["c"]


def test_promise_5_names_are_unique_among_32_threads(tmp_path: Path) -> None:
    def reserve(_: int) -> str:
        registry = SqliteRegistry(Location(tmp_path), PROJECT, lambda: ADA)
        try:
            return registry.reserve(operation(), [Claim(dag_id="x")])[0].dag_id
        finally:
            registry.close()

    with ThreadPoolExecutor(32) as pool:
        names = list(pool.map(reserve, range(32)))
    assert sorted(names) == sorted(["x", *(f"x_{n}" for n in range(2, 33))])


def version(
    granted: Reservation, action: VersionAction, *, text: str | None = None, gone: bool = False
) -> DagVersion:
    values = {one.name: getattr(record(granted), one.name) for one in fields(DagRecord)}
    known = {**values, "is_removed": gone, "commit_id": f"beef{granted.version}"}
    return DagVersion(**known, action=action, spec_text=text)


def change(
    registry: Registry, row: DagRecord, action: VersionAction, *, gone: bool = False
) -> DagVersion:
    """Make the next version of a DAG, or take it away."""
    this = operation()
    (granted,) = registry.reserve(this, [update(row)])
    made = version(granted, action, text=f"# {action}\ndag_name: x\n", gone=gone)
    registry.confirm(this, [made])
    return made


def test_every_confirmed_version_stays_with_the_text_of_its_author(registry: Registry) -> None:
    (first,) = publish(registry, "x", source="specs/x.yaml")
    second = change(registry, first, "update")
    change(registry, second, "rollback")
    newest, *older = registry.versions("x", text=True)
    assert [one.version for one in (newest, *older)] == [3, 2, 1]
    assert [one.action for one in (newest, *older)] == ["rollback", "update", "create"]
    assert newest.spec_text == "# rollback\ndag_name: x\n"
    assert newest.operation_id is not None
    assert (newest.commit_id, older[-1].commit_id) == ("beef3", "c0ffee")
    assert older[-1].source_path == "specs/x.yaml"
    assert [one.spec_text for one in registry.versions("x")] == [None] * 3
    assert [one.version for one in registry.versions("x", before=3, limit=1)] == [2]
    assert registry.versions("y") == []


def test_a_removed_dag_is_in_no_list_and_its_name_and_its_versions_stay(
    registry: Registry,
) -> None:
    (row, _) = publish(registry, "x", "x_2", source="specs/x.yaml")
    change(registry, row, "delete", gone=True)
    assert registry.get("x") is None
    assert [one.dag_id for one in registry.page(Query()).records] == ["x_2"]
    assert [one.dag_id for one in registry.find(dag_ids=["x"])] == []
    tombstone = next(
        one for one in registry.find(source_paths=["specs/x.yaml"], removed=True) if one.is_removed
    )
    assert (tombstone.dag_id, tombstone.version, tombstone.commit_id) == ("x", 2, "beef2")
    assert tombstone.spec == row.spec
    (light,) = registry.find(dag_ids=["X"], removed=True, specs=False)
    assert light == replace(tombstone, spec={}, inputs=())
    assert [one.action for one in registry.versions("x")] == ["delete", "create"]
    (granted,) = registry.reserve(operation(), [Claim(dag_id="x")])
    assert granted.dag_id == "x_3"


def test_the_next_version_of_a_removed_dag_brings_it_back(registry: Registry) -> None:
    (row,) = publish(registry, "x")
    change(registry, row, "delete", gone=True)
    with pytest.raises(ConflictError, match="not recorded any more"):
        registry.reserve(operation(), [update(row)])
    (tombstone,) = registry.find(dag_ids=["X"], removed=True)
    change(registry, tombstone, "restore")
    back = registry.get("x")
    assert back is not None
    assert (back.version, back.id, back.is_removed) == (3, row.id, False)
    assert back.created_at == row.created_at
    assert registry.find(dag_ids=["x"], removed=True) == [back]
    assert [one.action for one in registry.versions("x")] == ["restore", "delete", "create"]


def test_a_purge_forgets_removed_dags_only(registry: Registry) -> None:
    rows = publish(registry, "x", "y", "held")
    for row in (rows[0], rows[2]):
        change(registry, row, "delete", gone=True)
    (held,) = registry.find(dag_ids=["held"], removed=True)
    registry.reserve(operation(), [update(held)])
    assert registry.purge(["x", "y", "held", "z"]) == 1
    assert registry.versions("x") == []
    assert [one.dag_id for one in registry.versions("y")] == ["y"]
    assert len(registry.versions("held")) == 2
    (granted,) = registry.reserve(operation(), [Claim(dag_id="x")])
    assert granted.dag_id == "x"


OLDER: tuple[tuple[int, VersionAction], ...] = ((1, "create"), (3, "rollback"))


def brought(registry: Registry, name: str = "x", newest: int = 4) -> tuple[str, DagRecord]:
    """Reserve a new DAG that brings two older versions; return the operation and the newest."""
    this = operation()
    (granted,) = registry.reserve(this, [Claim(dag_id=name)])
    came = ArchiveOrigin(
        row_id=granted.row_id,
        version=newest,
        created_at=LONG_AGO,
        created_by_name=BOBS_NAME,
        base_name="before",
    )
    values = {each.name: getattr(record(granted), each.name) for each in fields(DagRecord)}
    older = [
        DagVersion(
            **{
                **values,
                "version": number,
                "created_at": LONG_AGO,
                "created_by_name": BOBS_NAME,
                "updated_by_name": BOBS_NAME,
                "base_name": "before",
                "commit_id": f"beef{number}",
            },
            action=action,
            spec_text=f"# {number}\n",
        )
        for number, action in OLDER
    ]
    registry.keep_history(this, [came], older)
    registry.keep_history(this, [came], older)  # a lost answer
    new = {**values, "version": newest, "created_at": LONG_AGO, "created_by_name": BOBS_NAME}
    return this, DagVersion(**{**new, "base_name": "before"}, action="update")


def test_a_new_dag_brings_its_versions_once_it_is_confirmed(
    registry: Registry, ada_mail: str
) -> None:
    this, newest = brought(registry)
    assert registry.versions("x") == []
    assert registry.get("x") is None
    registry.confirm(this, [newest])
    versions = registry.versions("x", text=True)
    assert [(one.version, one.action) for one in versions] == [
        (4, "update"),
        (3, "rollback"),
        (1, "create"),
    ]
    assert [one.imported_by_name for one in versions] == [None, ada_mail, ada_mail]
    assert [one.updated_by_name for one in versions] == [ada_mail, BOBS_NAME, BOBS_NAME]
    assert [one.updated_at == LONG_AGO for one in versions] == [False, True, True]
    assert (versions[1].spec_text, versions[1].commit_id) == ("# 3\n", "beef3")
    row = registry.get("x")
    assert row is not None
    assert (row.version, row.base_name, row.created_by_name) == (4, "before", BOBS_NAME)
    assert (row.created_at, row.user_id) == (LONG_AGO, versions[1].user_id)
    assert [one.version for one in registry.reserved(this)] == [4]
    change(registry, row, "update")
    assert [one.version for one in registry.versions("x")] == [5, 4, 3, 1]


def test_what_a_new_dag_brings_goes_with_its_reservation(registry: Registry) -> None:
    this, newest = brought(registry)
    registry.abort(this)
    with pytest.raises(ConflictError):
        registry.confirm(this, [newest])
    publish(registry, "x")
    assert [one.version for one in registry.versions("x")] == [1]


def test_only_a_new_dag_that_is_reserved_brings_versions(registry: Registry) -> None:
    (there,) = publish(registry, "there")
    this = operation()
    (held,) = registry.reserve(this, [update(there)])
    came = ArchiveOrigin(
        row_id=held.row_id, version=9, created_at=LONG_AGO, created_by_name=None, base_name="x"
    )
    for asked in (this, operation()):
        with pytest.raises(ConflictError):
            registry.keep_history(asked, [came], [])
    registry.abort(this)
    assert [one.version for one in registry.versions("there")] == [1]
