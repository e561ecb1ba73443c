"""The database file of the embedded registry: opened at the first use, made at the first change."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from threading import RLock
from typing import TYPE_CHECKING
from weakref import WeakSet

from dagctl import durable
from dagctl.adapters.embedded.database_schema import empty_database, failure, open_database
from dagctl.adapters.embedded.registry_files import DATABASE, check_files
from dagctl.errors import ConflictError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.durable import Location


class SqliteDatabase:
    """The file, for reading or for one transaction.

    Threads take turns: none closes the connection that another one works with. It is closed before
    the process is copied, and opened again at its next use: SQLite keeps in a process which locks
    it has, and a copy would take none (https://www.sqlite.org/howtocorrupt.html, 2.6).

    Args:
        state: The folder of the file; it exists when something is written.
    """

    def __init__(self, state: Location) -> None:
        self._state = state
        self._path = state.path / DATABASE
        self._connection: sqlite3.Connection | None = None
        self._is_closed = False
        self._turn = RLock()
        _DATABASES.add(self)

    @property
    def connection(self) -> sqlite3.Connection:
        """The open connection; asking for it makes the file.

        Raises:
            UsageError: It was closed.
        """
        with self._turn:
            if self._is_closed:
                raise UsageError("the client is closed", hint="open another one")
            if self._connection is None:
                with durable.explained(str(self._path)), self._state.opened() as folder:
                    check_files(folder, self._path)
                    self._connection = open_database(folder, self._path)
            return self._connection

    def close(self) -> None:
        """Close the connection for good, when no other thread works with it any more."""
        with self._turn:
            self._is_closed = True
            self._disconnect()

    def hold(self) -> None:
        """Take the turn until `release`, with no connection but one in a transaction."""
        self._turn.acquire()
        if self._connection is not None and not self._connection.in_transaction:
            self._disconnect()

    def release(self) -> None:
        """Give the turn to the next thread."""
        self._turn.release()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield the database, or an empty one in its place: reading makes no file."""
        with self._turn, self._explained():
            if self._connection is not None or not self._is_missing():
                yield self.connection
            else:
                with closing(empty_database()) as nothing:
                    yield nothing

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield the database in a transaction, which an exception undoes.

        Raises:
            ConflictError: The database refuses a row.
            UnavailableError: The file cannot be written.
        """
        with self._turn, self._explained():
            connection = self.connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise ConflictError(f"the registry refuses: {error}") from error
        except sqlite3.Error as error:
            raise failure(self._path, error) from error

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _is_missing(self) -> bool:
        with durable.explained(str(self._path)):
            try:
                with self._state.opened() as folder:
                    os.stat(DATABASE, dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:
                return True
        return False


_DATABASES: WeakSet[SqliteDatabase] = WeakSet()
_held: list[SqliteDatabase] = []
"""Those whose turn is taken while the process is copied."""


def _before_fork() -> None:
    for database in list(_DATABASES):
        _held.append(database)  # first: its turn is given back even if it cannot be closed
        database.hold()


def _after_fork() -> None:
    while _held:
        _held.pop().release()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
