"""Say what `create` would do, and change nothing."""

from __future__ import annotations

from dataclasses import field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dagctl.commands.operate import command_of
from dagctl.commands.prune import with_pruned
from dagctl.commands.recorded_state import in_parts
from dagctl.dag_file.header import Provenance
from dagctl.errors import RepositoryBusyError
from dagctl.frozen import frozen
from dagctl.operation.change import Action
from dagctl.operation.comparison.differences import differences
from dagctl.operation.conflicts.drift import diff_of
from dagctl.operation.execution.steps import new_paths, paths_of
from dagctl.operation.plans.plan import make_plan
from dagctl.operation.rendering import rendered
from dagctl.target import target_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dagctl.difference import Difference
    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.operation.options import Options

_NAMES = ("now", "planned")
"""What both sides of a diff are."""


@frozen(kw_only=True)
class PlannedDag:
    """What would become of one spec."""

    dag_id: str
    """For a new DAG the id that is free now."""
    file_path: str
    version: int
    action: Action
    changes: tuple[Difference, ...]
    """What an update changes in the spec; empty if only what dagctl makes of it has changed."""
    diff: str
    """The unified diff of the DAG file; empty if it stays as it is."""
    source: str | None
    spec_diff: str = ""
    """The unified diff of the spec file; empty if it stays as it is."""
    renamed: str | None = None
    """Of a rename: the other id."""
    origins: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    """For changes of what files with defaults say: `file:line`, by the path of the change."""

    @property
    def changed(self) -> bool:
        """Whether it would be created or updated."""
        return self.action is not Action.UNCHANGED


@frozen(kw_only=True)
class PlanResult:
    """What `create` would do, one entry for each spec."""

    dags: tuple[PlannedDag, ...]
    warnings: tuple[str, ...] = ()
    """What the user is to know, though nothing is wrong."""

    @property
    def pending(self) -> bool:
        """Whether anything would be created or updated."""
        return any(dag.changed for dag in self.dags)


def plan(
    context: Context, changes: Iterable[Change], options: Options, prune: Sequence[str] = ()
) -> PlanResult:
    """Return what `create` would do with these specs; `prune` as for `create`.

    Raises:
        ConflictError: `create` would be refused, and not only as git is busy just now.
    """
    planned = make_plan(context, changes, options)
    command = command_of(Action.DELETE, prune)
    return result_of(context, with_pruned(context, planned, prune, options, command), options)


def result_of(context: Context, planned: Sequence[Change], options: Options) -> PlanResult:
    """Return a plan as it is shown.

    Raises:
        ConflictError: The operation would be refused, and not only as git is busy just now.
    """
    paths = paths_of(planned)
    author = None
    if paths:
        try:
            context.backend.repo.preflight(paths, new=new_paths(planned, options))
        except RepositoryBusyError as error:  # nothing is written, so nothing is in the way
            context.listener.warn(f"this would be refused now: {error.message}")
        author = context.backend.author
    warnings = tuple(warning for change in planned for warning in change.warnings)
    dags = (_planned_dag(context, change, author) for change in _with_specs(context, planned))
    return PlanResult(dags=tuple(dags), warnings=warnings)


def _with_specs(context: Context, planned: Sequence[Change]) -> Iterator[Change]:
    """Yield the changes; an update has the spec that is recorded, which is read only here."""
    for some in in_parts(planned):
        dag_ids = [change.dag_id for change in some if _lacks_spec(change)]
        recorded = context.backend.registry.find(dag_ids=dag_ids, removed=True)
        records = {(record.id, record.version): record for record in recorded}
        for change in some:
            record = change.record
            known = record and records.get((record.id, record.version))
            yield replace(change, record=known) if known else change


def _lacks_spec(change: Change) -> bool:
    has_spec = change.spec is not None or change.spec_data is not None
    return change.is_effective and has_spec and bool(change.record and not change.record.spec)


def _planned_dag(context: Context, change: Change, author: str | None) -> PlannedDag:
    changes = _differences(change)
    return PlannedDag(
        dag_id=change.dag_id,
        file_path=change.path,
        version=change.version or 1,
        action=change.action,
        changes=changes,
        diff=_diff(change, author),
        source=change.source,
        spec_diff=_spec_diff(change),
        renamed=change.renamed if change.action is Action.RENAME else None,
        origins=_origins(context, change, changes),
    )


def _origins(
    context: Context, change: Change, changes: Sequence[Difference]
) -> Mapping[tuple[str, ...], str]:
    if context.loader is None or change.spec is None or change.source is None or not changes:
        return {}
    fields = [each.path for each in changes]
    return context.loader.origins(change.spec, change.source, fields)


def _differences(change: Change) -> tuple[Difference, ...]:
    record = change.record
    spec = change.data
    if record is None or spec is None or not record.spec:  # a row of no dagctl has no spec
        return ()
    return differences(
        {"airflow": record.airflow, **record.spec},
        {"airflow": target_of(change.airflow).series, **spec},
    )


def _spec_diff(change: Change) -> str:
    write = change.spec_write
    return diff_of(write.path, write.old, write.new, names=_NAMES) if write else ""


def _diff(change: Change, author: str | None) -> str:
    is_known = change.content is not None or change.spec is not None
    content = content_of(change, author) if is_known else None
    return diff_of(change.path, change.old_file, content, names=_NAMES)


def content_of(change: Change, author: str | None) -> bytes:
    """Return the DAG file that is planned; of a new DAG with this author, and the time of now."""
    if change.content is not None:
        return change.content
    if change.spec is None:
        raise ValueError(f"no spec to render for {change.dag_id}")  # a bug in dagctl
    known = Provenance(author, datetime.now(UTC), change.dag_id, change.source, version=1)
    return rendered(change.spec, change.airflow, known)
