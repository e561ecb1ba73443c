"""Agreement: a DAG is said to be unchanged only if file, commit, object and row are so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4, uuid5

from dagctl.operation.change import Action, digest_of, record_of
from dagctl.operation.rendering import provenance_of, rendered
from dagctl.operation.stored_objects import read_objects
from dagctl.ports import DagVersion, Reservation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.change import Change
    from dagctl.ports import LoggedCommit

EARLIEST = datetime.fromtimestamp(0, UTC)
"""When a DAG was created whose file and record do not say it."""

MOST_OBJECTS = 64
"""How many stored files of unchanged DAGs one run looks at; `dagctl doctor` looks at all."""


def agreed(context: Context, changes: Sequence[Change]) -> list[Change]:
    """Return the plan, with what only looks unchanged as an update, or as to be recorded."""
    backend = context.backend
    same = [change for change in changes if not change.is_effective]
    if not same:
        return list(changes)
    uncommitted = backend.repo.differing({change.path: change.content for change in same})
    looked_at = same if backend.cache else same[:MOST_OBJECTS]
    objects = read_objects(backend.store, [change.storage_path for change in looked_at])
    lacking = {
        change.path
        for change in looked_at
        if change.content is None or objects[change.storage_path] != change.content
    }
    agreed = [
        _repaired(context, change, uncommitted, lacking) if not change.is_effective else change
        for change in changes
    ]
    if not backend.cache:
        return agreed
    behind = [
        change
        for change in agreed
        if not change.is_effective and (change.path in lacking or not _is_recorded(change))
    ]
    adopted = {change.path: change for change in adopting(context, behind)}
    return [adopted.get(change.path, change) for change in agreed]


def _repaired(context: Context, change: Change, uncommitted: set[str], lacking: set[str]) -> Change:
    """Return an update in place of a change that only looks like none."""
    is_cache = context.backend.cache is not None
    if change.path not in uncommitted and (is_cache or change.path not in lacking):
        return change
    update = replace(change, action=Action.UPDATE if change.record else Action.CREATE)
    if is_cache or change.record is None or change.spec is None:
        return update  # the file as it is: only its commit is missing
    version = change.record.version + 1
    known = replace(provenance_of(change), version=version)
    warning = f"{change.path} was not committed or stored as it is recorded: this is repaired"
    return replace(
        update,
        version=version,
        content=rendered(change.spec, change.airflow, known),
        warnings=(*change.warnings, warning),
    )


def adopting(context: Context, changes: Sequence[Change]) -> list[Change]:
    """Return the changes with the records that their files certify, for the embedded registry.

    It takes them from the files: nothing of the user's is changed by it.
    """
    if not changes:
        return []
    repo, files = context.backend.repo, {change.path: change.content for change in changes}
    made: dict[str, LoggedCommit] = {}
    for commit in repo.log(files):
        for path in commit.changes:
            made.setdefault(path, commit)
    others = [path for path in files if path not in made]
    commits = repo.last_commits(others) if others else {}
    changed = repo.differing({path: files[path] for path in made})
    return [
        _by_commit(_adopted(context, change, made[change.path].id), made[change.path])
        if change.path in made and change.path not in changed
        else _adopted(context, change, commits.get(change.path, ""))
        for change in changes
    ]


def _by_commit(change: Change, commit: LoggedCommit) -> Change:
    """Return the change; who made its version, when and how, its commit says.

    A first commit of a history does not: it may only have brought it, as in a shallow clone.
    """
    from dagctl.operation.dags.commit_subject import done_in

    version = change.record
    if not isinstance(version, DagVersion) or (commit.is_first and version.version > 1):
        return change
    action, renamed = done_in(commit.subject, version.dag_id, version.action)
    made = replace(version, updated_at=commit.at, updated_by_name=commit.by)
    return replace(change, record=replace(made, action=action, renamed=renamed))


def _adopted(context: Context, change: Change, commit_id: str) -> Change:
    """Return the change with the record that its file certifies."""
    project_id, record, known = context.settings.project_id, change.record, provenance_of(change)
    version = change.version or 1
    granted = Reservation(
        row_id=record.id if record else str(uuid5(UUID(project_id), change.dag_id)),
        dag_id=change.dag_id,
        version=version,
        user_id=record.user_id if record else "",
        created_at=known.created_at or EARLIEST,
        created_by_name=known.created_by,
    )
    recorded = record_of(replace(change, reservation=granted), project_id, commit_id)
    if not change.spec_digest:  # what was read from the code may not be the whole spec
        recorded = replace(recorded, spec={})
    return replace(change, record=recorded, adopts=True)


def _is_recorded(change: Change) -> bool:
    record = change.record
    return record is not None and (
        not record.is_removed
        and record.content_digest == digest_of(change.content or b"")
        and record.spec_digest == change.spec_digest
        and record.file_path == change.path
        and record.source_path == change.source
    )


def adopt(backend: Backend, changes: Sequence[Change]) -> None:
    """Let the embedded registry and store take over what the DAG files certify.

    The objects first: a run that is killed in between leaves nothing that is wrong.
    """
    adopted = [change for change in changes if change.adopts]
    if backend.cache is None or not adopted:
        return
    for change in adopted:
        backend.store.put(change.storage_path, change.content or b"", operation_id=str(uuid4()))
    backend.cache.adopt(change.record for change in adopted if change.record)
