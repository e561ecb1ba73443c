"""The database file of the embedded registry: its tables, and how an older file is brought forward.

`user_dags` holds confirmed versions only and has the guide's columns first. What an operation has
reserved stands beside it, in `reservations`, until the operation is confirmed or aborted.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.adapters.embedded.registry_files import check_same, make_file
from dagctl.errors import UnavailableError
from dagctl.next_step import Command, Fix, again

if TYPE_CHECKING:
    from collections.abc import Sequence

APPLICATION_ID = 0x64616763
"""`dagc`: marks the file as ours (https://www.sqlite.org/pragma.html#pragma_application_id)."""

BUSY_SECONDS = 30.0
"""How long a statement waits for another process's transaction."""

Migration = tuple[str, ...]

MIGRATIONS: tuple[Migration, ...] = (
    (
        """
        CREATE TABLE user_dags (
            id TEXT PRIMARY KEY,
            project_id TEXT NOT NULL,
            user_id TEXT NOT NULL,
            dag_id TEXT NOT NULL,
            dag_name TEXT NOT NULL,
            description TEXT NOT NULL,
            file_path TEXT NOT NULL,
            schedule_interval TEXT,
            owner TEXT NOT NULL,
            tags TEXT NOT NULL CHECK (json_valid(tags)),
            task_count INTEGER NOT NULL,
            is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            commit_id TEXT NOT NULL,
            version INTEGER NOT NULL CHECK (version >= 1),
            base_name TEXT NOT NULL,
            source_path TEXT,
            storage_path TEXT NOT NULL,
            airflow TEXT NOT NULL CHECK (airflow IN ('2', '3')),
            spec TEXT NOT NULL CHECK (json_valid(spec)),
            spec_digest TEXT NOT NULL,
            content_digest TEXT NOT NULL,
            UNIQUE (project_id, dag_id)
        ) STRICT
        """,
        "CREATE INDEX user_dags_source ON user_dags (project_id, source_path)",
        "CREATE INDEX user_dags_owner ON user_dags (project_id, owner, dag_id)",
        "CREATE INDEX user_dags_user ON user_dags (project_id, user_id, dag_id)",
        """
        CREATE TABLE operations (
            id TEXT PRIMARY KEY,
            project_id TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('reserved', 'confirmed', 'aborted')),
            started_at TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE reservations (
            operation_id TEXT NOT NULL REFERENCES operations (id),
            position INTEGER NOT NULL,
            project_id TEXT NOT NULL,
            row_id TEXT NOT NULL,
            dag_id TEXT NOT NULL,
            version INTEGER NOT NULL,
            user_id TEXT NOT NULL,
            created_at TEXT NOT NULL,
            is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
            PRIMARY KEY (operation_id, position)
        ) STRICT
        """,
        "CREATE UNIQUE INDEX reservations_open ON reservations (project_id, dag_id) WHERE is_open",
    ),
    (
        "ALTER TABLE operations ADD COLUMN key TEXT",
        # of a reserved operation; SQLite cannot widen the check of `status`
        "ALTER TABLE operations ADD COLUMN is_aborting INTEGER NOT NULL DEFAULT 0",
        """
        CREATE UNIQUE INDEX operations_key ON operations (project_id, key)
        WHERE status <> 'aborted'
        """,
        "CREATE INDEX operations_ended ON operations (started_at) WHERE status <> 'reserved'",
        "ALTER TABLE reservations ADD COLUMN spec_digest TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE reservations ADD COLUMN is_unchanged INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE reservations ADD COLUMN file_path TEXT",
        "ALTER TABLE reservations ADD COLUMN commit_id TEXT",
    ),
    (
        # who, in words a person knows
        "ALTER TABLE user_dags ADD COLUMN created_by_name TEXT",
        "ALTER TABLE user_dags ADD COLUMN updated_by_name TEXT",
        "ALTER TABLE reservations ADD COLUMN created_by_name TEXT",
        "ALTER TABLE operations ADD COLUMN user_name TEXT",
    ),
    (
        # ids that differ only by case are one name
        "CREATE INDEX user_dags_any_case ON user_dags (project_id, dag_id COLLATE NOCASE)",
        """
        CREATE INDEX reservations_any_case ON reservations (project_id, dag_id COLLATE NOCASE)
        WHERE is_open
        """,
    ),
    (
        # `id` is the DAG's; two branches of a repository may each have a version of one number
        """
        CREATE TABLE user_dag_versions (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL,
            project_id TEXT NOT NULL,
            user_id TEXT NOT NULL,
            dag_id TEXT NOT NULL,
            dag_name TEXT NOT NULL,
            description TEXT NOT NULL,
            file_path TEXT NOT NULL,
            schedule_interval TEXT,
            owner TEXT NOT NULL,
            tags TEXT NOT NULL,
            task_count INTEGER NOT NULL,
            is_active INTEGER NOT NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            commit_id TEXT NOT NULL,
            version INTEGER NOT NULL,
            base_name TEXT NOT NULL,
            source_path TEXT,
            storage_path TEXT NOT NULL,
            airflow TEXT NOT NULL,
            spec TEXT NOT NULL,
            spec_digest TEXT NOT NULL,
            content_digest TEXT NOT NULL,
            created_by_name TEXT,
            updated_by_name TEXT,
            action TEXT NOT NULL CHECK (
                action IN ('create', 'update', 'rollback', 'rename', 'delete', 'restore')
            ),
            renamed TEXT,
            operation_id TEXT,
            spec_text TEXT
        ) STRICT
        """,
        "CREATE INDEX user_dag_versions_of ON user_dag_versions (id, version)",
        "CREATE INDEX user_dag_versions_dag_id ON user_dag_versions (project_id, dag_id, number)",
        # tombstones: `version` is the number of the row that says what was removed
        """
        CREATE TABLE removed_dags (
            id TEXT PRIMARY KEY,
            project_id TEXT NOT NULL,
            dag_id TEXT NOT NULL COLLATE NOCASE,
            source_path TEXT,
            version INTEGER NOT NULL REFERENCES user_dag_versions (number),
            UNIQUE (project_id, dag_id)
        ) STRICT
        """,
        "CREATE INDEX removed_dags_source ON removed_dags (project_id, source_path)",
        """
        INSERT INTO user_dag_versions (
            id, project_id, user_id, dag_id, dag_name, description, file_path, schedule_interval,
            owner, tags, task_count, is_active, created_at, updated_at, commit_id, version,
            base_name, source_path, storage_path, airflow, spec, spec_digest, content_digest,
            created_by_name, updated_by_name, action
        )
        SELECT id, project_id, user_id, dag_id, dag_name, description, file_path, schedule_interval,
            owner, tags, task_count, is_active, created_at, updated_at, commit_id, version,
            base_name, source_path, storage_path, airflow, spec, spec_digest, content_digest,
            created_by_name, updated_by_name, CASE version WHEN 1 THEN 'create' ELSE 'update' END
        FROM user_dags
        """,
    ),
    (
        # who brought a version from an archive; what an operation is to show once it is confirmed
        "ALTER TABLE user_dag_versions ADD COLUMN imported_by_name TEXT",
        """
        CREATE TABLE imported_versions (
            operation_id TEXT NOT NULL,
            row_id TEXT NOT NULL,
            version INTEGER NOT NULL,
            data TEXT NOT NULL,
            PRIMARY KEY (operation_id, row_id, version)
        ) STRICT, WITHOUT ROWID
        """,
    ),
    (
        # versions that git has brought
        """
        CREATE INDEX user_dag_versions_brought ON user_dag_versions (id, version)
        WHERE operation_id IS NULL
        """,
    ),
    (
        # DAGs that a person has forgotten for good: git shows their removals for ever
        """
        CREATE TABLE forgotten_dags (
            project_id TEXT NOT NULL,
            dag_id TEXT NOT NULL,
            PRIMARY KEY (project_id, dag_id)
        ) STRICT, WITHOUT ROWID
        """,
    ),
)
"""Each migration takes the file one `user_version` further; a published one is never edited."""


_MINE = again("make it and its folder readable and writable for your user")
_DAMAGED = Fix(
    "restore a backup; without one, move it away with its -wal and -shm, ",
    "and record the DAGs again: ",
    Command("create", "--force SPEC..."),
)
_HINTS = {
    sqlite3.SQLITE_READONLY: _MINE,
    sqlite3.SQLITE_CANTOPEN: _MINE,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_FULL: again("free some space on the disk"),
    sqlite3.SQLITE_IOERR: again("check whether the disk is full or failing"),
    sqlite3.SQLITE_BUSY: again("another program uses it: close that program"),
}
"""What to do, by the primary code of a failure (https://www.sqlite.org/rescode.html)."""


def open_database(
    folder: int, path: Path, migrations: Sequence[Migration] = MIGRATIONS
) -> sqlite3.Connection:
    """Return a connection to the database, made or brought up to date if need be.

    Args:
        folder: The open folder of the file.
        path: The file. SQLite knows no open folders, and follows links.
        migrations: What makes the tables.

    Raises:
        ConflictError: The path leads to another folder by now; nothing was made there.
        UnavailableError: The file is not ours, is damaged, is newer than this dagctl, or cannot be
            opened.
    """
    make_file(folder)
    with ExitStack() as stack:
        try:  # threads take turns with it
            connection = sqlite3.connect(
                f"{path.as_uri()}?mode=rw",  # it makes no file
                timeout=BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
                uri=True,
            )
            stack.callback(connection.close)
            check_same(folder, path)
            _prepare(connection, path, migrations)
        except sqlite3.Error as error:
            raise failure(path, error) from error
        stack.pop_all()
    return connection


def empty_database() -> sqlite3.Connection:
    """Return a connection to a database in memory that has all tables and nothing in them."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _migrate(connection, Path(":memory:"), MIGRATIONS)
    return connection


def failure(path: Path, error: sqlite3.Error) -> UnavailableError:
    """Return what SQLite says about the database at `path`, with the next step."""
    # What the module itself raises has no code; an extended one has the primary in its low byte.
    hint = _HINTS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    what = "is damaged" if hint is _DAMAGED else "failed"
    return UnavailableError(f"the registry {path} {what}: {error}", hint=hint)


def _prepare(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    if _check(connection, path, len(migrations)) < len(migrations):
        _use_wal(connection)
        _migrate(connection, path, migrations)
    connection.execute("PRAGMA synchronous = FULL")  # a reported "created" survives a power cut


def _check(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    """Return the file's `user_version`, if the file is empty or ours."""
    version = int(_pragma(connection, "user_version"))
    is_ours = int(_pragma(connection, "application_id")) == APPLICATION_ID
    if not is_ours and connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
        raise UnavailableError(
            f"{path} is a database, but not dagctl's", hint=again("move it away")
        )
    if version > newest:
        raise UnavailableError(
            f"{path} was written by a newer dagctl (format {version}, not {newest})",
            hint="update dagctl",
        )
    return version


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; SQLite does not wait here by itself when others open too."""
    deadline = time.monotonic() + BUSY_SECONDS
    while _pragma(connection, "journal_mode") != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statements in migrations[_check(connection, path, len(migrations)) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _pragma(connection: sqlite3.Connection, name: str) -> str:
    return str(connection.execute(f"PRAGMA {name}").fetchone()[0])
