"""Create or update DAGs from specs, as one operation."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from dagctl.commands.prune import with_pruned
from dagctl.errors import ConflictError, DagctlError, UnfinishedError
from dagctl.frozen import frozen
from dagctl.operation.agreement import adopt
from dagctl.operation.change import Action, distinct, warnings_of, with_reservations
from dagctl.operation.commits import in_current_clone, pushed_to
from dagctl.operation.entry import command_digest
from dagctl.operation.plan import make_plan
from dagctl.operation.recovery import clear, kept, recorded_commit, recover_all
from dagctl.operation.repeat import asked_before, checked_key, commit_of, done_meanwhile
from dagctl.operation.run import run
from dagctl.operation.steps import begin
from dagctl.ports import OperationStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.change import Change
    from dagctl.operation.entry import JournalEntry
    from dagctl.operation.options import Options
    from dagctl.operation.recovery import Recovered
    from dagctl.ports import KeyedOperation

_FILES = {"defaults", "file"}
"""What a spec is made of that is a file beside it."""


@frozen(kw_only=True)
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


@frozen(kw_only=True)
class PrunedDag:
    """A DAG that was removed, as its spec file is gone."""

    dag_id: str
    version: int
    """That of the removal."""
    file_path: str
    commit_id: str
    source: str | None
    """The path of the spec that is gone."""


@frozen(kw_only=True)
class CreateResult:
    """What a `create` did: one entry for each spec, in their order."""

    dags: tuple[CreatedDag, ...]
    operation_id: str | None
    """None if nothing had to be changed."""
    warnings: tuple[str, ...] = ()
    """What the user is to know, though nothing is wrong."""
    untracked: tuple[str, ...] = ()
    """The spec files of what was created or updated, and the files that they take in, that git does
    not have as they are: new ones, and changed ones. Who pulls the DAG files gets no such spec."""
    recovered: tuple[Recovered, ...] = ()
    """Operations of killed runs that were finished or undone first."""
    pushed: str | None = None
    """Where the commit was pushed to, as `origin/main`; None: it was not."""
    pruned: tuple[PrunedDag, ...] = ()
    """The DAGs that were removed, as their spec file is gone."""
    replayed: bool = False
    """Whether this is what an earlier call with the same key did, and this one did nothing."""


def ignore(_: object) -> None:
    """Take a result and do nothing with it."""


@frozen
class ResultHandlers:
    """What is called with results, and when."""

    on_recovered: Callable[[Sequence[Recovered]], None] = ignore
    """Gets what became of operations that had stopped, before anything else is done."""
    on_result: Callable[[CreateResult], None] = ignore
    """Is called before the journal forgets the operation: if it does not return, the same command
    gives the same result again."""


def create(  # noqa: PLR0913 - what it is about, and how
    context: Context,
    changes: Iterable[Change],
    options: Options,
    handlers: ResultHandlers,
    *,
    key: str | None = None,
    prune: Sequence[str] = (),
) -> CreateResult:
    """Publish the specs as one operation and return what was done.

    With a `key` the same command gives the same result for 30 days. With `prune`, folders relative
    to the workspace, DAGs go in the same operation whose spec file there is gone.

    Raises:
        KeyReusedError: The key stands for other specs.
        ConflictError: Something is in the way, or another dagctl holds the workspace.
        UnfinishedError: It could be neither finished nor undone.
    """
    asked = distinct(changes)
    if key is not None:
        checked_key(key)
    command = command_digest(asked, options.if_exists, context.settings.target, prune)
    request = Request(asked, options, command, key, tuple(prune))
    with context.lock():
        recovery = recover_all(context, command if key is None else None)
        handlers.on_recovered(recovery.recovered)
        result, entry = _result_of(context, request, recovery.repeated)
        result = replace(result, recovered=recovery.recovered)
        show(context, entry, lambda: handlers.on_result(result))
    return result


def show(
    context: Context,
    entry: JournalEntry | None,
    shown: Callable[[], None],
    what: str = "created or updated",
) -> None:
    """Show a result by a call, then let the journal forget the operation: its `entry`, if any.

    Raises:
        UnfinishedError: The result could not be shown; the journal is kept.
    """
    try:
        with context.step("show"):
            shown()
    except (DagctlError, OSError) as error:
        if entry is None or isinstance(error, BrokenPipeError):
            raise
        raise UnfinishedError(
            f"all is done, but the result could not be shown: {error}",
            state=f"{', '.join(entry.dag_ids)}: {what}; the journal is kept",
            hint="run the same command again: it shows the same result",
        ) from error
    if entry is not None:
        # all is done and shown: an entry that cannot be removed now is the next run's to remove
        with suppress(DagctlError, OSError), context.step("clear"):
            clear(context.backend, entry)


@frozen
class Request:
    """What a command asks for."""

    changes: Sequence[Change]
    options: Options
    command: str
    """The digest of all that."""
    key: str | None
    """The idempotency key: it distinguishes this command from others that ask the same."""
    prune: tuple[str, ...] = ()
    """The folders whose DAGs go if their spec file is gone."""


def _result_of(
    context: Context, request: Request, finished: JournalEntry | None
) -> tuple[CreateResult, JournalEntry | None]:
    """Return what was done, now or before, and the journal's entry if there is one."""
    backend = context.backend
    if finished is not None:
        with kept(finished):
            return _repeated(backend, finished), finished
    key, changes = request.key, request.changes
    before = None if key is None else asked_before(backend, key, changes, request.options)
    if before is not None and before.status is OperationStatus.CONFIRMED:
        return _replayed(backend, before, changes), None
    return in_current_clone(context, request.options, lambda: _publish(context, request, before))


def _publish(
    context: Context, request: Request, under_way: KeyedOperation | None
) -> tuple[CreateResult, JournalEntry | None]:
    """Return what was done, and the journal's entry if anything was.

    What is `under_way` elsewhere with the same key is ended as late as may be: where this comes to
    nothing, its objects would not be put back.
    """
    backend, key = context.backend, request.key
    changes = with_pruned(
        context,
        make_plan(context, request.changes, request.options),
        request.prune,
        request.options,
        request.command,
    )
    is_needed = any(change.is_effective for change in changes)
    _check_keyed(request, changes)
    adopt(backend, changes)
    begun = begin(context, request.options, changes, request.command, key) if is_needed else None
    if key is not None and under_way is not None:
        done = done_meanwhile(backend, key, under_way)
        if done is not None:
            return _replayed(backend, done, request.changes), None
    if begun is None:
        if key is not None:
            _remember_unchanged(backend, changes, key)
        dags = tuple(map(_unchanged, changes))
        return CreateResult(dags=dags, operation_id=None, warnings=warnings_of(changes)), None
    operation = run(begun)
    result = _result(operation.entry, operation.commit_id)
    warnings = (*result.warnings, *operation.warnings)
    untracked = _untracked(backend, operation.entry.uploads)
    return replace(result, warnings=warnings, untracked=untracked), operation.entry


def _untracked(backend: Backend, changes: Sequence[Change]) -> tuple[str, ...]:
    """Return the specs, and the files that they take in, that git does not have as they are."""
    specs = [change.source for change in changes if change.source is not None]
    others = [item.name for change in changes for item in change.inputs if item.kind in _FILES]
    inside = [path for path in dict.fromkeys([*specs, *others]) if not path.startswith("../")]
    with suppress(DagctlError, OSError):  # all is done: it is only a hint
        unstaged = backend.repo.unstaged(inside)
        return tuple(path for path in inside if path in unstaged)
    return ()


def _check_keyed(request: Request, changes: Sequence[Change]) -> None:
    """Check that each spec of a call with a key has a DAG of its own: a key stands for them all.

    Raises:
        ConflictError: Two of them mean the same.
    """
    if request.key is not None and len(changes) != len(request.changes):
        raise ConflictError(
            "two specs of this call mean the same DAG", hint="leave one of them out"
        )


def _remember_unchanged(backend: Backend, changes: Sequence[Change], key: str) -> None:
    """Let a key stand for what needed no change; nothing is held, so nothing has to be undone."""
    operation_id = str(uuid4())
    backend.registry.reserve(operation_id, [change.claim for change in changes], key=key)
    backend.registry.confirm(operation_id, [])


def _replayed(backend: Backend, before: KeyedOperation, changes: Sequence[Change]) -> CreateResult:
    """Return what the first call with the key was answered, whatever the DAGs are by now."""
    is_changed = not all(granted.is_unchanged for granted in before.reservations)
    commit_id = commit_of(backend.repo, before.operation_id) if is_changed else None
    answered = with_reservations(changes, before.reservations)
    return CreateResult(
        dags=tuple(_as_answered(change, commit_id) for change in answered),
        operation_id=before.operation_id if is_changed else None,
        untracked=_untracked(backend, [each for each in answered if not each.granted.is_unchanged]),
        replayed=True,
    )


def _as_answered(change: Change, commit_id: str | None) -> CreatedDag:
    granted = change.granted
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
        source=change.source,
    )


def _state(version: int) -> Literal["created", "updated"]:
    return "created" if version == 1 else "updated"


def _repeated(backend: Backend, entry: JournalEntry) -> CreateResult:
    """Return what an operation did whose result was not shown."""
    unchanged = [change.dag_id for change in entry.changes if not change.is_effective]
    recorded = backend.registry.find(dag_ids=unchanged, specs=False)
    records = {record.dag_id: record for record in recorded}
    changes = tuple(
        change if change.is_effective else replace(change, record=records[change.dag_id])
        for change in entry.changes
    )
    return _result(replace(entry, changes=changes), recorded_commit(backend, entry))


def _result(entry: JournalEntry, commit_id: str) -> CreateResult:
    """Return what a confirmed operation did, in the order of what was asked."""
    dags = tuple(
        _changed(change, commit_id) if change.is_effective else _unchanged(change)
        for change in entry.changes
        if not change.is_removal
    )
    return CreateResult(
        dags=dags,
        operation_id=entry.operation_id,
        warnings=warnings_of(entry.changes),
        pruned=tuple(_pruned(change, commit_id) for change in entry.removals),
        pushed=pushed_to(entry),
    )


def _pruned(change: Change, commit_id: str) -> PrunedDag:
    return PrunedDag(
        dag_id=change.dag_id,
        version=change.granted.version,
        file_path=change.path,
        commit_id=commit_id,
        source=change.source,
    )


def _changed(change: Change, commit_id: str) -> CreatedDag:
    granted = change.granted
    return CreatedDag(
        dag_id=granted.dag_id,
        file_path=change.path,
        commit_id=commit_id,
        created_at=granted.created_at,
        version=granted.version,
        changed=True,
        state="created" if change.action is Action.CREATE else "updated",
        source=change.source,
    )


def _unchanged(change: Change) -> CreatedDag:
    record = change.record
    if record is None:
        raise ValueError(f"{change.dag_id} has no record")  # a bug in dagctl
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
