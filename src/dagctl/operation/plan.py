"""What an operation would do: for each spec create, update or leave, and with which bytes.

Reads the registry (a constant number of times), the work tree and the store; changes nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.codegen.header import Provenance
from dagctl.codegen.names import file_name
from dagctl.codegen.render import render
from dagctl.errors import ConflictError, DagctlError
from dagctl.operation.change import Action, check_projects, digest_of, distinct
from dagctl.operation.choice import choose
from dagctl.operation.drift import changed_by_hand, drift_of, not_ours
from dagctl.operation.names import expected_names
from dagctl.paths import storage_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.change import Change
    from dagctl.operation.options import Options
    from dagctl.ports import DagRecord, Registry, Store
    from dagctl.settings import Settings
    from dagctl.spec.model import DagSpec


def make_plan(context: Context, changes: Iterable[Change], options: Options) -> list[Change]:
    """Return what is to be done about each change, in order; a file that is named twice once.

    Raises:
        ConflictError: A DAG or a file is in the way, and the options do not allow to pass.
        NotAMemberError: A file is in the way whose record the user may not see.
        UsageError: A spec names another project.
        SpecError: A spec cannot be rendered.
    """
    asked = distinct(changes)
    check_projects(asked, context.settings.project_id)
    records = context.backend.registry.find(
        source_paths={change.source for change in asked if change.source is not None},
        dag_ids={change.base_name for change in asked},
    )
    chosen = choose(asked, records, options.if_exists)
    if options.if_exists is None:
        _warn_of_renamed(context, chosen, records)
    named = _with_names(context.backend.registry, chosen, records)
    return [_planned(context, change, options) for change in named]


def _warn_of_renamed(
    context: Context, changes: Sequence[Change], records: Sequence[DagRecord]
) -> None:
    """Warn of new DAGs whose spec may be that of a recorded one, in a file that was renamed."""
    by_id = {record.dag_id: record for record in records}
    for change in changes:
        record = by_id.get(change.base_name) if change.record is None else None
        if record is None or record.source_path is None or change.source is None:
            continue
        with suppress(DagctlError):  # a path that leads out of the workspace is not looked at
            if context.backend.files.read(record.source_path) is None:
                context.listener.warn(
                    f"`{record.dag_id}` was made from {record.source_path}, which is gone; if "
                    f"{change.source} is that file renamed, --if-exists update keeps the DAG"
                )


def rendered(spec: DagSpec, dag_id: str, airflow: str, author: str, created_at: datetime) -> bytes:
    """Return the DAG file of `spec` under its final id."""
    provenance = Provenance(created_by=author, created_at=created_at, dag_id=dag_id)
    return render(spec, airflow=airflow, provenance=provenance).encode("utf-8")


def path_of(settings: Settings, dag_id: str) -> str:
    """Return where the DAG file of a new DAG stands in the workspace."""
    return f"{settings.dags_folder}/{file_name(dag_id)}"


def standing_at(backend: Backend, path: str, options: Options) -> bytes | None:
    """Return what stands where a new DAG file shall be written.

    Raises:
        ConflictError: Something does, and may not be overwritten.
    """
    standing = backend.files.read(path)
    if standing is not None and not options.force:
        raise not_ours(path)
    return standing


def _with_names(
    registry: Registry, changes: Sequence[Change], records: Sequence[DagRecord]
) -> list[Change]:
    """Return the changes with the ids that the registry would grant now."""
    names = expected_names(
        [change.claim for change in changes],
        {record.dag_id for record in records},
        lambda names: {record.dag_id for record in registry.find(dag_ids=names)},
    )
    pairs = zip(changes, names, strict=True)
    return [replace(change, dag_id=name) for change, name in pairs]


def _planned(context: Context, change: Change, options: Options) -> Change:
    planned = replace(change, airflow=context.settings.airflow)
    if change.record is not None:
        return _planned_update(context, planned, change.record, options)
    backend, path = context.backend, path_of(context.settings, change.dag_id)
    try:
        standing = standing_at(backend, path, options)
    except ConflictError:
        backend.registry.get(change.dag_id)  # refuses a non-member, who sees no record of any file
        raise
    return replace(planned, action=Action.CREATE, path=path, old_file=standing)


def _planned_update(
    context: Context, change: Change, record: DagRecord, options: Options
) -> Change:
    backend = context.backend
    if change.spec is None:
        raise ValueError(f"no spec to render for {change.dag_id}")  # a bug in dagctl
    _check_place(context.settings, record)
    content = rendered(
        change.spec, record.dag_id, change.airflow, record.user_id, record.created_at
    )
    standing = backend.files.read(record.file_path)
    is_same = digest_of(content) == record.content_digest
    is_untouched = _is_untouched(record, standing, content)
    if not is_untouched and not options.force:
        raise _refusal(backend, record, content if is_same else None, standing)
    is_stored = not options.force or _is_stored(backend.store, record)
    is_settled = is_same and is_untouched and is_stored and not _is_renamed(change)
    return replace(
        change,
        action=Action.UNCHANGED if is_settled else Action.UPDATE,
        base_name=record.base_name,
        path=record.file_path,
        old_file=standing,
        content=content,
    )


def _check_place(settings: Settings, record: DagRecord) -> None:
    """Check that the record names the DAG's own file and object: rows are others' words.

    Raises:
        ConflictError: It names another file or object.
    """
    path = path_of(settings, record.dag_id)
    if record.file_path != path:
        raise ConflictError(
            f"`{record.dag_id}` is recorded in {record.file_path!a}; in this workspace its file is "
            f"{path}",
            hint="if the DAGs folder was renamed, set dags_folder in dagctl.toml back",
        )
    key = storage_key(record.project_id, path)
    if record.storage_path != key:
        raise ConflictError(
            f"`{record.dag_id}` is recorded with the object {record.storage_path!a}, not {key}",
            hint=f"see who wrote that row: dagctl show {record.dag_id}",
        )


def _refusal(
    backend: Backend, record: DagRecord, known: bytes | None, standing: bytes | None
) -> ConflictError:
    """Return why a recorded file may not be written; `known` is what it held, if that is known."""
    if not record.content_digest and standing is not None:
        return not_ours(record.file_path)
    if known is None and standing is not None:  # a deleted file is refused without a diff
        known = backend.store.get(record.storage_path)
    return changed_by_hand(record.file_path, known, standing)


def _is_untouched(record: DagRecord, standing: bytes | None, content: bytes) -> bool:
    """Return whether nothing is lost by writing; where no dagctl has written, an empty place."""
    if standing is None:
        return not record.content_digest
    return standing == content or digest_of(standing) == record.content_digest


def _is_renamed(change: Change) -> bool:
    """Return whether the DAG is to be another spec file's from now on."""
    record = change.record
    return record is not None and change.source not in {None, record.source_path}


def _is_stored(store: Store, record: DagRecord) -> bool:
    return drift_of(store.get(record.storage_path), record.content_digest) == "none"
