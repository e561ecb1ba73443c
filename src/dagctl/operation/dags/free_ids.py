"""The ids that new DAGs would get: free in the registry, and in no hand-written file. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.errors import ConflictError
from dagctl.operation.dags.inventory import path_of
from dagctl.operation.dags.numbered_names import grant_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.operation.dags.inventory import Inventory
    from dagctl.operation.options import Options


def with_names(
    context: Context, inventory: Inventory, changes: Sequence[Change], options: Options
) -> list[Change]:
    """Return the changes with the ids that the registry would grant now."""
    foreign = {
        dag_id: kept[-1]
        for dag_id, paths in inventory.foreign.items()
        if (kept := [path for path in paths if not _gives_way(context, dag_id, path, options)])
    }
    taken = {dag.dag_id for dag in inventory.dags} | set(foreign)
    taken |= {record.dag_id for record in inventory.removed}
    wishing = [_beside_foreign(change, foreign, taken) for change in changes]
    if not (options.by_file or options.force):  # a server's clone: no person sees to such a file
        wishing = [_beside_stray(change, inventory.strays, taken) for change in wishing]
    new = (change.claim for change in wishing if not change.is_known)
    names = iter(grant_names(list(new), taken))
    is_cache = context.backend.cache is not None
    return [
        change if change.is_known else _with_name(change, next(names), is_cache, options)
        for change in wishing
    ]


def _gives_way(context: Context, dag_id: str, path: str, options: Options) -> bool:
    """Return whether a hand-written file goes, so that the id in it is free."""
    if options.takes_over is not None and options.takes_over.path == path:
        return True
    return options.force and path_of(context.settings, dag_id) == path


def _beside_foreign(change: Change, foreign: dict[str, str], taken: set[str]) -> Change:
    """Return the change with another name to ask for, if a hand-written file has that id.

    Raises:
        ConflictError: The spec gives that id, so it may not be another.
    """
    path = foreign.get(change.base_name.casefold())
    if change.is_known or path is None:
        return change
    if change.on_taken == "fail":
        raise ConflictError(
            f"{path} has a DAG with the id `{change.base_name}` already; dagctl did not write it",
            hint="choose another dag_id, or remove the DAG from that file",
        )
    (name,) = grant_names([change.claim], taken)
    warning = (
        f"{path} has a DAG with the id `{change.base_name}`, and dagctl did not write it: the DAG "
        f"of {change.source or 'the spec'} is `{name}`"
    )
    return replace(change.warned(warning), name=name)


def _beside_stray(change: Change, strays: frozenset[str], taken: set[str]) -> Change:
    """Return the change with another name to ask for, if a file that is not recorded has it."""
    if change.is_known or change.on_taken == "fail":
        return change
    (name,) = grant_names([change.claim], taken)
    if name.casefold() not in strays:
        return change
    (name,) = grant_names([change.claim], taken | strays)
    return replace(change, name=name)


def _with_name(change: Change, name: str, is_cache: bool, options: Options) -> Change:  # noqa: FBT001 - its type makes clear what it is
    """Return the change with its expected id.

    The embedded registry is asked for just that: it may not know of all files yet.
    """
    named = replace(change, dag_id=name, name=name if is_cache else change.name)
    if change.warnings or name == change.base_name or options.if_exists:
        return named
    warning = (
        f"the id `{change.base_name}` is taken: the DAG of {change.source or 'the spec'} is "
        f"`{name}`"
    )
    return replace(named, warnings=(warning,))
