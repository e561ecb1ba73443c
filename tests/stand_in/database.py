"""Connections to the real PostgreSQL: one transaction a request, in the role of the caller."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Connection: TypeAlias = psycopg.Connection[TupleRow]

SETTINGS = """
select set_config('role', %(role)s, true),
       set_config('request.jwt.claims', %(claims)s, true),
       set_config('statement_timeout', %(timeout)s, true),
       set_config('search_path', 'public, extensions', true)
"""
TIMEOUTS = """
select r.rolname, split_part(setting, '=', 2)
from pg_db_role_setting s join pg_roles r on r.oid = s.setrole, unnest(s.setconfig) setting
where s.setdatabase = 0 and setting like 'statement_timeout=%'
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the database role and the claims that the policies see."""

    role: str = "anon"
    claims: Mapping[str, Any] = field(default_factory=lambda: {"role": "anon"})
    authenticated: bool = True
    """Whether a good token was sent (Storage tells an anonymous key from a bad token)."""

    @property
    def user_id(self) -> str | None:
        return self.claims.get("sub")


@dataclass
class Database:
    """One database. `conninfo` is that of a superuser; requests come in as `authenticator`."""

    conninfo: str
    _idle: dict[str, list[Connection]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _timeouts: dict[str, str] = field(default_factory=dict)
    _closed: bool = False

    @contextmanager
    def as_owner(self) -> Iterator[Connection]:
        """A transaction in which row security does not hold, as the services' own roles have."""
        with self._borrowed("") as connection, connection.transaction():
            yield connection

    @contextmanager
    def as_caller(
        self, caller: Caller, *, read_only: bool = False, rehearse: bool = False
    ) -> Iterator[Connection]:
        """A transaction in the caller's role, with the caller's claims.

        Args:
            caller: Whose role and claims to set.
            read_only: Whether the transaction may write.
            rehearse: Roll back at the end whatever was done.
        """
        settings = {
            "role": caller.role,
            "claims": json.dumps(dict(caller.claims)),
            "timeout": self._timeout(caller.role),
        }
        with self._borrowed("authenticator") as connection:
            connection.read_only = read_only
            with connection.transaction(force_rollback=rehearse):
                connection.execute(SETTINGS, settings)
                yield connection

    def limit(self, role: str, seconds: float) -> None:
        """Give the statements of a role another timeout."""
        self._timeout(role)
        self._timeouts[role] = f"{round(seconds * 1000)}ms"

    def close(self) -> None:
        """Close the idle connections; those in use are closed when they come back."""
        with self._lock:
            self._closed = True
            connections = [each for stack in self._idle.values() for each in stack]
            self._idle.clear()
        for connection in connections:
            connection.close()

    @contextmanager
    def _borrowed(self, user: str) -> Iterator[Connection]:
        with self._lock:
            stack = self._idle.setdefault(user, [])
            connection = stack.pop() if stack else None
        connection = connection or self._connect(user)
        try:
            yield connection
        finally:
            self._give_back(user, connection)

    def _give_back(self, user: str, connection: Connection) -> None:
        with self._lock:
            if not (self._closed or connection.closed or connection.broken):
                self._idle.setdefault(user, []).append(connection)
                return
        connection.close()

    def _connect(self, user: str) -> Connection:
        conninfo = make_conninfo(self.conninfo, user=user) if user else self.conninfo
        return psycopg.connect(conninfo, autocommit=True, prepare_threshold=None)

    def _timeout(self, role: str) -> str:
        if not self._timeouts:
            with self.as_owner() as connection:
                rows = connection.execute(TIMEOUTS).fetchall()
            self._timeouts = {"authenticator": "8s", **dict(rows)}
        return self._timeouts.get(role, self._timeouts["authenticator"])
