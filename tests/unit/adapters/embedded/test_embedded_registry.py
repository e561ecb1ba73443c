"""What is particular to the registry in a file: opening, migrating, damage, size."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from dagctl.adapters.embedded.database_schema import MIGRATIONS, empty_database, open_database
from dagctl.adapters.embedded.registry import SqliteRegistry
from dagctl.adapters.embedded.rows import find_of, find_removed_of, versions_of
from dagctl.durable import Location
from dagctl.errors import ConflictError, UnavailableError
from dagctl.ports import ArchiveOrigin, Claim, DagVersion, OperationStatus, Query, Reservation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.adapters.embedded.database_schema import Migration

PROJECT = "123e4567-e89b-12d3-a456-426614174000"


def nobody() -> str:
    return "5f0c9c1e-5a56-5d0e-8c64-1c2f7a1d9a01"


def opened_at(path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> sqlite3.Connection:
    with Location(path.parent).opened() as folder:
        return open_database(folder, path, migrations)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_reading_never_asks_who_the_user_is(tmp_path: Path) -> None:
    def fail() -> str:
        raise AssertionError

    registry = SqliteRegistry(Location(tmp_path), PROJECT, fail)
    assert registry.get("x") is None
    registry.close()


def test_reading_makes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "registry.db"
    registry = SqliteRegistry(Location(path.parent), PROJECT, nobody)
    assert registry.find(dag_ids=["x"]) == []
    assert registry.page(Query()).records == ()
    assert registry.keyed("k") is None
    assert not path.parent.exists()
    path.parent.mkdir()
    operation = str(uuid4())
    assert registry.status(operation) is OperationStatus.ABSENT
    registry.reserve(operation, [Claim(dag_id="x")])
    assert registry.status(operation) is OperationStatus.RESERVED
    registry.close()


def test_another_project_sees_nothing_and_may_use_the_same_name(tmp_path: Path) -> None:
    one = SqliteRegistry(Location(tmp_path), PROJECT, nobody)
    two = SqliteRegistry(Location(tmp_path), str(uuid4()), nobody)
    assert one.reserve(str(uuid4()), [Claim(dag_id="x")])[0].dag_id == "x"
    assert two.reserve(str(uuid4()), [Claim(dag_id="x")])[0].dag_id == "x"
    one.close()
    two.close()


def test_threads_and_child_processes_take_turns(tmp_path: Path) -> None:
    registry = SqliteRegistry(Location(tmp_path), PROJECT, nobody)

    def granted() -> str:
        return registry.reserve(str(uuid4()), [Claim(dag_id="x")])[0].dag_id

    assert granted() == "x"
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(granted) for _ in range(4)]
        assert sorted(each.result() for each in done) == ["x_2", "x_3", "x_4", "x_5"]
    child = os.fork()
    if child == 0:
        is_next = granted() == "x_6"
        registry.close()
        os._exit(0 if is_next else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert granted() == "x_7"
    registry.close()  # those of the threads, too


def test_a_new_file_is_made_with_a_write_ahead_log(tmp_path: Path) -> None:
    connection = opened_at(tmp_path / "registry.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    connection.close()


@pytest.mark.parametrize("content", [b"not a database at all, but long enough" * 40, b"SQLite"])
def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "registry.db"
    path.write_bytes(content)
    with pytest.raises(UnavailableError, match="is damaged: file is not a database") as caught:
        opened_at(path)
    assert "restore a backup" in str(caught.value.hint)
    assert path.read_bytes() == content


def test_a_damaged_file_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    opened_at(path).close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    registry = SqliteRegistry(Location(path.parent), PROJECT, nobody)
    with pytest.raises(UnavailableError, match=r"is damaged: .* malformed") as caught:
        registry.get("x")
    assert "dagctl create --force SPEC" in str(caught.value.hint)
    registry.close()


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE user_dags (id)")
    other.close()
    with pytest.raises(UnavailableError, match="not dagctl's"):
        opened_at(path)


def test_the_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    connection = opened_at(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(UnavailableError, match="newer dagctl"):
        opened_at(path)


def test_an_older_file_is_brought_forward_and_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    old = opened_at(path)
    old.execute(
        "INSERT INTO operations (id, project_id, status, started_at) "
        "VALUES ('o', 'p', 'aborted', '2024')"
    )
    old.close()
    newer = (*MIGRATIONS, ("ALTER TABLE operations ADD COLUMN note TEXT",))
    connection = opened_at(path, newer)
    assert connection.execute("SELECT id, note FROM operations").fetchall() == [("o", None)]
    assert connection.execute("PRAGMA user_version").fetchone() == (len(newer),)
    connection.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    opened_at(path).close()
    broken = (*MIGRATIONS, ("ALTER TABLE operations ADD COLUMN note TEXT", "NONSENSE"))
    with pytest.raises(UnavailableError, match="NONSENSE"):
        opened_at(path, broken)
    connection = opened_at(path)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(operations)")]
    assert "note" not in columns
    connection.close()


def test_a_folder_that_does_not_exist_is_unavailable(tmp_path: Path) -> None:
    registry = SqliteRegistry(Location(tmp_path / "nowhere"), PROJECT, nobody)
    with pytest.raises(UnavailableError, match=r"nowhere/registry\.db: No such file"):
        registry.reserve(str(uuid4()), [Claim(dag_id="x")])


def test_promise_9_a_folder_that_becomes_a_link_meanwhile_gets_no_database(tmp_path: Path) -> None:
    state, elsewhere = tmp_path / "state", tmp_path / "elsewhere"
    state.mkdir()
    elsewhere.mkdir()
    for there in (False, True):
        if there:
            opened_at(elsewhere / "registry.db").close()
        before = contents(elsewhere)
        with Location(state).opened() as folder:
            state.rename(tmp_path / f"away{there}")
            state.symlink_to(elsewhere)
            with pytest.raises((ConflictError, UnavailableError)) as caught:
                open_database(folder, state / "registry.db")
        assert ("another file than a moment ago" in str(caught.value)) is there
        assert contents(elsewhere) == before
        state.unlink()
        state.mkdir()


def test_a_file_of_another_user_is_not_taken_for_a_damaged_one() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can act as two users")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        path = folder / "registry.db"
        opened_at(path).close()
        os.seteuid(65534)
        try:
            with pytest.raises(UnavailableError, match="readonly") as caught:
                opened_at(path)
        finally:
            os.seteuid(0)
    assert caught.value.hint is not None
    assert "for your user" in caught.value.hint


def test_the_first_page_reads_no_more_than_itself_of_100_000_rows(tmp_path: Path) -> None:
    registry = SqliteRegistry(Location(tmp_path), PROJECT, nobody)
    fill(tmp_path / "registry.db", 100_000)
    steps: list[None] = []
    # called after each 100 instructions of SQLite's machine; to read all rows takes millions
    registry._database.connection.set_progress_handler(lambda: steps.append(None), 100)
    page = registry.page(Query(limit=50))
    assert [one.dag_id for one in page.records] == [f"dag_{n:06}" for n in range(50)]
    assert page.next == "dag_000049"
    assert 0 < len(steps) < 200
    registry.close()


def fill(path: Path, rows: int) -> None:
    connection = opened_at(path)
    moment = "2024-01-15T10:30:00+00:00"
    connection.execute(
        """
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
        INSERT INTO user_dags
        SELECT 'id' || i, ?, 'u', printf('dag_%06d', i), 'n', '', 'f', NULL, 'o', '[]', 1, 1,
               ?, ?, 'c', 1, 'b', NULL, 's', '3', '{}', 'd', 'd', NULL, NULL FROM n
        """,
        (rows, PROJECT, moment, moment),
    )
    connection.close()


def test_what_an_operation_costs_grows_with_its_dags_and_not_faster(tmp_path: Path) -> None:
    few, many = (steps_of_an_import(tmp_path / str(count), count) / count for count in (50, 400))
    assert few > 0
    assert many < 1.5 * few


def steps_of_an_import(folder: Path, count: int) -> int:
    """Return how many instructions of SQLite's machine it takes to record that many new DAGs."""
    folder.mkdir()
    registry, operation = SqliteRegistry(Location(folder), PROJECT, nobody), str(uuid4())
    granted = registry.reserve(operation, [Claim(dag_id=f"dag_{n}") for n in range(count)])
    steps: list[None] = []
    registry._database.connection.set_progress_handler(lambda: steps.append(None), 1)
    origins = [
        ArchiveOrigin(
            row_id=each.row_id, version=2, created_at=MOMENT, created_by_name=None, base_name="b"
        )
        for each in granted
    ]
    registry.keep_history(operation, origins, map(recorded, granted))
    registry.confirm(operation, [replace(recorded(each), version=2) for each in granted])
    registry._database.connection.set_progress_handler(None, 1)
    assert [each.version for each in registry.find(dag_ids=["dag_0"])] == [2]
    registry.close()
    return len(steps)


MOMENT = datetime(2024, 1, 15, tzinfo=UTC)


def recorded(granted: Reservation) -> DagVersion:
    return DagVersion(
        id=granted.row_id,
        project_id=PROJECT,
        user_id=granted.user_id,
        dag_id=granted.dag_id,
        dag_name="n",
        description="",
        file_path=f"dags/{granted.dag_id}.py",
        schedule_interval=None,
        owner="",
        tags=(),
        task_count=0,
        is_active=True,
        created_at=MOMENT,
        updated_at=MOMENT,
        commit_id="c0ffee",
        version=1,
        base_name="b",
        source_path=None,
        storage_path=f"{PROJECT}/dags/{granted.dag_id}.py",
        airflow="3",
        spec={"dag_name": "n", "tasks": []},
        spec_digest="0" * 64,
        content_digest="0" * 64,
        action="create",
    )


def test_what_ended_more_than_30_days_ago_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    registry = SqliteRegistry(Location(path.parent), PROJECT, lambda: "ada")
    old, fresh, held = (str(uuid4()) for _ in range(3))
    registry.abort(old)
    registry.abort(fresh)
    registry.reserve(held, [Claim(dag_id="held")])
    connection = opened_at(path)
    connection.execute("UPDATE operations SET started_at = '2024' WHERE id <> ?", (fresh,))
    connection.close()
    registry.reserve(str(uuid4()), [Claim(dag_id="x")])
    statuses = [registry.status(one).value for one in (old, fresh, held)]
    assert statuses == ["absent", "aborted", "reserved"]
    registry.close()


def test_files_that_were_made_read_only_with_the_database_are_repaired(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    kept = opened_at(path)
    kept.execute("BEGIN IMMEDIATE")
    kept.execute("COMMIT")
    beside = [path.with_name(path.name + end) for end in ("-wal", "-shm")]
    for file in beside:
        file.chmod(0o444)
    registry = SqliteRegistry(Location(tmp_path), PROJECT, nobody)
    registry.reserve(str(uuid4()), [Claim(dag_id="x")])
    assert [file.stat().st_mode & 0o200 for file in beside] == [0o200, 0o200]
    registry.close()
    kept.close()


@pytest.mark.parametrize("end", ["-wal", "-shm"])
def test_promise_9_sqlite_follows_no_link_that_comes_after_the_look(
    tmp_path: Path, end: str
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    opened_at(state / "registry.db").close()
    (state / f"registry.db{end}").unlink(missing_ok=True)
    (state / f"registry.db{end}").symlink_to(tmp_path / "elsewhere")
    with (
        Location(state).opened() as folder,
        pytest.raises(UnavailableError, match="unable to open"),
    ):
        open_database(folder, state / "registry.db").execute("BEGIN IMMEDIATE")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("end", ["", "-wal", "-shm", "-journal"])
def test_promise_9_no_link_is_opened_as_a_database(tmp_path: Path, end: str) -> None:
    (tmp_path / "state").mkdir()
    opened_at(tmp_path / "state/registry.db").close()
    link = tmp_path / f"state/registry.db{end}"
    link.unlink(missing_ok=True)
    link.symlink_to(tmp_path / "elsewhere")
    registry = SqliteRegistry(Location(tmp_path, ("state",)), PROJECT, nobody)
    with pytest.raises(ConflictError, match=f"registry.db{end} is a link"):
        registry.reserve(str(uuid4()), [Claim(dag_id="x")])
    assert not (tmp_path / "elsewhere").exists()


def test_no_look_up_reads_all_dags_or_all_versions_of_one() -> None:
    values = dict.fromkeys(("project", "sources", "ids", "id", "before", "hidden", "limit"))
    queries = [find_of(specs=False), find_removed_of(specs=False), versions_of(text=False)]
    steps: list[str] = []
    with closing(empty_database()) as connection:
        for query in queries:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall()
            steps = [step for *_, step in plan]
            whole = ("(project_id=?)", "user_dag_versions_of (id=?)")
            assert not [step for step in steps if step.endswith(whole)], steps
            assert not [step for step in steps if step.startswith("SCAN user_dag")], steps
            assert "USE TEMP B-TREE FOR ORDER BY" not in steps
    assert any(step.endswith("user_dag_versions_of (id=? AND version<?)") for step in steps), steps
