"""DAGs that another clone has removed or renamed: git brought that, and a cache follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.paths import dag_path
from dagctl.ports import DagVersion, record_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagctl.operation.backend import Context
    from dagctl.ports import DagRecord, Removal


def removed_elsewhere(context: Context, records: Iterable[DagRecord]) -> list[DagVersion]:
    """Return the tombstones of those DAGs that a commit of dagctl has removed since.

    A file that a person has deleted, or that another branch lacks, removes no DAG. Nor does a
    removal that was taken back since, in a commit that is not checked out here.

    Args:
        context: The ports and the settings.
        records: DAGs that are recorded in an embedded registry, and have no file here.
    """
    folder = context.settings.dags_folder
    paths = {dag_path(folder, record.dag_id): record for record in records if record.commit_id}
    if not paths:
        return []
    repo = context.backend.repo
    removals = repo.removals(list(paths))
    outside = repo.outside({paths[path].commit_id for path in removals}) if removals else set()
    after: dict[str, set[str]] = {}
    for path, removal in removals.items():
        if (last := paths[path].commit_id) in outside:
            after.setdefault(last, set()).add(removal.commit_id)
    # one question a commit, not a DAG: each starts git three times
    newer = {last: repo.outside(commits, of=last) for last, commits in after.items()}
    return [
        tombstone(paths[path], removal)
        for path, removal in removals.items()
        if (last := paths[path].commit_id) not in outside or removal.commit_id in newer[last]
    ]


def tombstone(record: DagRecord, removal: Removal) -> DagVersion:
    """Return the version that a commit has made of a DAG which it removed, or renamed."""
    from dagctl.operation.dags.commit_subject import done_in

    last = record_values(record)
    action, renamed = done_in(removal.subject, record.dag_id, "delete")
    return DagVersion(
        **last
        | {
            "version": record.version + 1,
            "commit_id": removal.commit_id,
            "updated_at": removal.at,
            "updated_by_name": removal.by,
            "is_removed": True,
        },
        action=action,
        renamed=renamed,
    )
