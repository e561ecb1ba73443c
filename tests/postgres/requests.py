"""Requests to a project's database: one transaction each, in a caller's role and with its claims.

This is how the API's server speaks to the database, so every right, policy and error is authentic.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.postgres.server import Server

    Parameters = Sequence[object] | Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a role of the API, and the user that the token names."""

    role: str
    user_id: str | None = None
    email: str | None = None

    @classmethod
    def signed_in(cls, user_id: str) -> Caller:
        """Return the user with a valid token."""
        return cls("authenticated", user_id, f"{user_id[:8]}@example.com")

    @property
    def claims(self) -> str:
        """The claims of the token, as the API's server hands them to the database."""
        return json.dumps({"role": self.role, "sub": self.user_id, "email": self.email})


ANON = Caller("anon")
SERVICE = Caller("service_role")


@dataclass(frozen=True, slots=True)
class Database:
    """A project's database on a server."""

    server: Server
    name: str

    def connect(self, user: str) -> psycopg.Connection:
        """Return a connection of a database role; statements commit by themselves."""
        return psycopg.connect(self.server.url_of(self.name, user=user), autocommit=True)

    def admin(self, query: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """Run a statement past all rights and return its rows."""
        with self.connect("supabase_admin") as connection:
            return _rows(connection.execute(query.encode(), parameters))

    @contextmanager
    def request(self, caller: Caller) -> Iterator[psycopg.Connection]:
        """Open a request of the caller: a transaction, committed unless the block raises."""
        with self.connect("authenticator") as connection, connection.transaction():
            connection.execute(
                "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)",
                [caller.role, caller.claims],
            )
            yield connection

    def query(
        self, caller: Caller, query: str, parameters: Parameters = ()
    ) -> list[tuple[Any, ...]]:
        """Run one statement as a request of the caller and return its rows."""
        with self.request(caller) as connection:
            return _rows(connection.execute(query.encode(), parameters))

    def call(self, caller: Caller, function: str, **arguments: object) -> Any:  # noqa: ANN401 - JSON
        """Call a function of the API by name and return its value; lists of objects go as JSON."""
        call = sql.SQL("select {}({})").format(
            sql.Identifier("public", function),
            sql.SQL(", ").join(
                sql.SQL("{} => %s").format(sql.Identifier(f"p_{name}")) for name in arguments
            ),
        )
        with self.request(caller) as connection:
            rows = connection.execute(call, [_argument(value) for value in arguments.values()])
            return _rows(rows)[0][0]


def _argument(value: object) -> object:
    is_json = isinstance(value, list) and any(not isinstance(one, str) for one in value)
    return json.dumps(value) if is_json else value


def _rows(cursor: psycopg.Cursor[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return cursor.fetchall() if cursor.description else []
