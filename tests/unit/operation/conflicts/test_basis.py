"""Promise 10: no update is lost. What an update is based on, and what the files certify."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dagctl.commands.plan import plan
from dagctl.dag_file.header import read_header
from dagctl.errors import ConflictError, StaleVersionError
from dagctl.operation.change import asked
from dagctl.operation.options import Options
from dagctl.settings import Settings
from tests.unit.operation.conftest import MAIN, PROJECT, World, clone, pull, spec

if TYPE_CHECKING:
    from collections.abc import Mapping

A, PATH = "specs/a.yaml", "dags/orders.py"
V1, V2, V3 = (asked(spec(command=f"echo {number}"), A) for number in (1, 2, 3))


def states(world: World, *changes: object, options: Options | None = None) -> list[tuple[str, int]]:
    result = world.create(*changes, options=options)  # type: ignore[arg-type] # changes
    world.check_agreement()
    return [(dag.state, dag.version) for dag in result.dags]


@pytest.fixture
def shared() -> World:
    world = World.of(is_cache=False)
    world.create(V1)
    return world


@pytest.fixture
def embedded() -> World:
    world = World.of(is_cache=True)
    world.create(V1)
    return world


# --- A shared registry ---


def test_a_stale_clone_is_refused_with_who_when_and_which_commit(shared: World) -> None:
    stale = clone(shared, shared=True)
    shared.backend.registry.user_name = "Bob <bob@example.com>"
    shared.create(V2)
    commit = shared.backend.repo.tips[MAIN]
    before = stale.state()
    for change in (V1, V3):
        with pytest.raises(StaleVersionError) as caught:
            stale.create(change)
        said = str(caught.value)
        assert "`orders` has changed: version 2 was made by Bob <bob@example.com> at 2024-" in said
        assert f"in commit {commit[:7]}; this change is based on version 1" in said
        assert "git pull (this clone does not have commit" in (caught.value.hint or "")
    assert stale.state() == before
    pull(stale, shared)
    assert states(stale, V2) == [("unchanged", 2)]
    assert states(stale, V3) == [("updated", 3)]


def test_a_change_from_the_users_own_other_clone_is_not_called_anothers(shared: World) -> None:
    stale = clone(shared, shared=True)
    shared.create(V2)
    with pytest.raises(StaleVersionError) as caught:
        stale.create(V3)
    me = caught.value.by
    assert me == shared.backend.registry.user_name == stale.backend.registry.user_name
    assert f"`orders` has changed: version 2 was made by {me} at 2024-" in str(caught.value)
    assert "another" not in str(caught.value)


def test_force_makes_a_new_version_over_the_one_that_was_not_pulled(shared: World) -> None:
    stale = clone(shared, shared=True)
    shared.create(V2)
    assert states(stale, V3, options=Options(force=True)) == [("updated", 3)]


def test_a_commit_that_is_on_another_branch_is_named_as_that(shared: World) -> None:
    stale = clone(shared, shared=True)
    shared.create(V2)
    stale.backend.repo.commits |= shared.backend.repo.commits
    with pytest.raises(StaleVersionError) as caught:
        stale.create(V3)
    assert "git merge" in (caught.value.hint or "")


def test_a_reverted_commit_is_rolled_back_by_the_next_create(shared: World) -> None:
    first = shared.backend.files.content[PATH]
    shared.create(V2)
    repo = shared.backend.repo
    repo.add(MAIN, repo.tree(MAIN) | {PATH: first}, "Revert")
    repo.stage([PATH])
    shared.backend.files.content[PATH] = first
    assert states(shared, V1) == [("updated", 3)]
    assert repo.commits[repo.tips[MAIN]].tree != repo.commits[repo.history(MAIN)[1].id].tree


@pytest.mark.parametrize("change", [V1, V2], ids=["same", "other"])
def test_a_file_that_is_not_here_is_asked_for_unless_its_spec_is_recorded(
    shared: World, change: object
) -> None:
    elsewhere = clone(shared, shared=True)
    elsewhere.backend.repo.tips.clear()
    elsewhere.backend.repo.commits.clear()
    elsewhere.backend.files.content.clear()
    elsewhere.backend.repo.index.clear()
    if change is V1:
        assert states(elsewhere, change) == [("updated", 2)]
        return
    with pytest.raises(StaleVersionError, match=r"dags/orders\.py is not here") as caught:
        states(elsewhere, change)
    assert "git pull" in (caught.value.hint or "")
    assert states(elsewhere, change, options=Options(force=True)) == [("updated", 2)]


def test_git_is_asked_once_for_all_files_that_are_not_here(
    shared: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = [asked(spec(f"More {n}"), f"specs/more_{n}.yaml") for n in range(5)]
    shared.create(*more)
    elsewhere = clone(shared, shared=True)
    repo = elsewhere.backend.repo
    repo.tips.clear()
    repo.commits.clear()
    repo.index.clear()
    elsewhere.backend.files.content.clear()
    asked_for: list[int] = []

    def differing(files: Mapping[str, bytes | None]) -> set[str]:
        asked_for.append(len(files))
        return type(repo).differing(repo, files)

    monkeypatch.setattr(repo, "differing", differing)
    result = plan(elsewhere.context(), more, Options())
    assert [(dag.action, dag.version) for dag in result.dags] == [("update", 2)] * 5
    assert 5 in asked_for
    assert 1 not in asked_for


def test_the_version_that_was_read_counts_if_it_is_given(shared: World) -> None:
    shared.create(V2)
    with pytest.raises(StaleVersionError, match="based on version 1"):
        shared.create(V3, options=Options(expected_version=1))
    assert states(shared, V3, options=Options(expected_version=2)) == [("updated", 3)]


def test_a_server_whose_work_tree_is_behind_is_no_reader_of_versions(shared: World) -> None:
    replica = clone(shared, shared=True)
    shared.create(V2)
    assert states(replica, V3, options=Options(by_file=False)) == [("updated", 3)]


def test_a_damaged_record_is_refused_by_name(shared: World) -> None:
    rows = shared.backend.registry.rows
    (row,) = rows.values()
    rows[row.id] = replace(row, problem="file_path leads elsewhere")
    with pytest.raises(ConflictError, match="record of `orders` is damaged: file_path leads"):
        shared.create(V2)


@pytest.mark.parametrize("dag_id", ["\x1b[2Jx", "\ud800", "", "../x"])
def test_nothing_is_rendered_for_a_damaged_record_whose_id_is_none(
    shared: World, dag_id: str
) -> None:
    rows = shared.backend.registry.rows
    (row,) = rows.values()
    rows[row.id] = replace(row, dag_id=dag_id, problem="dag_id is no id")
    for options in (Options(), Options(force=True)):
        with pytest.raises(ConflictError, match="is damaged"):
            plan(shared.context(), [V2], options)


# --- The embedded registry is a cache of the files ---


def test_a_fresh_clone_says_unchanged_and_records_what_the_files_certify(embedded: World) -> None:
    fresh = clone(embedded, shared=False)
    before = fresh.state()
    planned = plan(fresh.context(), [V1], Options())
    assert not planned.pending
    assert fresh.state() == before
    assert states(fresh, V1) == [("unchanged", 1)]
    (mine,), (theirs,) = (
        fresh.backend.registry.rows.values(),
        embedded.backend.registry.rows.values(),
    )
    assert (mine.commit_id, mine.spec) == (theirs.commit_id, theirs.spec)
    assert (mine.created_at, mine.created_by_name) == (theirs.created_at, theirs.created_by_name)
    assert states(fresh, V1) == [("unchanged", 1)]


def test_an_update_in_a_fresh_clone_goes_on_from_the_file(embedded: World) -> None:
    embedded.create(V2)
    fresh = clone(embedded, shared=False)
    fresh.backend.registry.user_name = "Bob <bob@example.com>"
    assert states(fresh, V3) == [("updated", 3)]
    header = read_header(fresh.backend.files.content[PATH])
    assert header is not None
    assert (header.version, header.created_by) == (3, "Ada Lovelace <ada@example.com>")
    (row,) = fresh.backend.registry.rows.values()
    assert (row.version, row.created_by_name) == (3, header.created_by)


def test_a_new_spec_in_a_fresh_clone_gets_the_number_that_it_gets_elsewhere(
    embedded: World,
) -> None:
    fresh = clone(embedded, shared=False)
    fresh.place(A, V1)
    other = asked(spec(command="echo 9"), "specs/b.yaml")
    assert [dag.dag_id for dag in fresh.create(other).dags] == ["orders_2"]


def test_what_a_pull_a_revert_or_a_branch_brought_is_no_drift(embedded: World) -> None:
    first = clone(embedded, shared=False)
    first.create(V1)
    embedded.create(V2)
    pull(first, embedded)
    assert states(first, V2) == [("unchanged", 2)]
    back = World.of(is_cache=True)
    back.create(V1)
    pull(first, back)
    assert states(first, V1) == [("unchanged", 1)]
    assert states(first, V3) == [("updated", 2)]


def test_two_clones_write_the_same_bytes_for_the_same_change(embedded: World) -> None:
    fresh = clone(embedded, shared=False)
    fresh.backend.registry.user_name = "Bob <bob@example.com>"
    for world in (embedded, fresh):
        world.create(V2)
    assert embedded.backend.files.content[PATH] == fresh.backend.files.content[PATH]


def test_what_a_person_changed_is_drift_in_a_fresh_clone_too(embedded: World) -> None:
    fresh = clone(embedded, shared=False)
    fresh.backend.files.content[PATH] += b"# by hand\n"
    with pytest.raises(ConflictError, match=r"dags/orders\.py was changed since dagctl wrote it"):
        fresh.create(V1)


def test_an_unchanged_spec_whose_file_is_not_committed_is_committed(embedded: World) -> None:
    repo = embedded.backend.repo
    content = embedded.backend.files.content[PATH]
    repo.tips.clear()
    repo.index.clear()
    assert states(embedded, V1) == [("updated", 1)]
    assert repo.tree(MAIN)[PATH] == content


CONFLICT = b"""\
<<<<<<< HEAD
%b=======
%b>>>>>>> theirs
"""


@pytest.mark.parametrize("is_shared", [False, True], ids=["embedded", "shared"])
def test_a_file_with_both_sides_of_a_merge_is_made_anew_from_its_spec(*, is_shared: bool) -> None:
    ours, theirs = World.of(is_cache=True), World.of(is_cache=True)
    world = World.of(is_cache=not is_shared)
    for each, changes in ((ours, (V1, V2)), (theirs, (V1, V3)), (world, (V1, V2))):
        for change in changes:
            each.create(change)
    sides = tuple(each.backend.files.content[PATH] for each in (ours, theirs))
    world.backend.files.content[PATH] = CONFLICT % sides
    result = world.create(V3)
    assert [(dag.state, dag.version) for dag in result.dags] == [("updated", 3)]
    assert "both sides of a merge" in result.warnings[0]
    world.check_agreement()


def test_a_conflict_in_which_a_person_has_written_is_drift(embedded: World) -> None:
    content = embedded.backend.files.content[PATH]
    embedded.backend.files.content[PATH] = CONFLICT % (content, content + b"# by hand\n")
    with pytest.raises(ConflictError, match="was changed"):
        embedded.create(V2)


# --- Where a file stands ---


def test_no_path_of_a_row_is_believed(shared: World) -> None:
    rows = shared.backend.registry.rows
    (row,) = rows.values()
    mine = "lib/orders.py"
    shared.backend.files.content[mine] = b"mine\n"
    elsewhere = "../../.ssh/authorized_keys"
    for path, key in ((mine, "k/other"), (elsewhere, elsewhere), (".git/config", "x")):
        rows[row.id] = replace(rows[row.id], file_path=path, storage_path=key, source_path=A)
        shared.create(asked(spec(command=f"echo {path}"), A))
        assert rows[row.id].file_path == PATH
        assert rows[row.id].storage_path == f"{PROJECT}/{PATH}"
    assert shared.backend.files.content[mine] == b"mine\n"


@pytest.mark.parametrize("is_cache", [True, False], ids=["embedded", "shared"])
def test_another_dags_folder_is_refused_until_the_files_have_moved(*, is_cache: bool) -> None:
    world = World.of(is_cache=is_cache)
    world.create(V1)
    world.settings = Settings(project_id=PROJECT, dags_folder="airflow/dags")
    new = "airflow/dags/orders.py"
    before = world.state()
    with pytest.raises(ConflictError, match=r"is dags/orders\.py, and dags_folder is"):
        world.create(V1)
    assert world.state() == before
    repo, files = world.backend.repo, world.backend.files.content
    files[new] = files.pop(PATH)
    repo.add(MAIN, {new: files[new]}, "git mv dags airflow/dags")
    (dag,) = world.create(V1).dags
    assert (dag.file_path, dag.state) == (new, "unchanged" if is_cache else "updated")
    assert world.create(V1).dags[0].state == "unchanged"
    (row,) = world.backend.registry.rows.values()
    assert row.file_path == new


def test_force_says_what_stays_in_the_other_folder(embedded: World) -> None:
    embedded.settings = Settings(project_id=PROJECT, dags_folder="airflow/dags")
    result = embedded.create(V1, options=Options(force=True))
    assert result.dags[0].file_path == "airflow/dags/orders.py"
    assert "dags/orders.py stays where it is" in result.warnings[0]
