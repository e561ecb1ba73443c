"""The database file in several threads, and in a process that is copied."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from dagctl.adapters.embedded.database import SqliteDatabase
from dagctl.durable import Location
from dagctl.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

ADD = "INSERT INTO operations (id, project_id, status, started_at) VALUES (?, 'p', 'aborted', 'x')"


def add(database: SqliteDatabase, name: str) -> None:
    with database.writing() as connection:
        connection.execute(ADD, (name,))


def names(database: SqliteDatabase) -> list[str]:
    with database.reading() as connection:
        return [name for (name,) in connection.execute("SELECT id FROM operations ORDER BY id")]


def test_what_a_child_process_writes_stays_though_its_parent_closes_first(tmp_path: Path) -> None:
    """SQLite keeps its locks by process: a copy of an open connection would take none."""
    database = SqliteDatabase(Location(tmp_path))
    add(database, "parent")
    closed_reading, closed_writing = os.pipe()
    ready_reading, ready_writing = os.pipe()
    child = os.fork()
    if child == 0:
        assert names(database) == ["parent"]
        os.write(ready_writing, b"x")
        os.read(closed_reading, 1)
        add(database, "child")
        os._exit(0)
    os.read(ready_reading, 1)
    names(database)
    database.close()
    os.write(closed_writing, b"x")
    assert os.waitpid(child, 0)[1] == 0
    assert names(SqliteDatabase(Location(tmp_path))) == ["child", "parent"]


def test_a_child_process_waits_for_the_transaction_of_another_thread(tmp_path: Path) -> None:
    database = SqliteDatabase(Location(tmp_path))
    add(database, "first")
    with ThreadPoolExecutor(1) as pool:
        for number in range(20):
            pool.submit(add, database, f"thread {number}")
        child = os.fork()
        if child == 0:
            add(database, "child")
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    assert len(names(database)) == 22


def test_it_is_closed_while_other_threads_work_with_it(tmp_path: Path) -> None:
    add(SqliteDatabase(Location(tmp_path)), "first")
    databases = [SqliteDatabase(Location(tmp_path)) for _ in range(100)]
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(names, database) for database in databases for _ in range(4)]
        for database in databases:
            database.close()
    refused = [each for each in done if each.exception() is not None]
    assert all(isinstance(each.exception(), UsageError) for each in refused)
    assert all(each.result() == ["first"] for each in done if each not in refused)
