"""The query language of PostgREST, as far as the `supabase` client writes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from psycopg import sql

from tests.stand_in.rest.errors import RestError

OPERATORS = {
    "eq": "=",
    "neq": "<>",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "like": "like",
    "ilike": "ilike",
    "match": "~",
    "imatch": "~*",
    "isdistinct": "is distinct from",
    "cs": "@>",
    "cd": "<@",
    "ov": "&&",
}
IS = {"null", "not_null", "true", "false", "unknown"}
OPERATION = re.compile(r"(not\.)?([a-z]+)(?:\((any|all)\))?\.(.*)", re.DOTALL)
GROUP = re.compile(r"(not\.)?(and|or)\((.*)\)", re.DOTALL)
MEMBER = re.compile(r'("(?:[^"\\]|\\.)*"|[^.]+)\.(.*)', re.DOTALL)
PATH = re.compile(r"(->>?)")
Joint = Literal["and", "or"]
Item: TypeAlias = "Condition | Group"


@dataclass(frozen=True, slots=True)
class Condition:
    """`column operator value`."""

    column: str
    operator: str
    value: str
    negated: bool = False
    quantifier: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions joined by `and` or `or`."""

    joint: Joint
    members: tuple[Item, ...]
    negated: bool = False


def parse(key: str, value: str) -> Item:
    """Read one parameter of the query string as a filter."""
    if key.removeprefix("not.") in {"and", "or"}:
        return _group(key + value)
    return _condition(_unquoted(key), value)


def to_sql(item: Item, relation: sql.Composable) -> sql.Composed:
    """Return a filter as an SQL condition on columns of `relation`; the values are literals."""
    if isinstance(item, Group):
        members = [to_sql(member, relation) for member in item.members]
        inner = sql.SQL(f" {item.joint} ").join(members)
        return _negate(sql.SQL("({})").format(inner), negated=item.negated)
    return _negate(_comparison(item, relation), negated=item.negated)


def column(name: str, relation: sql.Composable) -> sql.Composed:
    """Return `name` or `name->path->>path` as an SQL expression."""
    first, *path = PATH.split(name)
    parts: list[sql.Composable] = [relation, sql.SQL("."), sql.Identifier(_unquoted(first))]
    for arrow, key in zip(path[::2], path[1::2], strict=True):
        step = sql.Literal(int(key)) if key.lstrip("-").isdigit() else sql.Literal(key)
        parts += [sql.SQL("->>" if arrow == "->>" else "->"), step]
    return sql.Composed(parts)


def split(text: str) -> list[str]:
    """Split at the commas that stand outside of quotes, parentheses and braces."""
    parts, depth, start, quoted, position = [], 0, 0, False, 0
    while position < len(text):
        character = text[position]
        if character == "\\" and quoted:
            position += 1
        elif character == '"':
            quoted = not quoted
        elif not quoted and character in "({":
            depth += 1
        elif not quoted and character in ")}":
            depth -= 1
        elif not quoted and character == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
        position += 1
    return [*parts, text[start:]] if text else []


def unparsable(what: str, text: str) -> RestError:
    message = f'"failed to parse {what} ({text})" (line 1, column 1)'
    return RestError(400, "PGRST100", message, details=f"unexpected {text[:1]!r}")


def _group(text: str) -> Group:
    match = GROUP.fullmatch(text)
    if match is None:
        raise unparsable("logic tree", text)
    members = tuple(_member(part.strip()) for part in split(match[3]))
    return Group("and" if match[2] == "and" else "or", members, bool(match[1]))


def _member(text: str) -> Item:
    if GROUP.fullmatch(text):
        return _group(text)
    match = MEMBER.fullmatch(text)
    if match is None:
        raise unparsable("logic tree", text)
    condition = _condition(_unquoted(match[1]), match[2])
    if condition.operator == "in":
        return condition
    value = _unquoted(condition.value)
    return Condition(
        condition.column, condition.operator, value, condition.negated, condition.quantifier
    )


def _condition(name: str, text: str) -> Condition:
    match = OPERATION.fullmatch(text)
    if match is None or match[2] not in {*OPERATORS, "in", "is"}:
        raise unparsable("filter", text)
    return Condition(name, match[2], match[4], bool(match[1]), match[3])


def _comparison(item: Condition, relation: sql.Composable) -> sql.Composed:
    left = column(item.column, relation)
    if item.operator == "is":
        if item.value.lower() not in IS:
            raise unparsable("filter", f"is.{item.value}")
        word = item.value.lower().replace("_", " ")
        return sql.SQL("{} is {}").format(left, sql.SQL(word))
    if item.operator == "in":
        return sql.SQL("{} = any({})").format(left, sql.Literal(_array(item.value)))
    operator = sql.SQL(OPERATORS[item.operator])
    value = item.value.replace("*", "%") if "like" in item.operator else item.value
    right: sql.Composable = sql.Literal(value)
    if item.quantifier:
        right = sql.SQL("{}({})").format(sql.SQL(item.quantifier), right)
    return sql.SQL("{} {} {}").format(left, operator, right)


def _array(text: str) -> str:
    """Turn `(a,"b,c")` into the array literal `{"a","b,c"}`."""
    if not (text.startswith("(") and text.endswith(")")):
        raise unparsable("filter", f"in.{text}")
    elements = [_unquoted(part) for part in split(text[1:-1])]
    escaped = [each.replace("\\", "\\\\").replace('"', '\\"') for each in elements]
    return "{" + ",".join(f'"{each}"' for each in escaped) + "}"


def _negate(condition: sql.Composed, *, negated: bool) -> sql.Composed:
    return sql.SQL("not {}").format(condition) if negated else condition


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text.startswith('"') and text.endswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text
