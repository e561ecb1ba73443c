"""What the schema `public` holds: the tables and functions that the REST service exposes."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from tests.stand_in.rest.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tests.stand_in.database import Connection

COLUMNS = """
select a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid),
       coalesce(a.attnum = any(i.indkey), false)
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum and a.attgenerated = ''
left join pg_index i on i.indrelid = c.oid and i.indisprimary
where c.relnamespace = 'public'::regnamespace and c.relname = %s and c.relkind in ('r','v','m','p')
order by a.attnum
"""
FUNCTIONS = """
select coalesce(p.proargnames, '{}'), coalesce(p.proargmodes::text[], '{}'), p.pronargs,
       p.pronargdefaults, p.proretset, p.prorettype = 'void'::regtype,
       t.typtype = 'c' or p.prorettype = 'record'::regtype,
       array(select format_type(type, null) from unnest(p.proargtypes) with ordinality as _(type, n)
             order by n)
from pg_proc p join pg_type t on t.oid = p.prorettype
where p.pronamespace = 'public'::regnamespace and p.proname = %s and p.prokind = 'f'
"""
HOISTED = """
select set_config('statement_timeout', split_part(setting, '=', 2), true)
from pg_proc p, unnest(p.proconfig) setting
where p.pronamespace = 'public'::regnamespace and p.proname = %s
  and setting like 'statement_timeout=%%'
"""
NAMES = """
select distinct proname::text from pg_proc
where pronamespace = 'public'::regnamespace and prokind = 'f' order by 1
"""
ALIKE = 0.5
"""How much of two names has to be the same, from 0 to 1."""
Result = Literal["void", "scalar", "row"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: name, type as SQL, default as SQL, and whether it is part of the primary key."""

    name: str
    type: str
    default: str | None
    key: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view."""

    name: str
    columns: tuple[Column, ...]

    def named(self, names: Collection[str]) -> list[Column]:
        """Return these columns.

        Raises:
            RestError: One of them does not exist.
        """
        known = {column.name: column for column in self.columns}
        for name in names:
            if name not in known:
                text = f"Could not find the '{name}' column of '{self.name}' in the schema cache"
                raise RestError(400, "PGRST204", text)
        return [known[name] for name in names]

    @property
    def primary_key(self) -> list[str]:
        return [column.name for column in self.columns if column.key]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its input arguments (name and type as SQL), and what it returns."""

    name: str
    arguments: tuple[tuple[str, str], ...]
    optional: int
    is_set: bool
    result: Result

    def fits(self, names: Collection[str]) -> bool:
        known = [name for name, _ in self.arguments]
        required = known[: len(known) - self.optional]
        return set(required) <= set(names) <= set(known)


def table(connection: Connection, name: str) -> Table:
    """Return a table.

    Raises:
        RestError: There is none of that name.
    """
    rows = connection.execute(COLUMNS, (name,)).fetchall()
    if not rows:
        text = f"Could not find the table 'public.{name}' in the schema cache"
        raise RestError(404, "PGRST205", text)
    return Table(name, tuple(Column(*row) for row in rows))


def function(connection: Connection, name: str, names: Collection[str]) -> Function:
    """Return the function that takes arguments of these names.

    Raises:
        RestError: There is none, or more than one.
    """
    rows = connection.execute(FUNCTIONS, (name,)).fetchall()
    fitting = [each for each in (_function(name, row) for row in rows) if each.fits(names)]
    if len(fitting) > 1:
        text = f"Could not choose the best candidate function between: {name}, {name}"
        raise RestError(300, "PGRST203", text)
    if not fitting:
        raise _unknown_function(name, names, _near(connection, name, rows))
    return fitting[0]


def _near(connection: Connection, name: str, overloads: Sequence[tuple[Any, ...]]) -> str | None:
    """Return the hint with a function of a name like this, or with the arguments that it takes."""
    if overloads:
        arguments = ", ".join(called for called, _ in _function(name, overloads[0]).arguments)
        return f"Perhaps you meant to call the function public.{name}({arguments})"
    names = [row[0] for row in connection.execute(NAMES)]
    near = get_close_matches(name, names, 1, ALIKE)
    return f"Perhaps you meant to call the function public.{near[0]}" if near else None


def _function(name: str, row: tuple[Any, ...]) -> Function:
    all_names, modes, count, optional, is_set, void, composite, types = row
    inputs = _inputs(all_names, modes, count)
    result: Result = "void" if void else "row" if composite else "scalar"
    arguments = tuple(zip(inputs, types, strict=True))
    return Function(name, arguments, optional, is_set, result)


def _inputs(names: list[str], modes: list[str], count: int) -> list[str]:
    modes = modes or ["i"] * len(names)
    inputs = [name for name, mode in zip(names, modes, strict=True) if mode in "ibv"]
    return inputs or [""] * count


def _unknown_function(name: str, names: Collection[str], hint: str | None) -> RestError:
    given, plural = ", ".join(sorted(names)), "s" if len(names) > 1 else ""
    called = f"public.{name}({given})" if names else f"public.{name} without parameters"
    parameters = f"with parameter{plural} {given}" if names else "without parameters"
    searched = f"public.{name} {parameters} or with a single unnamed json/jsonb parameter"
    return RestError(
        404,
        "PGRST202",
        f"Could not find the function {called} in the schema cache",
        details=f"Searched for the function {searched}, but no matches were found in the schema "
        "cache.",
        hint=hint,
    )


def hoist(connection: Connection, name: str) -> None:
    """Let a function's own `statement_timeout` count for the request (`db-hoisted-tx-settings`)."""
    connection.execute(HOISTED, [name])
