"""Create or update DAGs from specs, as one operation."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from dagctl.errors import DagctlError, UnfinishedError
from dagctl.operation.plan import make_plan
from dagctl.operation.recovery import clear, kept, recorded_commit, recover_all
from dagctl.operation.repeat import asked_before, checked_key, commit_of, done_meanwhile
from dagctl.operation.request import distinct
from dagctl.operation.run import run
from dagctl.operation.steps import begin, claims_of, wishes_of
from dagctl.ports import OperationStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.entry import Entry, Item, Wish
    from dagctl.operation.plan import Options, Planned
    from dagctl.operation.recovery import Recovered
    from dagctl.operation.request import Request
    from dagctl.ports import DagRecord, KeyedOperation, Reservation


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
    """Whether this is what an earlier call with the same key did, and this one did nothing."""


def nobody(_: object) -> None:
    """Take what is told; nobody has to see it."""


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told, and when."""

    recovered: Callable[[Sequence[Recovered]], None] = nobody
    """Hears what became of operations that had stopped, before anything else is done."""
    result: Callable[[CreateResult], None] = nobody
    """Is called before the journal forgets the operation: if it does not return, the same command
    gives the same result again."""


def create(
    context: Context,
    requests: Iterable[Request],
    options: Options,
    tell: Telling,
    *,
    key: str | None = None,
) -> CreateResult:
    """Publish the specs as one operation and return what was done.

    With a `key` the same command gives the same result for 30 days.

    Raises:
        KeyReusedError: The key stands for other specs.
        ConflictError: Something is in the way, or another dagctl holds the workspace.
        UnfinishedError: It could be neither finished nor undone.
    """
    backend, settings = context.backend, context.settings
    wanted = distinct(requests)
    if key is not None:
        checked_key(key)
    with backend.journal.lock(wait=settings.lock_timeout):
        wishes = wishes_of(wanted, settings, options)
        found = recover_all(context, wishes if key is None else None)
        tell.recovered(found.recovered)
        result, entry = _result_of(context, wanted, options, Ask(wishes, key), found.repeated)
        result = replace(result, recovered=found.recovered)
        with context.step("tell"), _done(entry):
            tell.result(result)
        if entry is not None:
            # all is done and told: an entry that cannot be removed now is the next run's to remove
            with suppress(DagctlError, OSError), context.step("clear"):
                clear(backend, entry)
    return result


@contextmanager
def _done(entry: Entry | None) -> Iterator[None]:
    """Say of a failure to tell that everything was done, if anything was to do.

    Raises:
        UnfinishedError: The user was not told.
    """
    try:
        yield
    except (DagctlError, OSError) as error:
        if entry is None or isinstance(error, BrokenPipeError):
            raise
        raise UnfinishedError(
            f"all is done, but could not be told: {error}",
            state=f"{', '.join(entry.dag_ids)}: created or updated; the journal is kept",
            hint="run the same command again: it tells the same result",
        ) from error


@dataclass(frozen=True, slots=True)
class Ask:
    """What a command asks for, and the key that tells it from others that ask the same."""

    wishes: Sequence[Wish]
    key: str | None


def _result_of(
    context: Context,
    wanted: Sequence[Request],
    options: Options,
    ask: Ask,
    finished: Entry | None,
) -> tuple[CreateResult, Entry | None]:
    """Return what was done, now or before, and the journal's entry if there is one."""
    backend = context.backend
    if finished is not None:
        with kept(finished):
            return _repeated(backend, finished), finished
    before = None if ask.key is None else asked_before(backend, ask.key, ask.wishes)
    if before is not None and before.status is OperationStatus.CONFIRMED:
        return _replayed(backend, before, ask.wishes), None
    return _publish(context, wanted, options, ask, before)


def _publish(
    context: Context,
    wanted: Sequence[Request],
    options: Options,
    ask: Ask,
    under_way: KeyedOperation | None,
) -> tuple[CreateResult, Entry | None]:
    """Return what was done, and the journal's entry if anything was.

    What is `under_way` elsewhere with the same key is ended as late as may be: where this comes to
    nothing, its objects would have nobody to put them back.
    """
    planned = make_plan(context, wanted, options)
    unchanged = [one.record for one in planned if one.action == "unchanged" and one.record]
    is_needed = len(unchanged) < len(planned)
    begun = begin(context, options, planned, ask.wishes, ask.key) if is_needed else None
    if ask.key is not None and under_way is not None:
        done = done_meanwhile(context.backend, ask.key, under_way)
        if done is not None:
            return _replayed(context.backend, done, ask.wishes), None
    if begun is None:
        if ask.key is not None:
            _remember_unchanged(context.backend, planned, ask.wishes, ask.key)
        return CreateResult(dags=tuple(map(_unchanged, unchanged)), operation_id=None), None
    operation = run(begun)
    result = _result(operation.entry, operation.commit_id, unchanged)
    return replace(result, warnings=operation.warnings), operation.entry


def _remember_unchanged(
    backend: Backend, planned: Sequence[Planned], wishes: Sequence[Wish], key: str
) -> None:
    """Let a key stand for what needed no change; nothing is held, so nothing has to be undone."""
    operation_id = str(uuid4())
    backend.registry.reserve(operation_id, claims_of(planned, wishes), key=key)
    backend.registry.confirm(operation_id, [])


def _replayed(backend: Backend, before: KeyedOperation, wishes: Sequence[Wish]) -> CreateResult:
    """Return what the first call with the key was answered, whatever the DAGs are by now."""
    is_changed = not all(one.is_unchanged for one in before.reservations)
    commit_id = commit_of(backend.repo, before.operation_id) if is_changed else None
    pairs = zip(before.reservations, wishes, strict=True)
    return CreateResult(
        dags=tuple(_as_answered(granted, commit_id, wish.source) for granted, wish in pairs),
        operation_id=before.operation_id if is_changed else None,
        replayed=True,
    )


def _as_answered(granted: Reservation, commit_id: str | None, source: str | None) -> CreatedDag:
    changed = not granted.is_unchanged
    commit = commit_id if changed and commit_id else granted.commit_id
    return CreatedDag(
        dag_id=granted.dag_id,
        file_path=granted.file_path or "",
        commit_id=commit or "",
        created_at=granted.created_at,
        version=granted.version,
        changed=changed,
        state=_state(granted.version) if changed else "unchanged",
        source=source,
    )


def _state(version: int) -> Literal["created", "updated"]:
    return "created" if version == 1 else "updated"


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
        state=_state(granted.version),
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
