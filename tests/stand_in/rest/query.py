"""The query string of a request to `/rest/v1`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.stand_in.rest import filters
from tests.stand_in.rest.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stand_in.rest.filters import Item

RESERVED = {"select", "order", "limit", "offset", "columns", "on_conflict", "apikey"}


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


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip('"') for name in filters.split(text))


def _number(text: str) -> int:
    if not text.lstrip("-").isdigit():
        raise filters.unparsable("limit", text)
    if text.startswith("-"):
        details = "Limit should be greater than or equal to zero."
        raise RestError(416, "PGRST103", "Requested range not satisfiable", details=details)
    return int(text)
