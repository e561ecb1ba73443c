"""The failure of a command about DAGs that are not recorded: it names ids that are near."""

from __future__ import annotations

from difflib import get_close_matches
from posixpath import basename, normpath
from typing import TYPE_CHECKING

from dagctl.errors import NotFoundError
from dagctl.next_step import LIST, Command, Fix
from dagctl.paths import id_or_empty
from dagctl.ports import DagVersion, Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.ports import DagRecord, Registry

NEAR = 200
"""How many recorded ids are compared with one that does not exist: the first ones of its letter."""


def not_recorded(registry: Registry, dag_ids: Sequence[str]) -> NotFoundError:
    """Return the failure that names the DAGs, and ids that are near to the first of them.

    Args:
        registry: What is recorded; it refuses a user who is no member.
        dag_ids: At least one id.

    Raises:
        NotAMemberError: The user is not a member of the project.
    """
    names = ", ".join(f"`{dag_id}`" for dag_id in dag_ids)
    near = _near(registry, dag_ids[0])
    alike = " or ".join(f"`{dag_id}`" for dag_id in near)
    return NotFoundError(
        f"no DAG {names} is recorded", hint=f"did you mean {alike}?" if near else Fix(LIST)
    )


def gone(tombstone: DagRecord) -> tuple[str, Fix]:
    """Return that a DAG is removed, or has another id now, and the next step."""
    dag_id = tombstone.dag_id
    new_id = tombstone.renamed if isinstance(tombstone, DagVersion) else None
    if new_id is not None:
        return f"`{dag_id}` was renamed to `{new_id}`", Fix(Command("show", new_id))
    return f"`{dag_id}` is removed", Fix(Command("restore", dag_id), " brings it back")


def _near(registry: Registry, dag_id: str) -> list[str]:
    if "/" in dag_id:  # no id has one: it may be the path of a spec or of a DAG file
        path = id_or_empty(normpath(dag_id))
        stem = basename(path).removesuffix(".py")
        named = registry.find(source_paths=[path], dag_ids=[stem], specs=False)
        return [record.dag_id for record in named]
    first = id_or_empty(dag_id)[:1]
    starts = sorted({first, first.swapcase()})
    each = [registry.page(Query(after=start, limit=NEAR)) for start in starts]
    if not first:  # no DAG can have such an id, and it may be of any length
        return []
    by_folded = {record.dag_id.casefold(): record.dag_id for page in each for record in page}
    near = get_close_matches(dag_id.casefold(), by_folded, n=3)
    return [by_folded[name] for name in near]
