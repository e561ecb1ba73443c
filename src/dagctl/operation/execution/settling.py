"""Whether an operation that has begun is finished or undone, by the journal and the world.

Both ask it: a run whose step failed, and a later run that finds what a dead one left. Each action
looks before it acts, so all of this may be interrupted anywhere and repeated.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from dagctl.errors import ConflictError, DagctlError, NotAMemberError, UnfinishedError, then_recover
from dagctl.frozen import frozen
from dagctl.operation.change import digest_of
from dagctl.operation.execution.commits import find_commit, follow
from dagctl.operation.execution.confirmation import complete, confirm_entry
from dagctl.operation.execution.undo import undo
from dagctl.operation.journal.entry import LeftToMembersError, Phase
from dagctl.ports import OperationStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.change import Change
    from dagctl.operation.journal.entry import JournalEntry
    from dagctl.ports import DagRecord


@frozen(kw_only=True)
class Recovered:
    """What became of an operation that had stopped on the way."""

    operation_id: str
    outcome: Literal["finished", "undone"]
    dags: tuple[str, ...]
    """The ids it was about."""
    left: tuple[str, ...] = ()
    """Files that were not put back, as they hold something else by now."""


def settle(context: Context, entry: JournalEntry) -> Recovered:
    """Finish the operation if it is confirmed or its commit stands, else undo it.

    The journal's entry is kept: `clear` removes it when the outcome has been shown.
    """
    backend = context.backend
    status = backend.registry.status(entry.operation_id)
    if status is OperationStatus.CONFIRMED:
        return finished(context, entry)
    if status is OperationStatus.ABSENT and _is_recorded(backend, entry):
        return finished(context, entry)
    commit_id = find_commit(backend, entry)
    is_over = status in {OperationStatus.ABORTING, OperationStatus.ABORTED}
    if commit_id is None or entry.phase in {Phase.ABORTING, Phase.LEFT} or is_over:
        return undone(context, entry)
    try:
        _go_on(context, entry, commit_id)
    except (ConflictError, NotAMemberError):  # the registry refuses for good
        return undone(context, entry)
    return finished(context, entry)


def _is_recorded(backend: Backend, entry: JournalEntry) -> bool:
    """Return whether an operation was confirmed so long ago that the registry forgot it.

    Another may have made the same version of a DAG when the lease was over, and newer ones since:
    then only a commit that stands speaks for this one.
    """
    if not entry.effects:
        return False
    recorded = backend.registry.find(dag_ids=entry.dag_ids, specs=False)
    records = {record.id: record for record in recorded}
    if not all(_may_be_of(change, records.get(change.granted.row_id)) for change in entry.effects):
        return False
    return _has_new_dag(entry) or find_commit(backend, entry) is not None


def _may_be_of(change: Change, record: DagRecord | None) -> bool:
    version = change.granted.version
    if change.is_removal:
        return record is None or record.version > version
    if record is None:
        return False
    is_same = record.content_digest == digest_of(change.content or b"")
    return record.version > version or (record.version == version and is_same)


def _has_new_dag(entry: JournalEntry) -> bool:
    """Return whether one row is the operation's own: such a row stays only if it is confirmed."""
    return any(change.granted.version == 1 for change in entry.effects)


def _go_on(context: Context, entry: JournalEntry, commit_id: str) -> None:
    """Take the steps that come after the commit."""
    if entry.remote is None:
        with context.step("stage"):
            context.backend.repo.stage([write.path for write in entry.writes])
    with context.step("confirm"):
        confirm_entry(context.backend, entry, commit_id)


def recorded_commit(backend: Backend, entry: JournalEntry) -> str:
    """Return the commit of a confirmed operation, as it is recorded.

    Who is not a member any more sees no record: then it is the one that stands on the branch.

    Raises:
        UnfinishedError: There is neither.
    """
    first = entry.dag_ids[0]
    records = (
        candidate
        for candidate in backend.registry.find(dag_ids=[first], specs=False)
        if candidate.dag_id == first
    )
    record = next(records, None)
    commit_id = record.commit_id if record else find_commit(backend, entry)
    if commit_id is None:
        raise UnfinishedError(f"`{first}` is recorded, but not to be seen any more")
    return commit_id


def finished(context: Context, entry: JournalEntry) -> Recovered:
    """Return that the operation is done, once what follows its confirmation is done too."""
    if entry.has_more_to_do:
        with context.step("complete"):
            if warning := follow(context.backend, entry):
                context.listener.warn(warning)
            complete(context.backend, entry, context.listener)
    return Recovered(operation_id=entry.operation_id, outcome="finished", dags=entry.dag_ids)


def undone(context: Context, entry: JournalEntry) -> Recovered:
    """Undo the operation and return what is left of it; finished if it was confirmed before."""
    left = undo(context, entry)
    if left is None:
        return finished(context, entry)
    return Recovered(
        operation_id=entry.operation_id, outcome="undone", dags=entry.dag_ids, left=tuple(left)
    )


@contextmanager
def kept(entry: JournalEntry) -> Iterator[None]:
    """Say of any failure in the block that the operation is still in the journal.

    Raises:
        UnfinishedError: The block failed.
    """
    try:
        yield
    except LeftToMembersError:  # says all of it
        raise
    except (DagctlError, OSError) as error:
        raise UnfinishedError(
            f"an earlier operation could be neither finished nor undone: {error}",
            state=f"operation {entry.operation_id} is unfinished; its journal is kept",
            hint=then_recover(error),
        ) from error


def clear(backend: Backend, entry: JournalEntry) -> None:
    """Remove the entry from the journal."""
    backend.journal.delete(entry.operation_id)
