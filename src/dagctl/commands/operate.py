"""Runs a planned change of recorded DAGs as one operation, such as a removal or a rollback.

`create` does the same for specs; what it has besides is how specs are asked for.
"""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from dagctl.commands.create import ignore, show
from dagctl.frozen import frozen
from dagctl.operation.change import Action, warnings_of
from dagctl.operation.commits import in_current_clone, pushed_to
from dagctl.operation.recovery import kept, recorded_commit, recover_all
from dagctl.operation.repeat import checked_key, done_meanwhile, reused
from dagctl.operation.reversal import has_spec_of
from dagctl.operation.run import run
from dagctl.operation.steps import begin
from dagctl.ports import OperationStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.operation.entry import JournalEntry
    from dagctl.operation.options import Options
    from dagctl.operation.recovery import Recovered
    from dagctl.operation.steps import History
    from dagctl.ports import KeyedOperation, Registry, Reservation


@frozen(kw_only=True)
class ChangedDag:
    """What became of one DAG."""

    dag_id: str
    action: Action
    version: int
    file_path: str
    commit_id: str
    source: str | None
    """The spec's path in the workspace, or None."""
    renamed: str | None = None
    """Of a rename: the other id."""
    spec_written: bool = False
    """Whether the spec file was written too."""
    is_removal: bool = False
    """Whether the DAG is gone, under this id."""

    @property
    def changed(self) -> bool:
        """Whether anything was changed."""
        return self.action is not Action.UNCHANGED

    @property
    def is_named(self) -> bool:
        """Whether it is spoken of: of a rename only the old id is, which names the new one."""
        return not self.renamed or self.is_removal


@frozen(kw_only=True)
class OperationResult:
    """What an operation did."""

    dags: tuple[ChangedDag, ...]
    operation_id: str | None
    """None if nothing had to be changed."""
    warnings: tuple[str, ...] = ()
    recovered: tuple[Recovered, ...] = ()
    """Operations of killed runs that were finished or undone first."""
    pushed: str | None = None
    """Where the commit was pushed to, as `origin/main`; None: it was not."""
    replayed: bool = False
    """Whether this is what an earlier call with the same key did, and this one did nothing."""


@frozen(kw_only=True)
class Intent:
    """What a command is about to do with recorded DAGs."""

    action: Action
    dag_ids: tuple[str, ...]
    command: str
    """The digest of what is asked: a run that repeats it shows what the killed one did."""
    plan: Callable[[], Sequence[Change]]
    options: Options
    key: str | None = None
    """The idempotency key of the call, if it has one."""
    to: int | None = None
    """Of a rollback: the version whose spec comes back; None: the newest one with another spec."""
    digests: tuple[str, ...] | None = None
    """Of an import: the digests of its specs, by which a repeat is known; the ids may differ."""
    history: History | None = None
    """Of an import: yields the older versions of its new DAGs."""


def command_of(action: Action, dag_ids: Iterable[str], *more: object) -> str:
    """Return the SHA-256, in hex, of what is asked. Equal digests: the same command."""
    text = json.dumps([action.value, list(dag_ids), *more])
    return sha256(text.encode("ascii")).hexdigest()


def operate(
    context: Context,
    intent: Intent,
    *,
    on_recovered: Callable[[Sequence[Recovered]], None] = ignore,
    on_result: Callable[[OperationResult], None] = ignore,
) -> OperationResult:
    """Carry the intent out as one operation and return what was done.

    Args:
        context: The ports and the settings.
        intent: What to do.
        on_recovered: Gets what became of operations that had stopped, before anything else is done.
        on_result: Shows the result; as long as it has not returned, a repeat gives it again.

    Raises:
        NotFoundError: A DAG is not there.
        ConflictError: Something is in the way, or another dagctl holds the workspace.
        UnfinishedError: It could be neither finished nor undone.
    """
    if intent.key is not None:
        checked_key(intent.key)
    with context.lock():
        recovery = recover_all(context, intent.command if intent.key is None else None)
        on_recovered(recovery.recovered)
        outcome, entry = _outcome_of(context, intent, recovery.repeated)
        outcome = replace(outcome, recovered=recovery.recovered)
        show(context, entry, lambda: on_result(outcome), "done")
    return outcome


def _outcome_of(
    context: Context, intent: Intent, finished: JournalEntry | None
) -> tuple[OperationResult, JournalEntry | None]:
    """Return what was done, now or before, and the journal's entry if there is one."""
    backend = context.backend
    if finished is not None:
        with kept(finished):
            return _done(finished, recorded_commit(backend, finished)), finished
    before = backend.registry.keyed(intent.key) if intent.key else None
    if before is not None and before.status is OperationStatus.CONFIRMED:
        return _replayed(backend.registry, before, intent), None
    return in_current_clone(context, intent.options, lambda: _carried_out(context, intent, before))


def _carried_out(
    context: Context, intent: Intent, before: KeyedOperation | None
) -> tuple[OperationResult, JournalEntry | None]:
    """Return what was done, and the journal's entry if anything was."""
    backend = context.backend
    changes = intent.plan()
    is_needed = any(change.is_effective for change in changes)
    begun = (
        begin(context, intent.options, changes, intent.command, intent.key, history=intent.history)
        if is_needed
        else None
    )
    if before is not None and intent.key is not None:
        meanwhile = done_meanwhile(backend, intent.key, before)
        if meanwhile is not None:
            return _replayed(backend.registry, meanwhile, intent), None
    if begun is None:
        dags = tuple(map(_unchanged, changes))
        return OperationResult(dags=dags, operation_id=None, warnings=warnings_of(changes)), None
    operation = run(begun)
    outcome = _done(operation.entry, operation.commit_id)
    warnings = (*outcome.warnings, *operation.warnings)
    return replace(outcome, warnings=warnings), operation.entry


def _replayed(registry: Registry, before: KeyedOperation, intent: Intent) -> OperationResult:
    """Return what the first call with the key did.

    Raises:
        KeyReusedError: The key stands for other DAGs, or for something else done with them.
    """
    if not _is_repeat(registry, before.reservations, intent):
        raise reused(intent.key or "", before.operation_id, "for something else")
    dags = tuple(_as_granted(granted, intent) for granted in before.reservations)
    return OperationResult(dags=dags, operation_id=before.operation_id, replayed=True)


def _is_repeat(registry: Registry, granted: Sequence[Reservation], intent: Intent) -> bool:
    if intent.digests is not None:
        return sorted(each.spec_digest for each in granted) == sorted(intent.digests)
    is_same = all(_is_of(registry, each, intent) for each in granted)
    return is_same and tuple(each.dag_id for each in granted) == intent.dag_ids


def _is_of(registry: Registry, granted: Reservation, intent: Intent) -> bool:
    """Return whether a version was made by that; of a forgotten one it is believed."""
    if intent.to is not None and not has_spec_of(registry, granted, intent.to):
        return False
    versions = registry.versions(granted.dag_id, before=granted.version + 1, limit=1)
    made = [each.action for each in versions if each.version == granted.version]
    return granted.is_unchanged or made in ([], [intent.action.value])


def _as_granted(granted: Reservation, intent: Intent) -> ChangedDag:
    others = [dag_id for dag_id in intent.dag_ids if dag_id != granted.dag_id]
    is_rename = intent.action is Action.RENAME
    is_first = granted.dag_id == intent.dag_ids[0]
    return ChangedDag(
        dag_id=granted.dag_id,
        action=Action.UNCHANGED if granted.is_unchanged else intent.action,
        version=granted.version,
        file_path=granted.file_path or "",
        commit_id=granted.commit_id or "",
        source=None,
        renamed=others[0] if is_rename and others else None,
        is_removal=intent.action is Action.DELETE or (is_rename and is_first),
    )


def _done(entry: JournalEntry, commit_id: str) -> OperationResult:
    """Return what a confirmed operation did, in the order of what was asked."""
    dags = tuple(
        _changed(change, commit_id) if change.is_effective else _unchanged(change)
        for change in entry.changes
        if change.is_effective or change.record is not None
    )
    warnings = warnings_of(entry.changes)
    return OperationResult(
        dags=dags, operation_id=entry.operation_id, warnings=warnings, pushed=pushed_to(entry)
    )


def _changed(change: Change, commit_id: str) -> ChangedDag:
    return ChangedDag(
        dag_id=change.dag_id,
        action=change.action,
        version=change.granted.version,
        file_path=change.path,
        commit_id=commit_id,
        source=change.source,
        renamed=change.renamed if change.action is Action.RENAME else None,
        spec_written=change.spec_write is not None,
        is_removal=change.is_removal,
    )


def _unchanged(change: Change) -> ChangedDag:
    record = change.record
    return ChangedDag(
        dag_id=change.dag_id,
        action=Action.UNCHANGED,
        version=record.version if record else 1,
        file_path=change.path,
        commit_id=record.commit_id if record else "",
        source=change.source,
    )


def forget(context: Context, dag_ids: Sequence[str]) -> int:
    """Forget removed DAGs for good, versions and all; return how many."""
    with context.lock():
        recover_all(context)
        return context.backend.registry.purge(dag_ids)
