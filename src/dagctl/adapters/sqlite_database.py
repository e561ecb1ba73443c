"""The database file of the embedded registry: opened at the first use, made at the first change."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from threading import get_ident
from typing import TYPE_CHECKING

from dagctl.adapters import durable
from dagctl.adapters.sqlite_files import DATABASE, check_files
from dagctl.adapters.sqlite_schema import empty_database, failure, open_database
from dagctl.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.adapters.durable import Location


class SqliteDatabase:
    """The file, for reading or for one transaction.

    Each thread has a connection of its own, and so has a child process: SQLite lets no connection
    go over a fork.

    Args:
        state: The folder of the file; it exists when something is written.
    """

    def __init__(self, state: Location) -> None:
        self._state = state
        self._path = state.path / DATABASE
        self._opened: dict[tuple[int, int], sqlite3.Connection] = {}

    @property
    def connection(self) -> sqlite3.Connection:
        """The open connection of this thread; asking for it makes the file."""
        known = self._opened.get(_here())
        if known is not None:
            return known
        with durable.explained(str(self._path)), self._state.opened() as folder:
            check_files(folder, self._path)
            opened = open_database(self._path)
        self._opened[_here()] = opened
        return opened

    def close(self) -> None:
        """Close the connections that this process has opened."""
        process, _ = _here()
        for key in list(self._opened):
            if key[0] == process:
                self._opened.pop(key).close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield the database, or an empty one in its place: reading makes no file."""
        with self._explained():
            if _here() in self._opened or not self._is_missing():
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
        with self._explained():
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

    def _is_missing(self) -> bool:
        with durable.explained(str(self._path)):
            try:
                with self._state.opened() as folder:
                    os.stat(DATABASE, dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:
                return True
        return False


def _here() -> tuple[int, int]:
    """Return which process and thread this is."""
    return os.getpid(), get_ident()
