"""The clauses of SQL statements, from what a request asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from tests.stand_in.rest import filters
from tests.stand_in.rest.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.stand_in.rest.catalog import Column, Table
    from tests.stand_in.rest.filters import Item
    from tests.stand_in.rest.query import Query

DIRECTIONS = {"asc", "desc", "nullsfirst", "nullslast"}
UPDATED = sql.Literal("stand_in.updated")
"""The setting in which a statement counts the rows that its upsert has updated."""
NOTHING = sql.SQL("")


def relation(table: Table) -> sql.Identifier:
    """Return the table's full name."""
    return sql.Identifier("public", table.name)


def names(values: Iterable[str]) -> sql.Composed:
    """Return a list of quoted names."""
    return sql.SQL(", ").join(sql.Identifier(value) for value in values)


def selected(text: str, source: sql.Identifier) -> sql.Composed:
    """Return the columns that `select` names, with aliases, casts and JSON paths."""
    return sql.SQL(", ").join(_select_item(item, source) for item in filters.split(text))


def where(items: Sequence[Item], source: sql.Identifier) -> sql.Composable:
    """Return the filters as a WHERE clause, empty if there are none."""
    if not items:
        return NOTHING
    conditions = [filters.to_sql(item, source) for item in items]
    return sql.SQL(" where {}").format(sql.SQL(" and ").join(conditions))


def window(query: Query, source: sql.Identifier, max_rows: int) -> sql.Composed:
    """Return ORDER BY, LIMIT and OFFSET: no more than `max_rows`, whatever was asked for."""
    limit = max_rows if query.limit is None else min(query.limit, max_rows)
    order = [_order_item(item, source) for item in filters.split(query.order)]
    return sql.SQL("{}{} limit {} offset {}").format(
        sql.SQL(" order by ") if order else NOTHING,
        sql.SQL(", ").join(order),
        sql.Literal(limit),
        sql.Literal(query.offset),
    )


def returning(query: Query, source: sql.Identifier, *, returned: bool) -> sql.Composed:
    """Return the RETURNING clause; if no rows are wanted, it needs no right to read any."""
    columns = selected(query.select, source) if returned else sql.SQL("1")
    return sql.SQL(" returning {}").format(columns)


def on_conflict(
    table: Table, query: Query, columns: Sequence[Column], resolution: str | None
) -> sql.Composable:
    """Return the ON CONFLICT clause, which counts the rows that it updates."""
    target = query.on_conflict or table.primary_key
    if resolution is None or not target:
        return NOTHING
    if resolution == "ignore-duplicates" or not columns:
        return sql.SQL(" on conflict({}) do nothing").format(names(target))
    changes = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column.name)) for column in columns
    )
    counted = sql.SQL(
        "set_config({0}, (coalesce(nullif(current_setting({0}, true), ''), '0')::int + 1)::text,"
        " true) <> '0'"
    ).format(UPDATED)
    return sql.SQL(" on conflict({}) do update set {} where {}").format(
        names(target), changes, counted
    )


def rows(columns: Sequence[Column], payload: str, *, defaults: bool) -> sql.Composed:
    """Return the rows of a JSON array, missing columns null or filled from their defaults."""
    literal = sql.SQL("{}::jsonb").format(sql.Literal(payload))
    known = [(column.name, column.default) for column in columns if column.default]
    if not (defaults and known):
        return literal
    pairs = sql.SQL(", ").join(
        sql.SQL("{}, {}").format(sql.Literal(name), sql.SQL(default)) for name, default in known
    )
    return sql.SQL(
        "(select jsonb_agg(jsonb_build_object({}) || e) from jsonb_array_elements({}) e)"
    ).format(pairs, literal)


def _select_item(item: str, source: sql.Identifier) -> sql.Composed:
    if item == "*":
        return sql.SQL("{}.*").format(source)
    if "(" in item:
        child = item.partition("(")[0].rpartition(":")[2]
        text = f"Could not find a relationship to '{child}' in the schema cache"
        raise RestError(400, "PGRST200", text)
    plain, _, cast = item.partition("::")
    alias, _, name = plain.rpartition(":")
    expression = filters.column(name, source)
    if cast:
        expression = sql.SQL("cast({} as {})").format(expression, sql.Identifier(cast))
    label = alias or (name.rpartition(">")[2] if "->" in name or cast else "")
    return sql.SQL("{} as {}").format(expression, sql.Identifier(label)) if label else expression


def _order_item(item: str, source: sql.Identifier) -> sql.Composed:
    name, *words = item.split(".")
    if not set(words) <= DIRECTIONS:
        raise filters.unparsable("order", item)
    told = [f"nulls {word[5:]}" if word.startswith("nulls") else word for word in words]
    return sql.SQL("{}{}").format(filters.column(name, source), sql.SQL(" ".join(["", *told])))
