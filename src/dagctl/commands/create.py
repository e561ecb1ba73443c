"""Create or update DAGs from specs, as one operation."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from dagctl.errors import DagctlError
from dagctl.publish.operation import begin, wishes_of
from dagctl.publish.plan import make_plan
from dagctl.publish.recovery import clear, kept, recorded_commit, recover_all
from dagctl.publish.request import distinct
from dagctl.publish.run import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from dagctl.ports import DagRecord
    from dagctl.publish.backend import Backend, Context
    from dagctl.publish.entry import Entry, Item, Wish
    from dagctl.publish.plan import Options
    from dagctl.publish.recovery import Recovered
    from dagctl.publish.request import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedDag:
    """What became of one spec."""

    dag_id: str
    file_path: str
    commit_id: str
    created_at: datetime
    version: int
    changed: bool
    state: Literal["created", "updated", "unchanged"]
    source: str | None
    """The spec's path in the workspace, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateResult:
    """What a `create` did: one entry for each spec, in their order."""

    dags: tuple[CreatedDag, ...]
    operation_id: str | None
    """None if nothing had to be changed."""
    warnings: tuple[str, ...] = ()
    recovered: tuple[Recovered, ...] = ()
    """Operations of killed runs that were finished or undone first."""
    replayed: bool = False


def create(
    context: Context,
    requests: Iterable[Request],
    options: Options,
    tell: Callable[[CreateResult], None],
) -> CreateResult:
    """Publish the specs as one operation and return what was done.

    `tell` is called with the result before the journal forgets the operation: if it does not
    return, the same command gives the same result again.

    Raises:
        ConflictError: Something is in the way, or another dagctl holds the workspace.
        UnfinishedError: It could be neither finished nor undone.
    """
    backend, settings = context.backend, context.settings
    wanted = distinct(requests)
    with backend.journal.lock(wait=settings.lock_timeout):
        wishes = wishes_of(wanted, settings, options)
        found = recover_all(context, wishes)
        entry = found.repeated
        if entry is not None:
            with kept(entry):
                result = _repeated(backend, entry)
        else:
            result, entry = _publish(context, wanted, options, wishes)
        result = replace(result, recovered=found.recovered)
        with context.step("tell"):
            tell(result)
        if entry is not None:
            # all is done and told: an entry that cannot be removed now is the next run's to remove
            with suppress(DagctlError, OSError), context.step("clear"):
                clear(backend, entry)
    return result


def _publish(
    context: Context, wanted: Sequence[Request], options: Options, wishes: Sequence[Wish]
) -> tuple[CreateResult, Entry | None]:
    """Return what was done, and the journal's entry if anything was."""
    planned = make_plan(context, wanted, options)
    unchanged = [one.record for one in planned if one.action == "unchanged" and one.record]
    if len(unchanged) == len(planned):
        return CreateResult(dags=tuple(map(_unchanged, unchanged)), operation_id=None), None
    operation = run(begin(context, options, planned, wishes))
    result = _result(operation.entry, operation.commit_id, unchanged)
    return replace(result, warnings=operation.warnings), operation.entry


def _repeated(backend: Backend, entry: Entry) -> CreateResult:
    """Return what an operation did whose user was not told."""
    names = [wish.unchanged for wish in entry.wishes if wish.unchanged is not None]
    unchanged = backend.registry.find(dag_ids=names)
    return _result(entry, recorded_commit(backend, entry), unchanged)


def _result(entry: Entry, commit_id: str, records: Sequence[DagRecord]) -> CreateResult:
    """Return what a confirmed operation did, in the order of what was wished for."""
    items = {item.wish: item for item in entry.items}
    unchanged = {record.dag_id: _unchanged(record) for record in records}
    dags = tuple(
        _changed(items[index], commit_id) if index in items else unchanged[wish.unchanged or ""]
        for index, wish in enumerate(entry.wishes)
    )
    return CreateResult(dags=dags, operation_id=entry.operation_id)


def _changed(item: Item, commit_id: str) -> CreatedDag:
    granted = item.reservation
    return CreatedDag(
        dag_id=granted.dag_id,
        file_path=item.write.path,
        commit_id=commit_id,
        created_at=granted.created_at,
        version=granted.version,
        changed=True,
        state="created" if granted.version == 1 else "updated",
        source=item.source_path,
    )


def _unchanged(record: DagRecord) -> CreatedDag:
    return CreatedDag(
        dag_id=record.dag_id,
        file_path=record.file_path,
        commit_id=record.commit_id,
        created_at=record.created_at,
        version=record.version,
        changed=False,
        state="unchanged",
        source=record.source_path,
    )
