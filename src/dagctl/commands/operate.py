"""One operation, from what a command asks to its result: the same for all that change DAGs."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from dagctl.errors import DagctlError, UnfinishedError
from dagctl.frozen import frozen
from dagctl.operation.change import Action, warnings_of
from dagctl.operation.execution.commits import in_current_clone, pushed_to
from dagctl.operation.execution.recovery import recover_all
from dagctl.operation.execution.run import run
from dagctl.operation.execution.settling import clear, kept, recorded_commit
from dagctl.operation.execution.steps import begin
from dagctl.ports import OperationStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from dagctl.operation.backend import Context
    from dagctl.operation.change import Change
    from dagctl.operation.execution.settling import Recovered
    from dagctl.operation.execution.steps import History
    from dagctl.operation.journal.entry import JournalEntry
    from dagctl.operation.options import Options
    from dagctl.ports import KeyedOperation, Registry, Reservation


@frozen(kw_only=True)
class ChangedDag:
    """What became of one DAG."""

    dag_id: str
    action: Action
    version: int
    created_at: datetime
    """When its first version was made."""
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
    def state(self) -> Literal["created", "updated", "unchanged"]:
        """What `create` did with it."""
        if not self.changed:
            return "unchanged"
        return "created" if self.action is Action.CREATE else "updated"

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
    """What the user is to know, though nothing is wrong."""
    recovered: tuple[Recovered, ...] = ()
    """Operations of killed runs that were finished or undone first."""
    pushed: str | None = None
    """Where the commit was pushed to, as `origin/main`; None: it was not."""
    replayed: bool = False
    """Whether this is what an earlier call with the same key did, and this one did nothing."""


R = TypeVar("R", bound=OperationResult)
R_co = TypeVar("R_co", bound=OperationResult, covariant=True)


class Asked(Protocol[R_co]):
    """What a command asks, and how its result is made."""

    @property
    def options(self) -> Options:
        """How it is to be done."""

    @property
    def command(self) -> str:
        """The digest of what is asked: a run that repeats it shows what the killed one did."""

    @property
    def history(self) -> History | None:
        """Of an import: yields the older versions of its new DAGs."""

    def before(self, context: Context, key: str) -> KeyedOperation | None:
        """Return the operation of its key, confirmed or under way; None: the key is free.

        Raises:
            KeyReusedError: The key stands for something else.
        """

    def planned(self, context: Context) -> Sequence[Change]:
        """Return what is to be done about each DAG."""

    def unchanged(self, context: Context, changes: Sequence[Change]) -> R_co:
        """Return the result where nothing is to be done."""

    def done(self, context: Context, entry: JournalEntry, commit_id: str) -> R_co:
        """Return what a confirmed operation did."""

    def replayed(self, context: Context, before: KeyedOperation) -> R_co:
        """Return what the first call with the key did."""


def ignore(_: object) -> None:
    """Take a result and do nothing with it."""


def operate(
    context: Context,
    asked: Asked[R],
    *,
    on_recovered: Callable[[Sequence[Recovered]], None] = ignore,
    on_result: Callable[[R], None] | None = None,
) -> R:
    """Carry out what is asked as one operation and return what was done.

    Args:
        context: The ports and the settings.
        asked: What to do.
        on_recovered: Gets what became of operations that had stopped, before anything else is done.
        on_result: Shows the result, before the journal forgets the operation: as long as it has not
            returned, a repeat gives the same result again.

    Raises:
        NotFoundError: A DAG is not there.
        ConflictError: Something is in the way, or another dagctl holds the workspace.
        KeyReusedError: The key stands for something else.
        UnfinishedError: It could be neither finished nor undone.
    """
    key = asked.options.key
    if key is not None:
        from dagctl.operation.repeat import checked_key

        checked_key(key)
    with context.lock():
        recovery = recover_all(context, asked.command if key is None else None)
        on_recovered(recovery.recovered)
        result, entry = _result_of(context, asked, recovery.repeated)
        result = replace(result, recovered=recovery.recovered)
        _show(context, entry, lambda: (on_result or ignore)(result))
    return result


def _result_of(
    context: Context, asked: Asked[R], finished: JournalEntry | None
) -> tuple[R, JournalEntry | None]:
    """Return what was done, now or before, and the journal's entry if there is one."""
    if finished is not None:
        with kept(finished):
            commit_id = recorded_commit(context.backend, finished)
            return asked.done(context, finished, commit_id), finished
    key = asked.options.key
    before = None if key is None else asked.before(context, key)
    if before is not None and before.status is OperationStatus.CONFIRMED:
        return asked.replayed(context, before), None
    return in_current_clone(context, asked.options, lambda: _carried_out(context, asked, before))


def _carried_out(
    context: Context, asked: Asked[R], under_way: KeyedOperation | None
) -> tuple[R, JournalEntry | None]:
    """Return what was done, and the journal's entry if anything was.

    What is `under_way` elsewhere with the same key is ended as late as may be: where this comes to
    nothing, its objects would not be put back.
    """
    changes = asked.planned(context)
    is_needed = any(change.is_effective for change in changes)
    begun = (
        begin(context, asked.options, changes, asked.command, history=asked.history)
        if is_needed
        else None
    )
    if under_way is not None:
        from dagctl.operation.repeat import done_meanwhile

        meanwhile = done_meanwhile(context.backend, asked.options.key or "", under_way)
        if meanwhile is not None:
            return asked.replayed(context, meanwhile), None
    if begun is None:
        return asked.unchanged(context, changes), None
    operation = run(begun)
    result = asked.done(context, operation.entry, operation.commit_id)
    warnings = (*result.warnings, *operation.warnings)
    return replace(result, warnings=warnings), operation.entry


def _show(context: Context, entry: JournalEntry | None, shown: Callable[[], None]) -> None:
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
            state=f"{', '.join(entry.dag_ids)}: done; the journal is kept",
            hint="run the same command again: it shows the same result",
        ) from error
    if entry is not None:
        # all is done and shown: an entry that cannot be removed now is the next run's to remove
        with suppress(DagctlError, OSError), context.step("clear"):
            clear(context.backend, entry)


@frozen(kw_only=True)
class Intent:
    """What a command is about to do with recorded DAGs."""

    action: Action
    dag_ids: tuple[str, ...]
    command: str
    """The digest of what is asked: a run that repeats it shows what the killed one did."""
    plan: Callable[[], Sequence[Change]]
    options: Options
    to: int | None = None
    """Of a rollback: the version whose spec comes back; None: the newest one with another spec."""
    digests: tuple[str, ...] | None = None
    """Of an import: the digests of its specs, by which a repeat is known; the ids may differ."""
    history: History | None = None
    """Of an import: yields the older versions of its new DAGs."""

    def before(self, context: Context, key: str) -> KeyedOperation | None:
        """Return the operation of its key, confirmed or under way; None: the key is free."""
        return context.backend.registry.keyed(key)

    def planned(self, context: Context) -> Sequence[Change]:
        """Return what is to be done about each DAG."""
        del context  # the plan knows it
        return self.plan()

    def unchanged(self, context: Context, changes: Sequence[Change]) -> OperationResult:
        """Return the result where nothing is to be done."""
        del context  # nothing is asked
        dags = tuple(map(unchanged_dag, changes))
        return OperationResult(dags=dags, operation_id=None, warnings=warnings_of(changes))

    def done(self, context: Context, entry: JournalEntry, commit_id: str) -> OperationResult:
        """Return what a confirmed operation did, in the order of what was asked."""
        del context  # nothing is asked
        dags = tuple(
            changed_dag(change, commit_id) if change.is_effective else unchanged_dag(change)
            for change in entry.changes
            if change.is_effective or change.record is not None
        )
        return OperationResult(
            dags=dags,
            operation_id=entry.operation_id,
            warnings=warnings_of(entry.changes),
            pushed=pushed_to(entry),
        )

    def replayed(self, context: Context, before: KeyedOperation) -> OperationResult:
        """Return what the first call with the key did.

        Raises:
            KeyReusedError: The key stands for other DAGs, or for something else done with them.
        """
        if not _is_repeat(context.backend.registry, before.reservations, self):
            from dagctl.operation.repeat import reused

            raise reused(self.options.key or "", before.operation_id, "for something else")
        dags = tuple(_as_granted(granted, self) for granted in before.reservations)
        return OperationResult(dags=dags, operation_id=before.operation_id, replayed=True)


def command_of(action: Action, dag_ids: Iterable[str], *more: object) -> str:
    """Return the SHA-256, in hex, of what is asked. Equal digests: the same command."""
    text = json.dumps([action.value, list(dag_ids), *more])
    return sha256(text.encode("ascii")).hexdigest()


def _is_repeat(registry: Registry, granted: Sequence[Reservation], intent: Intent) -> bool:
    if intent.digests is not None:
        return sorted(each.spec_digest for each in granted) == sorted(intent.digests)
    is_same = all(_is_of(registry, each, intent) for each in granted)
    return is_same and tuple(each.dag_id for each in granted) == intent.dag_ids


def _is_of(registry: Registry, granted: Reservation, intent: Intent) -> bool:
    """Return whether a version was made by that; of a forgotten one it is believed."""
    from dagctl.operation.plans.reversal import has_spec_of

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
        created_at=granted.created_at,
        file_path=granted.file_path or "",
        commit_id=granted.commit_id or "",
        source=None,
        renamed=others[0] if is_rename and others else None,
        is_removal=intent.action is Action.DELETE or (is_rename and is_first),
    )


def changed_dag(change: Change, commit_id: str) -> ChangedDag:
    """Return what a commit made of one DAG."""
    return ChangedDag(
        dag_id=change.granted.dag_id,
        action=change.action,
        version=change.granted.version,
        created_at=change.granted.created_at,
        file_path=change.path,
        commit_id=commit_id,
        source=change.source,
        renamed=change.renamed if change.action is Action.RENAME else None,
        spec_written=change.spec_write is not None,
        is_removal=change.is_removal,
    )


def unchanged_dag(change: Change) -> ChangedDag:
    """Return what is recorded of a DAG that needs no change.

    Raises:
        ValueError: Nothing is; a bug in dagctl.
    """
    record = change.record
    if record is None:
        raise ValueError(f"{change.dag_id} has no record")
    return ChangedDag(
        dag_id=record.dag_id,
        action=Action.UNCHANGED,
        version=record.version,
        created_at=record.created_at,
        file_path=record.file_path,
        commit_id=record.commit_id,
        source=record.source_path,
    )


def forget(context: Context, dag_ids: Sequence[str]) -> int:
    """Forget removed DAGs for good, versions and all; return how many."""
    with context.lock():
        recover_all(context)
        return context.backend.registry.purge(dag_ids)
