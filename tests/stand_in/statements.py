"""A request's query string and body as one SQL statement, in the manner of PostgREST.

Every statement returns one row: number of rows, total (null unless counted), the rows as JSON text,
and how many rows an upsert has updated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql

from tests.stand_in import filters
from tests.stand_in.rest_errors import RestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.stand_in.catalog import Column, Function, Table
    from tests.stand_in.filters import Item

RESERVED = {"select", "order", "limit", "offset", "columns", "on_conflict", "apikey"}
DIRECTIONS = {"asc", "desc", "nullsfirst", "nullslast"}
UPDATED = "stand_in.updated"
NOTHING = sql.SQL("")
CALL = sql.Identifier("pgrst_call")


@dataclass(frozen=True, slots=True)
class Query:
    """What the query string asks for."""

    select: str = "*"
    order: str = ""
    limit: int | None = None
    offset: int = 0
    columns: tuple[str, ...] = ()
    on_conflict: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()


def parse(parameters: Sequence[tuple[str, str]]) -> Query:
    """Read the query string."""
    values = dict(parameters)
    return Query(
        select=values.get("select") or "*",
        order=values.get("order", ""),
        limit=_number(values["limit"]) if "limit" in values else None,
        offset=_number(values.get("offset", "0")),
        columns=_names(values.get("columns", "")),
        on_conflict=_names(values.get("on_conflict", "")),
        items=tuple(filters.parse(*each) for each in parameters if each[0] not in RESERVED),
    )


def read(table: Table, query: Query, *, max_rows: int, counted: bool) -> sql.Composed:
    relation = _relation(table)
    source = sql.SQL("select {} from {}{}{}").format(
        _selected(query.select, relation),
        relation,
        _where(query.items, relation),
        _window(query, relation, max_rows),
    )
    total = sql.SQL("(select count(*) from {}{})").format(relation, _where(query.items, relation))
    return _answer(source, total if counted else None)


def insert(  # noqa: PLR0913 - each is an independent part of one INSERT
    table: Table,
    query: Query,
    columns: Sequence[Column],
    payload: str,
    *,
    resolution: str | None,
    defaults: bool,
    returned: bool,
) -> sql.Composed:
    relation = _relation(table)
    names = _identifiers(column.name for column in columns)
    rows = sql.SQL("({}) select {} from jsonb_populate_recordset(null::{}, {})").format(
        names, names, relation, _payload(columns, payload, defaults=defaults)
    )
    source = sql.SQL("insert into {} {}{} {}").format(
        relation,
        rows if columns else sql.SQL("default values"),
        _on_conflict(table, query, columns, resolution),
        _returning(query, relation, returned=returned),
    )
    return _answer(source, None)


def update(
    table: Table, query: Query, columns: Sequence[Column], payload: str, *, returned: bool
) -> sql.Composed:
    relation = _relation(table)
    if not columns:
        nothing = sql.SQL("select {} from {} where false")
        return _answer(nothing.format(_selected(query.select, relation), relation), None)
    changes = sql.SQL(", ").join(
        sql.SQL("{0} = pgrst_body.{0}").format(sql.Identifier(column.name)) for column in columns
    )
    source = sql.SQL(
        "update {0} set {1} from (select * from json_populate_record(null::{0}, {2})) pgrst_body{3} {4}"
    ).format(
        relation,
        changes,
        sql.Literal(payload),
        _where(query.items, relation),
        _returning(query, relation, returned=returned),
    )
    return _answer(source, None)


def delete(table: Table, query: Query, *, returned: bool) -> sql.Composed:
    relation = _relation(table)
    source = sql.SQL("delete from {}{} {}").format(
        relation,
        _where(query.items, relation),
        _returning(query, relation, returned=returned),
    )
    return _answer(source, None)


def call(
    function: Function, names: Iterable[str], query: Query, payload: str, *, max_rows: int
) -> sql.Composed:
    called = _called(function, set(names), payload)
    if function.result != "row":
        source = sql.SQL("select pgrst_scalar from ({}) pgrst_call{}").format(
            called, _window(query, CALL, max_rows)
        )
        return _answer(source, None, element=sql.SQL("t.pgrst_scalar"))
    source = sql.SQL("select {} from ({}) pgrst_call{}{}").format(
        _selected(query.select, CALL),
        called,
        _where(query.items, CALL),
        _window(query, CALL, max_rows),
    )
    return _answer(source, None)


# --- Parts ---


def _answer(
    source: sql.Composed, total: sql.Composed | None, element: sql.Composable | None = None
) -> sql.Composed:
    return sql.SQL(
        "with source as ({}) select count(*), {}, coalesce(json_agg({}), '[]')::text,"
        " coalesce(nullif(current_setting({}, true), ''), '0')::int from source t"
    ).format(source, total or sql.SQL("null"), element or sql.SQL("t"), sql.Literal(UPDATED))


def _called(function: Function, names: set[str], payload: str) -> sql.Composed:
    arguments = [(name, kind) for name, kind in function.arguments if name in names]
    given = sql.SQL(", ").join(
        sql.SQL("{0} := pgrst_body.{0}").format(sql.Identifier(name)) for name, _ in arguments
    )
    invoked = sql.SQL("{}({})").format(sql.Identifier("public", function.name), given)
    alias = sql.SQL(
        "lateral {} f" if function.result == "row" else "lateral (select {} as pgrst_scalar) f"
    )
    columns = sql.SQL("f.*") if function.result == "row" else sql.SQL("f.pgrst_scalar")
    if not arguments:
        return sql.SQL("select {} from {}").format(columns, alias.format(invoked))
    typed = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind))  # type: ignore[arg-type] # format_type
        for name, kind in arguments
    )
    body = sql.SQL("(select * from json_to_record({}) as _({})) pgrst_body").format(
        sql.Literal(payload), typed
    )
    return sql.SQL("select {} from {}, {}").format(columns, body, alias.format(invoked))


def _payload(columns: Sequence[Column], payload: str, *, defaults: bool) -> sql.Composed:
    literal = sql.SQL("{}::jsonb").format(sql.Literal(payload))
    known = [column for column in columns if column.default]
    if not (defaults and known):
        return literal
    pairs = sql.SQL(", ").join(
        sql.SQL("{}, {}").format(sql.Literal(each.name), sql.SQL(each.default))  # type: ignore[arg-type] # pg_get_expr
        for each in known
    )
    return sql.SQL(
        "(select jsonb_agg(jsonb_build_object({}) || e) from jsonb_array_elements({}) e)"
    ).format(pairs, literal)


def _on_conflict(
    table: Table, query: Query, columns: Sequence[Column], resolution: str | None
) -> sql.Composable:
    target = query.on_conflict or table.primary_key
    if resolution is None or not target:
        return NOTHING
    keys = _identifiers(target)
    if resolution == "ignore-duplicates" or not columns:
        return sql.SQL(" on conflict({}) do nothing").format(keys)
    changes = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column.name)) for column in columns
    )
    counted = sql.SQL(
        "set_config({0}, (coalesce(nullif(current_setting({0}, true), ''), '0')::int + 1)::text,"
        " true) <> '0'"
    ).format(sql.Literal(UPDATED))
    return sql.SQL(" on conflict({}) do update set {} where {}").format(keys, changes, counted)


def _returning(query: Query, relation: sql.Identifier, *, returned: bool) -> sql.Composed:
    selected = _selected(query.select, relation) if returned else sql.SQL("1")
    return sql.SQL("returning {}").format(selected)


def _selected(text: str, relation: sql.Identifier) -> sql.Composed:
    return sql.SQL(", ").join(_select_item(item, relation) for item in filters.split(text))


def _select_item(item: str, relation: sql.Identifier) -> sql.Composed:
    if item == "*":
        return sql.SQL("{}.*").format(relation)
    if "(" in item:
        child = item.partition("(")[0].rpartition(":")[2]
        text = f"Could not find a relationship to '{child}' in the schema cache"
        raise RestError(400, "PGRST200", text)
    item, _, cast = item.partition("::")
    alias, _, name = item.rpartition(":")
    expression = filters.column(name, relation)
    if cast:
        kind = sql.Identifier(cast)
        expression = sql.SQL("cast({} as {})").format(expression, kind)
    label = alias or (name.rpartition(">")[2] if "->" in name or cast else "")
    return sql.SQL("{} as {}").format(expression, sql.Identifier(label)) if label else expression


def _where(items: Sequence[Item], relation: sql.Identifier) -> sql.Composable:
    if not items:
        return NOTHING
    conditions = [filters.to_sql(item, relation) for item in items]
    return sql.SQL(" where {}").format(sql.SQL(" and ").join(conditions))


def _window(query: Query, relation: sql.Identifier, max_rows: int) -> sql.Composed:
    limit = max_rows if query.limit is None else min(query.limit, max_rows)
    order = [_order_item(item, relation) for item in filters.split(query.order)]
    return sql.SQL("{}{} limit {} offset {}").format(
        sql.SQL(" order by ") if order else NOTHING,
        sql.SQL(", ").join(order),
        sql.Literal(limit),
        sql.Literal(query.offset),
    )


def _order_item(item: str, relation: sql.Identifier) -> sql.Composed:
    name, *words = item.split(".")
    if not set(words) <= DIRECTIONS:
        raise filters.unparsable("order", item)
    told = [f"nulls {word[5:]}" if word.startswith("nulls") else word for word in words]
    direction = sql.SQL(" ".join(["", *told]))  # type: ignore[arg-type] # four known words
    return sql.SQL("{}{}").format(filters.column(name, relation), direction)


def _relation(table: Table) -> sql.Identifier:
    return sql.Identifier("public", table.name)


def _identifiers(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip('"') for name in filters.split(text))


def _number(text: str) -> int:
    if not text.lstrip("-").isdigit():
        raise filters.unparsable("limit", text)
    if text.startswith("-"):
        details = "Limit should be greater than or equal to zero."
        raise RestError(416, "PGRST103", "Requested range not satisfiable", details=details)
    return int(text)
