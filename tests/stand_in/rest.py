"""The service at `/rest/v1`: what dagctl and the `supabase` client need of PostgREST.

Each request is one transaction in the caller's role, read-only for GET and HEAD, so that policies,
constraints, grants and their errors are the database's own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from tests.stand_in import catalog, rest_errors, statements
from tests.stand_in.messages import Response
from tests.stand_in.preferences import Preferences, Shape, preferences, shape
from tests.stand_in.rest_errors import RestError
from tests.stand_in.tokens import TokenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import sql

    from tests.stand_in.database import Connection
    from tests.stand_in.messages import Request
    from tests.stand_in.project import Project

SKEW = 30
"""How many seconds the clocks of client and server may differ (`Auth/Jwt.hs`)."""
PROFILES = ("accept-profile", "content-profile")


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement has returned."""

    count: int
    total: int | None
    body: str
    updated: int


@dataclass(frozen=True, slots=True)
class Call:
    """A request in progress: its transaction, and how its sender wants the answer."""

    connection: Connection
    request: Request
    prefer: Preferences
    shape: Shape
    max_rows: int

    def run(self, statement: sql.Composed) -> Rows:
        row = self.connection.execute(statement).fetchone()
        if row is None:
            raise RestError(500, "PGRSTX00", "no row")
        return Rows(*row)

    def body(self, rows: Rows) -> bytes:
        """Return the body, of one object if that was asked for.

        Raises:
            RestError: One object was asked for and there is none, or more than one.
        """
        data: Any = (
            json.loads(rows.body) if self.shape.single or self.shape.nulls_stripped else None
        )
        if self.shape.single and rows.count != 1:
            text = "Cannot coerce the result to a single JSON object"
            details = f"The result contains {rows.count} rows"
            raise RestError(406, "PGRST116", text, details=details)
        if self.shape.nulls_stripped:
            data = [{name: each[name] for name in each if each[name] is not None} for each in data]
        if data is None:
            return rows.body.encode()
        return json.dumps(data[0] if self.shape.single else data).encode()

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> Response:
        return Response(status, body, {"content-type": self.shape.content_type, **headers})


def handle(project: Project, request: Request) -> Response:
    """Answer one request."""
    anonymous = True
    try:
        _check_profile(request)
        caller = project.caller(request, leeway=SKEW)
        anonymous = caller.role == "anon"
        reads = request.method in {"GET", "HEAD"}
        with project.database.as_caller(caller, read_only=reads) as connection:
            prefer, form = preferences(request), shape(request)
            call = Call(connection, request, prefer, form, project.settings.max_rows)
            return _route(request)(call)
    except RestError as error:
        return error.response()
    except TokenError as error:
        return rest_errors.of_token(error).response()
    except psycopg.Error as error:
        return rest_errors.of_database(error, anonymous=anonymous).response()


def _route(request: Request) -> Callable[[Call], Response]:
    name = request.path.strip("/")
    if name.startswith("rpc/") and request.method in {"GET", "HEAD", "POST"}:
        return _call
    if not name or "/" in name:
        raise RestError(404, "PGRST125", "Invalid path specified in request URL")
    if request.method not in METHODS:
        raise RestError(405, "PGRST117", f"Unsupported HTTP method: {request.method}")
    return METHODS[request.method]


def _check_profile(request: Request) -> None:
    for profile in filter(None, map(request.header, PROFILES)):
        if profile != "public":
            hint = "Only the following schemas are exposed: public"
            raise RestError(406, "PGRST106", f"Invalid schema: {profile}", hint=hint)


# --- Tables ---


def _read(call: Call) -> Response:
    query = statements.parse(call.request.query)
    table = catalog.table(call.connection, _name(call))
    counted = call.prefer.counted
    rows = call.run(statements.read(table, query, max_rows=call.max_rows, counted=counted))
    return _page(call, rows, query.offset)


def _insert(call: Call) -> Response:
    query = statements.parse(call.request.query)
    table = catalog.table(call.connection, _name(call))
    items, names = _records(call.request, query.columns)
    resolution = call.prefer.resolution
    statement = statements.insert(
        table,
        query,
        table.named(names),
        json.dumps(items),
        resolution=resolution,
        defaults=call.prefer.missing_default,
        returned=call.prefer.representation,
    )
    rows = call.run(statement)
    merged = resolution == "merge-duplicates" and rows.count - rows.updated <= 0
    applied = ["return", "resolution", "count", "missing", "handling"]
    return _written(call, rows, 200 if merged else 201, applied)


def _update(call: Call) -> Response:
    query = statements.parse(call.request.query)
    table = catalog.table(call.connection, _name(call))
    record = _json(call.request)
    if not isinstance(record, dict):
        raise RestError(400, "PGRST102", "Empty or invalid json")
    columns = table.named(query.columns or list(record))
    returned = call.prefer.representation
    rows = call.run(statements.update(table, query, columns, json.dumps(record), returned=returned))
    return _changed(call, rows)


def _delete(call: Call) -> Response:
    query = statements.parse(call.request.query)
    table = catalog.table(call.connection, _name(call))
    returned = call.prefer.representation
    return _changed(call, call.run(statements.delete(table, query, returned=returned)))


# --- Functions ---


def _call(call: Call) -> Response:
    name = _name(call).removeprefix("rpc/")
    if call.request.method == "POST":
        arguments = _json(call.request) if call.request.body else {}
        parameters = call.request.query
    else:
        known = statements.RESERVED
        arguments = {key: value for key, value in call.request.query if key not in known}
        parameters = [each for each in call.request.query if each[0] in known]
    if not isinstance(arguments, dict):
        raise RestError(400, "PGRST102", "Empty or invalid json")
    query = statements.parse(parameters)
    function = catalog.function(call.connection, name, arguments)
    payload = json.dumps(arguments)
    rows = call.run(statements.call(function, arguments, query, payload, max_rows=call.max_rows))
    if function.result == "void":
        return Response(204)
    if not function.is_set and not call.shape.single:
        rows = Rows(rows.count, rows.total, _first(rows.body), rows.updated)
    return _page(call, rows, query.offset)


def _first(array: str) -> str:
    """Return the text of an array's only element, as the database wrote it."""
    return array[1:-1] or "null"


# --- Parts ---


def _page(call: Call, rows: Rows, offset: int) -> Response:
    total = rows.total
    if total is not None and offset > total:
        text = "Requested range not satisfiable"
        details = f"An offset of {offset} was requested, but there are only {total} rows."
        raise RestError(416, "PGRST103", text, details=details)
    partial = total is not None and rows.count < total
    headers = {"content-range": _content_range(offset, rows.count, total)}
    body = call.body(rows)
    headers |= call.prefer.applied(["count", "handling"])
    return call.answer(206 if partial else 200, body, headers)


def _content_range(offset: int, count: int, total: int | None) -> str:
    rows = f"{offset}-{offset + count - 1}" if count and total != 0 else "*"
    return f"{rows}/{'*' if total is None else total}"


def _changed(call: Call, rows: Rows) -> Response:
    most = call.prefer.max_affected
    if most is not None and rows.count > most:
        text = "Query result exceeds max-affected preference constraint"
        details = f"The query affects {rows.count} rows"
        raise RestError(400, "PGRST124", text, details=details)
    status = 200 if call.prefer.representation else 204
    return _written(call, rows, status, ["return", "count", "handling", "max-affected"])


def _written(call: Call, rows: Rows, status: int, applied: list[str]) -> Response:
    total = rows.count if call.prefer.counted else None
    updated = call.request.method == "PATCH"
    shown = _content_range(0, rows.count if updated else 0, total)
    headers = {"content-range": shown, **call.prefer.applied(applied)}
    if call.prefer.representation:
        return call.answer(status, call.body(rows), headers)
    return Response(status, b"", headers)


def _records(request: Request, named: tuple[str, ...]) -> tuple[list[Any], list[str]]:
    data = _json(request)
    items = data if isinstance(data, list) else [data]
    if not all(isinstance(item, dict) for item in items):
        raise RestError(400, "PGRST102", "Empty or invalid json")
    if named:
        return items, list(named)
    names = list(items[0]) if items else []
    if any(set(item) != set(names) for item in items):
        raise RestError(400, "PGRST102", "All object keys must match")
    return items, names


def _json(request: Request) -> Any:  # noqa: ANN401 - JSON is any
    try:
        return request.json()
    except ValueError as error:
        raise RestError(400, "PGRST102", "Empty or invalid json") from error


def _name(call: Call) -> str:
    return call.request.path.strip("/")


METHODS = {"GET": _read, "HEAD": _read, "POST": _insert, "PATCH": _update, "DELETE": _delete}
