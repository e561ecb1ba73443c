"""The plan of a removal: which DAGs go, and whether their files may.

A tombstone and all versions stay in the registry; the file goes in a commit, the object once the
removal is confirmed.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.errors import ConflictError, DagctlError, NotFoundError
from dagctl.next_step import DOCTOR, FORCE, Fix
from dagctl.operation.change import Action, Change, digest_of
from dagctl.operation.comparison.merge import header_of
from dagctl.operation.conflicts.basis import (
    check_expected,
    check_version,
    names_version,
    next_step,
    stale,
)
from dagctl.operation.conflicts.drift import changed_by_hand, not_ours
from dagctl.operation.dags.inventory import path_of
from dagctl.operation.dags.not_recorded import gone, not_recorded
from dagctl.operation.dags.other_folder import checked_folder
from dagctl.paths import id_or_empty, is_path, storage_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dagctl.operation.backend import Context
    from dagctl.operation.options import Options
    from dagctl.ports import DagRecord


def plan_removal(
    context: Context,
    dag_ids: Iterable[str],
    options: Options,
    command: str,
    *,
    purges: bool = False,
) -> list[Change]:
    """Return what is to be done to remove these DAGs; an id that is named twice counts once.

    Args:
        context: The ports and the settings.
        dag_ids: The DAGs.
        options: How; with `force` files go that a person has changed or dagctl did not write.
        command: The digest of what is asked: by it a repeat of a removal is known for one.
        purges: Whether they are forgotten afterwards: then those that are removed already are
            passed over.

    Raises:
        NotFoundError: One of them is not recorded.
        ConflictError: A file or a newer version is in the way.
    """
    settings, asked = context.settings, list(dict.fromkeys(dag_ids))
    records = recorded(context, [dag_id for dag_id in asked if id_or_empty(dag_id)])
    unknown = [dag_id for dag_id in asked if dag_id not in records]
    if impossible := [
        dag_id
        for dag_id in unknown
        if not id_or_empty(dag_id) or not is_path(path_of(settings, dag_id))
    ]:
        raise not_recorded(context.backend.registry, impossible)
    changes = [_change(context, dag_id, records.get(dag_id), command) for dag_id in asked]
    if purges:  # then `create` is not refused either
        changes = [change for change in changes if not _is_gone(context, change)]
    _check_known(context, changes)
    changes = [checked_folder(context.backend.files, change, options) for change in changes]
    if not options.force:
        for change in changes:
            _check_file(context, change, options)
        _check_absent(context, changes, options)
    return changes if purges else _with_warnings(context, changes)


def recorded(context: Context, dag_ids: Sequence[str]) -> dict[str, DagRecord]:
    """Return the records and the tombstones of DAGs, by id."""
    records = context.backend.registry.find(dag_ids=dag_ids, removed=True)
    return {record.dag_id: record for record in records}


def _change(context: Context, dag_id: str, record: DagRecord | None, command: str) -> Change:
    settings = context.settings
    path = path_of(settings, dag_id)
    standing = context.backend.files.read(path)
    header, is_merge = header_of(standing) if standing is not None else (None, False)
    by_file = header.source if header is not None else None
    source = record.source_path if record else by_file
    change = Change(
        source=source,
        spec_digest=command,
        base_name=record.base_name if record else dag_id,
        is_known=True,
        action=Action.DELETE,
        is_removal=True,
        dag_id=dag_id,
        airflow=settings.airflow,
        record=record,
        header=header,
        is_merge=is_merge,
        version=record.version + 1 if record else None,
        path=path,
        old_file=standing,
        spec_data=dict(record.spec) if record else {},
        inputs=record.inputs if record else (),
        storage_path=storage_key(settings.project_id, path),
    )
    return _by_file(context, change)


def _by_file(context: Context, change: Change) -> Change:
    """Return the change with the version after the one that the file certifies, if that counts."""
    header = change.certified
    if context.backend.cache is None or header is None:
        return change
    version = max(header.version or 1, change.record.version if change.record else 0) + 1
    return replace(change, version=version)


def _with_warnings(context: Context, changes: Sequence[Change]) -> list[Change]:
    """Return the changes, those with a warning whose spec file is still there.

    `create` would be refused over it.
    """
    standing = {change.source for change in changes if _has_source(context, change)} - {None}
    if not standing:
        return list(changes)
    tracked = context.backend.repo.tracked(sorted(filter(None, standing)))
    return [
        change.warned(_warning(source, is_tracked=source in tracked))
        if (source := change.source) is not None and source in standing
        else change
        for change in changes
    ]


def _has_source(context: Context, change: Change) -> bool:
    """Return whether the spec file of a DAG is there, in the workspace."""
    try:
        return change.source is not None and context.backend.files.read(change.source) is not None
    except DagctlError:  # outside of the workspace
        return False


def _warning(source: str, *, is_tracked: bool) -> str:
    way = f"{'git rm' if is_tracked else 'rm'} {shlex.quote(source)}"
    return f"{source} is still there, and `create` refuses it: {way}"


def _check_known(context: Context, changes: Sequence[Change]) -> None:
    """Check that each change is about a DAG that is there.

    Raises:
        NotFoundError: One is not; all of them are named.
    """
    removed = [each.record for each in changes if each.record and _is_gone(context, each)]
    absent = [change for change in changes if change.record is None and not change.certified]
    if absent:
        raise not_recorded(context.backend.registry, [change.dag_id for change in absent])
    if removed:
        message, step = gone(removed[0])
        if len(removed) > 1:
            message = "removed already: " + ", ".join(f"`{record.dag_id}`" for record in removed)
        raise NotFoundError(message, hint=step)


def _is_gone(context: Context, change: Change) -> bool:
    """Return whether a DAG is removed; in an embedded workspace a file of it is a DAG again."""
    is_back = context.backend.cache is not None and change.certified is not None
    return change.record is not None and change.record.is_removed and not is_back


def _check_file(context: Context, change: Change, options: Options) -> None:
    """Check that nothing is lost with the file, and that the newest version is known here."""
    record, content, header = change.record, change.old_file, change.header
    if record is not None and record.damage:
        anyway = Fix(DOCTOR, "; ", FORCE, " removes the DAG all the same")
        raise ConflictError(record.damage, hint=anyway)
    check_expected(context.backend.registry, change, options)
    if content is None or (record is not None and digest_of(content) == record.content_digest):
        return
    if header is None:
        raise not_ours(change.path)
    if not header.is_whole:
        raise changed_by_hand(change.path, None, content)
    if record and context.backend.cache is None and not names_version(options):
        check_version(context.backend, change, header, record)


def _check_absent(context: Context, changes: Sequence[Change], options: Options) -> None:
    """Check that DAGs without a file here are known to this clone: else their files stay.

    Raises:
        ConflictError: This clone does not have the commit of one of them.
    """
    absent = {change.path: change.record for change in changes if change.old_file is None}
    if not absent or context.backend.cache is not None or names_version(options):
        return
    repo = context.backend.repo
    deleted = repo.differing(dict.fromkeys(absent))  # here, by the user: the commit has the file
    missed = {path: record for path, record in absent.items() if record and path not in deleted}
    unknown = repo.outside({record.commit_id for record in missed.values()})
    for path, record in missed.items():
        if record.commit_id in unknown:
            raise stale(
                context.backend.registry,
                record,
                what=f"{path} is not here",
                hint=next_step(repo.place_of(record.commit_id), path, record),
            )
