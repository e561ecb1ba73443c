"""Answers of `/rest/v1` to requests that went well."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from tests.stand_in.messages import Response
from tests.stand_in.rest.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg import sql

    from tests.stand_in.database import Connection
    from tests.stand_in.messages import Request
    from tests.stand_in.rest.preferences import Preferences, Shape


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement has returned."""

    count: int
    total: int | None
    body: str
    """A JSON array, in the words of the database."""
    updated: int
    """How many of the rows an upsert has found there."""

    def of_one(self) -> Self:
        """Return the same with the array's only element as body."""
        return replace(self, body=self.body[1:-1] or "null")


@dataclass(frozen=True, slots=True)
class Call:
    """A request in progress: its transaction, and how its sender wants the answer."""

    connection: Connection
    request: Request
    prefer: Preferences
    shape: Shape
    max_rows: int

    @property
    def name(self) -> str:
        return self.request.path.strip("/")

    def run(self, statement: sql.Composed) -> Rows:
        row = self.connection.execute(statement).fetchone()
        if row is None:
            raise LookupError("an aggregate without GROUP BY returns one row")
        return Rows(*row)

    def answer(self, status: int, rows: Rows, headers: Mapping[str, str]) -> Response:
        content_type = {"content-type": self.shape.content_type}
        return Response(status, self._body(rows), {**content_type, **headers})

    def _body(self, rows: Rows) -> bytes:
        if self.shape.single and rows.count != 1:
            text = "Cannot coerce the result to a single JSON object"
            details = f"The result contains {rows.count} rows"
            raise RestError(406, "PGRST116", text, details=details)
        if not (self.shape.single or self.shape.nulls_stripped):
            return rows.body.encode()
        data = json.loads(rows.body)
        if self.shape.nulls_stripped:
            data = [_stripped(item) for item in data]
        return json.dumps(data[0] if self.shape.single else data).encode()


def page(call: Call, rows: Rows, offset: int) -> Response:
    """Return the answer to a read.

    Raises:
        RestError: The offset lies behind the last of the counted rows.
    """
    if rows.total is not None and offset > rows.total:
        text = "Requested range not satisfiable"
        details = f"An offset of {offset} was requested, but there are only {rows.total} rows."
        raise RestError(416, "PGRST103", text, details=details)
    partial = rows.total is not None and rows.count < rows.total
    headers = {"content-range": _content_range(offset, rows.count, rows.total)}
    headers |= call.prefer.applied(["count", "handling"])
    return call.answer(206 if partial else 200, rows, headers)


def changed(call: Call, rows: Rows) -> Response:
    """Return the answer to an update or a deletion.

    Raises:
        RestError: More rows were met than the client allows.
    """
    most = call.prefer.max_affected
    if most is not None and rows.count > most:
        text = "Query result exceeds max-affected preference constraint"
        details = f"The query affects {rows.count} rows"
        raise RestError(400, "PGRST124", text, details=details)
    status = 200 if call.prefer.representation else 204
    return written(call, rows, status, ["return", "count", "handling", "max-affected"])


def written(call: Call, rows: Rows, status: int, applied: list[str]) -> Response:
    """Return the answer to a write; `applied` names the preferences that bear on it."""
    total = rows.count if call.prefer.counted else None
    shown = rows.count if call.request.method == "PATCH" else 0
    headers = {"content-range": _content_range(0, shown, total), **call.prefer.applied(applied)}
    if call.prefer.representation:
        return call.answer(status, rows, headers)
    return Response(status, b"", headers)


def _content_range(offset: int, count: int, total: int | None) -> str:
    rows = f"{offset}-{offset + count - 1}" if count and total != 0 else "*"
    return f"{rows}/{'*' if total is None else total}"


def _stripped(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value is not None}
