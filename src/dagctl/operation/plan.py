"""What an operation would do: for each spec create, update or leave, and with which bytes.

Reads the registry (a constant number of times), the work tree and the store; changes nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dagctl.codegen.names import file_name
from dagctl.codegen.render import Provenance, render
from dagctl.errors import ConflictError, DagctlError
from dagctl.operation.choice import choose
from dagctl.operation.drift import changed_by_hand, drift_of, not_ours
from dagctl.operation.entry import digest_of
from dagctl.operation.names import expected_names
from dagctl.operation.request import check_projects, distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from dagctl.codegen.values import Target
    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.choice import Choice
    from dagctl.operation.request import IfExists, Request
    from dagctl.ports import DagRecord, Registry, Store
    from dagctl.settings import Settings
    from dagctl.spec.model import DagSpec

Action = Literal["create", "update", "unchanged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a command wants its specs published."""

    if_exists: IfExists | None = None
    force: bool = False
    """Overwrite files that were changed by hand or are not ours, and objects that were changed."""
    verify: bool = True
    """Run the user's git hooks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What will be done about one spec."""

    choice: Choice
    action: Action
    dag_id: str
    """The final id; for a new DAG the expected one."""
    path: str
    standing: bytes | None
    """What the file holds now, or None."""
    content: bytes | None
    """What it shall hold; None for a new DAG, whose author and time are not known yet."""

    @property
    def record(self) -> DagRecord | None:
        """The recorded DAG that the spec means, or None for a new one."""
        return self.choice.record


def make_plan(context: Context, requests: Iterable[Request], options: Options) -> list[Planned]:
    """Return what is to be done about each request, in order; a file that is named twice once.

    Raises:
        ConflictError: A DAG or a file is in the way, and the options do not allow to pass.
        NotAMemberError: A file is in the way whose record the user may not see.
        UsageError: A spec names another project.
        SpecError: A spec cannot be rendered.
    """
    wanted = distinct(requests)
    check_projects(wanted, context.settings.project_id)
    records = context.backend.registry.find(
        source_paths={one.source for one in wanted if one.source is not None},
        dag_ids={one.spec.dag_id for one in wanted},
    )
    choices = choose(wanted, records, options.if_exists)
    if options.if_exists is None:
        _tell_renamed(context, choices, records)
    names = _expected(context.backend.registry, choices, records)
    pairs = zip(choices, names, strict=True)
    return [_planned(context, choice, name, options) for choice, name in pairs]


def _tell_renamed(
    context: Context, choices: Sequence[Choice], records: Sequence[DagRecord]
) -> None:
    """Warn of new DAGs whose spec may be that of a recorded one, in a file that was renamed."""
    by_id = {record.dag_id: record for record in records}
    for choice in choices:
        request = choice.request
        record = by_id.get(request.spec.dag_id) if choice.record is None else None
        if record is None or record.source_path is None or request.source is None:
            continue
        with suppress(DagctlError):  # a path that leads out of the workspace is not looked at
            if context.backend.files.read(record.source_path) is None:
                context.listener.warn(
                    f"`{record.dag_id}` was made from {record.source_path}, which is gone; if "
                    f"{request.source} is that file renamed, --if-exists update keeps the DAG"
                )


def rendered(
    spec: DagSpec, dag_id: str, airflow: Target, author: str, created_at: datetime
) -> bytes:
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


def _expected(
    registry: Registry, choices: Sequence[Choice], records: Sequence[DagRecord]
) -> list[str]:
    return expected_names(
        [choice.claim for choice in choices],
        {record.dag_id for record in records},
        lambda names: {record.dag_id for record in registry.find(dag_ids=names)},
    )


def _planned(context: Context, choice: Choice, dag_id: str, options: Options) -> Planned:
    if choice.record is not None:
        return _planned_update(context, choice, choice.record, options)
    backend, path = context.backend, path_of(context.settings, dag_id)
    try:
        standing = standing_at(backend, path, options)
    except ConflictError:
        backend.registry.get(dag_id)  # refuses a non-member, who sees no record of any file
        raise
    return Planned(
        choice=choice, action="create", dag_id=dag_id, path=path, standing=standing, content=None
    )


def _planned_update(
    context: Context, choice: Choice, record: DagRecord, options: Options
) -> Planned:
    backend, airflow = context.backend, context.settings.airflow
    spec = choice.request.spec
    content = rendered(spec, record.dag_id, airflow, record.user_id, record.created_at)
    standing = backend.files.read(record.file_path)
    is_same = digest_of(content) == record.content_digest
    is_untouched = _is_untouched(record, standing, content)
    if not is_untouched and not options.force:
        raise _refusal(backend, record, content if is_same else None, standing)
    is_stored = not options.force or _is_stored(backend.store, record)
    is_settled = is_same and is_untouched and is_stored and not _is_renamed(choice)
    return Planned(
        choice=choice,
        action="unchanged" if is_settled else "update",
        dag_id=record.dag_id,
        path=record.file_path,
        standing=standing,
        content=content,
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


def _is_renamed(choice: Choice) -> bool:
    """Return whether the DAG is to be another spec file's from now on."""
    record, source = choice.record, choice.request.source
    return record is not None and source not in {None, record.source_path}


def _is_stored(store: Store, record: DagRecord) -> bool:
    return drift_of(store.get(record.storage_path), record.content_digest) == "none"
