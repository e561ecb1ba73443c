"""The versions of a DAG, page by page, each with what it changed in the spec."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from dagctl.frozen import frozen
from dagctl.operation.comparison.differences import changes_between
from dagctl.operation.dags.not_recorded import not_recorded
from dagctl.operation.plans.reversal import no_version

if TYPE_CHECKING:
    from dagctl.difference import Difference
    from dagctl.ports import DagVersion, Registry

MOST = 200
"""How many versions a page may have: so many specs are in memory."""


@frozen(kw_only=True)
class HistoryEntry:
    """One version, and what it changed."""

    version: DagVersion
    changes: tuple[Difference, ...] | None
    """Against the version before; None: that is not recorded here, or one of both has no spec."""
    leaves: bool = False
    """Of a rename: whether the DAG went to the other id, and did not come from it."""


@frozen
class History:
    """Some versions of a DAG, the newest first."""

    entries: tuple[HistoryEntry, ...]
    next: int | None
    """The cursor of the next page: it has versions below this number; None at the end."""


def history(registry: Registry, dag_id: str, *, before: int | None, limit: int) -> History:
    """Return a page of a DAG's versions; one of a removed DAG has them still.

    Args:
        registry: Where they are.
        dag_id: The DAG.
        before: Only versions with a smaller number.
        limit: How many at most, `MOST` or fewer.

    Raises:
        NotFoundError: The DAG has no versions.
        NotAMemberError: The user is not a member of the project.
    """
    versions = registry.versions(dag_id, before=before, limit=limit + 1)
    if not versions and before is None:
        raise not_recorded(registry, [dag_id])
    shown = versions[:limit]
    entries = [
        HistoryEntry(
            version=version, changes=_changes(older, version), leaves=_leaves(older, version)
        )
        for version, older in pairwise([*versions, None])
        if version is not None
    ]
    is_more = len(versions) > limit
    return History(tuple(entries[:limit]), shown[-1].version if is_more else None)


def _changes(older: DagVersion | None, version: DagVersion) -> tuple[Difference, ...] | None:
    """Return what a version changed; None where the one before it is not recorded."""
    is_next = older is not None and older.version == version.version - 1
    return changes_between(older, version) if is_next else None


def _leaves(older: DagVersion | None, version: DagVersion) -> bool:
    """Return whether a version is that of a DAG that went: it has the file of the one before.

    Of what was imported nothing else says it.
    """
    is_same = older is not None and older.content_digest == version.content_digest
    return not version.is_active or (version.action == "rename" and is_same)


def version_of(registry: Registry, dag_id: str, number: int) -> DagVersion:
    """Return one version of a DAG, with the text of its author.

    Raises:
        NotFoundError: There is no such version, or no such DAG.
        NotAMemberError: The user is not a member of the project.
    """
    versions = registry.versions(dag_id, before=number + 1, limit=1, text=True)
    if versions and versions[0].version == number:
        return versions[0]
    newest = registry.versions(dag_id, limit=1)
    if not newest:
        raise not_recorded(registry, [dag_id])
    raise no_version(dag_id, number, newest[0].version, newest[0].file_path)
