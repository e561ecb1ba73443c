"""What pg-safeupdate refuses: an UPDATE or DELETE without WHERE, in a function too.

Supabase loads it for every connection of the API. The extension looks at each statement when it
is about to run; here the text of the called function, and of all that it may call, is looked at
instead, so that a branch which is not taken is refused as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.stand_in.rest.errors import NO_WHERE, RestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.stand_in.database import Connection

STATE = """
select current_database(), count(*), sum(p.xmin::text::bigint)
from pg_proc p where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
"""
SOURCES = """
select n.nspname || '.' || p.proname, string_agg(p.prosrc, ';'),
       bool_or(p.prorettype = 'trigger'::regtype)
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private') and p.prokind = 'f'
group by 1
"""
NOISE = re.compile(r"--[^\n]*|'(?:[^']|'')*'|/\*.*?\*/", re.DOTALL)
CHANGE = re.compile(
    r"\bdelete\s+from\b|\bupdate\s+(?:only\s+)?(?!set\b)[\w.\"]+(?:\s+(?:as\s+)?\w+)?\s+set\b",
    re.IGNORECASE,
)
CALLED = re.compile(r"\b((?:public|private)\.\w+)\s*\(")
_known: dict[tuple[object, ...], dict[str, str]] = {}


def check(connection: Connection, function: str) -> None:
    """Check that a function of the schema `public` changes no table as a whole.

    Raises:
        RestError: It does, or one that it may call, or a trigger.
    """
    state = connection.execute(STATE).fetchone() or ()
    flaws = _known.get(state)
    if flaws is None:
        flaws = _known[state] = flaws_of(connection.execute(SOURCES).fetchall())
    flaw = flaws.get(f"public.{function}")
    if flaw:
        raise refusal(flaw)


def refusal(command: str) -> RestError:
    """Return the answer to a statement without WHERE; `command` is UPDATE or DELETE."""
    return RestError(400, "21000", f"{command} {NO_WHERE}")


def flaws_of(functions: list[tuple[str, str, bool]]) -> dict[str, str]:
    """Return the functions that may change a whole table, each with the command that does.

    Args:
        functions: Names, sources, and whether a trigger calls it, without being named.
    """
    sources = {name: NOISE.sub(" ", source) for name, source, _ in functions}
    triggers = [name for name, _, is_trigger in functions if is_trigger]
    own = {name: next(_without_where(source), "") for name, source in sources.items()}
    return {
        name: flaw
        for name in sources
        if (
            flaw := next((own[each] for each in _reached(name, sources, triggers) if own[each]), "")
        )
    }


def _reached(name: str, sources: Mapping[str, str], triggers: list[str]) -> set[str]:
    """Return the function and all that it may call."""
    reached: set[str] = set()
    left = [name, *triggers]
    while left:
        each = left.pop()
        if each in sources and each not in reached:
            reached.add(each)
            left += CALLED.findall(sources[each])
    return reached


def _without_where(source: str) -> Iterator[str]:
    """Yield the command of each statement without WHERE, `UPDATE` or `DELETE`."""
    for match in CHANGE.finditer(source):
        if not re.search(r"\bwhere\b", _own_part(source[match.end() :]), re.IGNORECASE):
            yield match[0][:6].upper()


def _own_part(text: str) -> str:
    """Return the rest of a statement, without what stands in parentheses."""
    depth, part = 0, []
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth < 0 or (depth == 0 and character == ";"):
            break
        if depth == 0:
            part.append(character)
    return "".join(part)
