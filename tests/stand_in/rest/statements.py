"""A request's query string and body as one SQL statement, in the manner of PostgREST.

Every statement returns one row: number of rows, total (null unless counted), the rows as JSON text,
and how many rows an upsert has updated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from tests.stand_in.rest import clauses

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tests.stand_in.rest.catalog import Column, Function, Table
    from tests.stand_in.rest.query import Query

CALL = sql.Identifier("pgrst_call")


@dataclass(frozen=True, slots=True)
class Payload:
    """Rows to write, as JSON text, and the columns that are written."""

    columns: Sequence[Column]
    text: str
    resolution: str | None = None
    """What to do with a row that is there already: merge, ignore, or (None) fail."""
    defaults: bool = False
    """Whether a missing column gets its default instead of null."""


def read(table: Table, query: Query, *, max_rows: int, counted: bool) -> sql.Composed:
    """Return a SELECT, with the number of all rows that fit if it is asked for."""
    source = clauses.relation(table)
    where = clauses.where(query.items, source)
    statement = sql.SQL("select {} from {}{}{}").format(
        clauses.selected(query.select, source),
        source,
        where,
        clauses.window(query, source, max_rows),
    )
    total = sql.SQL("(select count(*) from {}{})").format(source, where)
    return _answer(statement, total if counted else sql.SQL("null"))


def insert(table: Table, query: Query, payload: Payload, *, returned: bool) -> sql.Composed:
    """Return an INSERT of all rows."""
    target = clauses.relation(table)
    names = clauses.names(column.name for column in payload.columns)
    rows = sql.SQL("({0}) select {0} from jsonb_populate_recordset(null::{1}, {2})").format(
        names, target, clauses.rows(payload.columns, payload.text, defaults=payload.defaults)
    )
    statement = sql.SQL("insert into {} {}{}{}").format(
        target,
        rows if payload.columns else sql.SQL("default values"),
        clauses.on_conflict(table, query, payload.columns, payload.resolution),
        clauses.returning(query, target, returned=returned),
    )
    return _answer(statement)


def update(table: Table, query: Query, payload: Payload, *, returned: bool) -> sql.Composed:
    """Return an UPDATE of the rows that fit; without columns it changes nothing."""
    target = clauses.relation(table)
    if not payload.columns:
        return nothing(table, query)
    changes = sql.SQL(", ").join(
        sql.SQL("{0} = pgrst_body.{0}").format(sql.Identifier(column.name))
        for column in payload.columns
    )
    statement = sql.SQL(
        "update {0} set {1}"
        " from (select * from json_populate_record(null::{0}, {2})) pgrst_body{3}{4}"
    ).format(
        target,
        changes,
        sql.Literal(payload.text),
        clauses.where(query.items, target),
        clauses.returning(query, target, returned=returned),
    )
    return _answer(statement)


def delete(table: Table, query: Query, *, returned: bool) -> sql.Composed:
    """Return a DELETE of the rows that fit."""
    target = clauses.relation(table)
    statement = sql.SQL("delete from {}{}{}").format(
        target,
        clauses.where(query.items, target),
        clauses.returning(query, target, returned=returned),
    )
    return _answer(statement)


def nothing(table: Table, query: Query) -> sql.Composed:
    """Return a statement that does nothing and returns no row."""
    source = clauses.relation(table)
    columns = clauses.selected(query.select, source)
    return _answer(sql.SQL("select {} from {} where false").format(columns, source))


def call(
    function: Function, given: Collection[str], query: Query, arguments: str, *, max_rows: int
) -> sql.Composed:
    """Return a call of a function; `arguments` is a JSON object that has the `given` names."""
    rows = function.result == "row"
    statement = sql.SQL("select {} from ({}) pgrst_call{}{}").format(
        clauses.selected(query.select if rows else "pgrst_scalar", CALL),
        _called(function, given, arguments),
        clauses.where(query.items, CALL),
        clauses.window(query, CALL, max_rows),
    )
    element = sql.SQL("t") if rows else sql.SQL("t.pgrst_scalar")
    return _answer(statement, element=element)


def _answer(
    source: sql.Composed,
    total: sql.Composable = sql.SQL("null"),  # noqa: B008 - immutable
    element: sql.Composable = sql.SQL("t"),  # noqa: B008 - immutable
) -> sql.Composed:
    return sql.SQL(
        "with source as ({}) select count(*), {}, coalesce(json_agg({}), '[]')::text,"
        " coalesce(nullif(current_setting({}, true), ''), '0')::int from source t"
    ).format(source, total, element, clauses.UPDATED)


def _called(function: Function, given: Collection[str], arguments: str) -> sql.Composed:
    known = [(name, kind) for name, kind in function.arguments if name in given]
    named = sql.SQL(", ").join(
        sql.SQL("{0} := pgrst_body.{0}").format(sql.Identifier(name)) for name, _ in known
    )
    invoked = sql.SQL("{}({})").format(sql.Identifier("public", function.name), named)
    whole = "lateral {} f" if function.result == "row" else "lateral (select {} as pgrst_scalar) f"
    body = _body(known, arguments)
    return sql.SQL("select f.* from {}{}").format(body, sql.SQL(whole).format(invoked))


def _body(arguments: Sequence[tuple[str, str]], text: str) -> sql.Composable:
    """Return the arguments as a relation of one row, and a comma."""
    if not arguments:
        return clauses.NOTHING
    typed = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in arguments
    )
    relation = sql.SQL("(select * from json_to_record({}) as _({})) pgrst_body, ")
    return relation.format(sql.Literal(text), typed)
