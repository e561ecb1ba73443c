"""Say what `create` would do, and change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagctl.codegen.render import Provenance, render
from dagctl.operation.changes import changes
from dagctl.operation.drift import diff_of
from dagctl.operation.plan import make_plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagctl.operation.backend import Context
    from dagctl.operation.changes import Change
    from dagctl.operation.plan import Action, Options, Planned
    from dagctl.operation.request import Request
    from dagctl.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDag:
    """What would become of one spec."""

    dag_id: str
    """For a new DAG the id that is free now."""
    file_path: str
    version: int
    action: Action
    changes: tuple[Change, ...]
    """What an update changes in the spec; empty if only what dagctl makes of it has changed."""
    diff: str
    """The unified diff of the DAG file; empty if it stays as it is."""
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanResult:
    """What `create` would do, one entry for each spec."""

    dags: tuple[PlannedDag, ...]

    @property
    def pending(self) -> bool:
        """Whether anything would be created or updated."""
        return any(dag.action != "unchanged" for dag in self.dags)


def plan(context: Context, requests: Iterable[Request], options: Options) -> PlanResult:
    """Return what `create` would do with these specs.

    Raises:
        ConflictError: `create` would be refused.
    """
    planned = make_plan(context, requests, options)
    changed = [one.path for one in planned if one.action != "unchanged"]
    if changed:
        context.backend.repo.preflight(changed)
    return PlanResult(dags=tuple(_planned_dag(one, context.settings) for one in planned))


def _planned_dag(planned: Planned, settings: Settings) -> PlannedDag:
    record = planned.record
    version = record.version if record else 0
    return PlannedDag(
        dag_id=planned.dag_id,
        file_path=planned.path,
        version=version if planned.action == "unchanged" else version + 1,
        action=planned.action,
        changes=_changes(planned, settings),
        diff=_diff(planned, settings),
        source=planned.choice.request.source,
    )


def _changes(planned: Planned, settings: Settings) -> tuple[Change, ...]:
    record, spec = planned.record, planned.choice.request.spec
    if record is None or not record.spec:  # a row that no dagctl wrote has no spec
        return ()
    return changes(
        {"airflow": record.airflow, **record.spec}, {"airflow": settings.airflow, **spec.to_data()}
    )


def _diff(planned: Planned, settings: Settings) -> str:
    content = planned.content
    if content is None:  # the author and the time are known when it is created
        spec, provenance = planned.choice.request.spec, Provenance(dag_id=planned.dag_id)
        content = render(spec, airflow=settings.airflow, provenance=provenance).encode("utf-8")
    return diff_of(planned.path, planned.standing, content, names=("now", "planned"))
