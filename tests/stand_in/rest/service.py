"""The service at `/rest/v1`: what dagctl and the `supabase` client need of PostgREST.

Each request is one transaction in the caller's role, read-only for GET and HEAD, so that policies,
constraints, grants and their errors are the database's own.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import psycopg

from tests.stand_in.auth.tokens import TokenError
from tests.stand_in.messages import NeverAnsweredError, Response
from tests.stand_in.rest import answers, catalog, errors, query, safe_update, statements
from tests.stand_in.rest.answers import Call
from tests.stand_in.rest.errors import RestError
from tests.stand_in.rest.preferences import preferences, shape
from tests.stand_in.rest.statements import Payload

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stand_in.messages import Request
    from tests.stand_in.project import Project

SKEW = 30
"""How many seconds the clocks of client and server may differ (`Auth/Jwt.hs`)."""
REPEATED = frozenset({"40001", "40P01"})
"""A serialization failure and a deadlock."""
PAUSE = 0.01
"""Seconds between two tries of a transaction."""
PROFILES = ("accept-profile", "content-profile")


def handle(project: Project, request: Request) -> Response:
    """Answer one request.

    A transaction that the database gave up for the sake of another one is repeated, as PostgREST
    does it: without end, and whether the client still waits or not.

    Raises:
        NeverAnsweredError: It is given up all the time.
    """
    until = time.monotonic() + project.settings.repeated_seconds
    while True:
        response = _tried(project, request)
        if response is not None:
            return response
        if time.monotonic() > until:
            raise NeverAnsweredError
        time.sleep(PAUSE)


def _tried(project: Project, request: Request) -> Response | None:
    """Return the answer; None if the transaction is to be repeated."""
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
        return errors.of_token(error).response()
    except psycopg.Error as error:
        if error.sqlstate in REPEATED:
            return None
        return errors.of_database(error, anonymous=anonymous).response()


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
            hint = "Only the following schemas are exposed: public, graphql_public"
            raise RestError(406, "PGRST106", f"Invalid schema: {profile}", hint=hint)


# --- Tables ---


def _read(call: Call) -> Response:
    asked = query.parse(call.request.query)
    table = catalog.table(call.connection, call.name)
    counted = call.prefer.counted
    rows = call.run(statements.read(table, asked, max_rows=call.max_rows, counted=counted))
    return answers.page(call, rows, asked.offset)


def _insert(call: Call) -> Response:
    asked = query.parse(call.request.query)
    table = catalog.table(call.connection, call.name)
    items, names = _records(call.request, asked.columns)
    resolution, defaults = call.prefer.resolution, call.prefer.missing_default
    payload = Payload(table.named(names), json.dumps(items), resolution, defaults)
    returned = call.prefer.representation
    insert = statements.insert(table, asked, payload, returned=returned)
    rows = call.run(insert if items else statements.nothing(table, asked))
    merged = resolution == "merge-duplicates" and rows.count <= rows.updated
    applied = ["return", "resolution", "count", "missing", "handling"]
    return answers.written(call, rows, 200 if merged else 201, applied)


def _update(call: Call) -> Response:
    asked = query.parse(call.request.query)
    table = catalog.table(call.connection, call.name)
    if not asked.items:
        raise safe_update.refusal("UPDATE")
    record = _json(call.request)
    if not isinstance(record, dict):
        raise RestError(400, "PGRST102", "Empty or invalid json")
    payload = Payload(table.named(asked.columns or list(record)), json.dumps(record))
    returned = call.prefer.representation
    return answers.changed(
        call, call.run(statements.update(table, asked, payload, returned=returned))
    )


def _delete(call: Call) -> Response:
    asked = query.parse(call.request.query)
    if not asked.items:
        raise safe_update.refusal("DELETE")
    table = catalog.table(call.connection, call.name)
    returned = call.prefer.representation
    return answers.changed(call, call.run(statements.delete(table, asked, returned=returned)))


METHODS = {"GET": _read, "HEAD": _read, "POST": _insert, "PATCH": _update, "DELETE": _delete}


# --- Functions ---


def _call(call: Call) -> Response:
    arguments, parameters = _arguments(call.request)
    if not isinstance(arguments, dict):
        raise RestError(400, "PGRST102", "Empty or invalid json")
    asked = query.parse(parameters)
    function = catalog.function(call.connection, call.name.removeprefix("rpc/"), arguments)
    catalog.hoist(call.connection, function.name)
    safe_update.check(call.connection, function.name)
    text = json.dumps(arguments)
    rows = call.run(statements.call(function, arguments, asked, text, max_rows=call.max_rows))
    if function.result == "void":
        return Response(204)
    single = not function.is_set and not call.shape.single
    return answers.page(call, rows.of_one() if single else rows, asked.offset)


def _arguments(request: Request) -> tuple[Any, list[tuple[str, str]]]:
    """Return a function's arguments, and what the query string says about its result."""
    if request.method == "POST":
        return _json(request) if request.body else {}, request.query
    known = query.RESERVED
    arguments = {name: value for name, value in request.query if name not in known}
    return arguments, [each for each in request.query if each[0] in known]


# --- Bodies ---


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
