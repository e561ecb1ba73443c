"""What lies in a folder of a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.stand_in.storage import errors

if TYPE_CHECKING:
    from tests.stand_in.storage.objects import Row

SORTED = {"name", "updated_at", "created_at", "last_accessed_at"}


def entries(rows: list[Row], folder: str, search: str) -> list[Row]:
    """Return what lies directly in a folder: objects, and folders with null for everything else."""
    found: dict[str, Row] = {}
    shown = ("id", "updated_at", "created_at", "last_accessed_at", "metadata")
    for row in rows:
        name, _, below = str(row["name"]).removeprefix(folder).partition("/")
        if name.lower().startswith(search.lower()):
            values = dict.fromkeys(shown) if below else {each: row[each] for each in shown}
            found[name] = {"name": name, **values}
    return list(found.values())


def in_order(items: list[Row], fields: dict[str, Any]) -> list[Row]:
    """Return the entries in the order that `sortBy` asks for.

    Raises:
        StorageError: By a column that does not count.
    """
    sort_by = fields.get("sortBy") or {}
    column = sort_by.get("column") or "name"
    if column not in SORTED:
        text = "body/sortBy/column must be equal to one of the allowed values"
        raise errors.invalid_request(text)
    descending = sort_by.get("order") == "desc"
    return sorted(items, key=lambda each: str(each[column] or ""), reverse=descending)
