"""Takes back what an operation did, the last first.

Each action looks before it acts, so all of this may be interrupted anywhere and repeated.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.next_step import HEAL, RECOVER, Fix
from dagctl.operation.execution.commits import find_commit, take_back
from dagctl.operation.journal.entry import LeftToMembersError, Phase
from dagctl.operation.journal.entry_form import streamed
from dagctl.operation.stored_changes import picked
from dagctl.operation.stored_objects import (
    MembershipEndedError,
    put_back_objects,
    read_objects,
    recorded_digests,
    remove_left_over,
)
from dagctl.ports import Claim, OperationStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.change import Change
    from dagctl.operation.journal.entry import JournalEntry


def undo(context: Context, entry: JournalEntry) -> list[str] | None:
    """Take everything back; return the files that were left, as they hold something else by now.

    First the registry decides: from then on the operation is neither confirmed nor takes anything
    new into the store, so nothing that arrives late can come after what is put back. The
    reservation goes last: as long as it stands, path and key are this operation's alone.

    Returns:
        None if the registry has confirmed the operation: then nothing is undone.

    Raises:
        LeftToMembersError: All is taken back but for stored files, which the user may not write
            any more. The operation is aborted; the journal is kept for a member.
    """
    registry = context.backend.registry
    if not entry.effects:
        with context.step("undo reserve"):
            status = registry.abort(entry.operation_id)
        return None if status is OperationStatus.CONFIRMED else []
    status = registry.begin_abort(entry.operation_id)
    if status is OperationStatus.CONFIRMED:
        return None
    _undo_commit(context, entry)
    with context.step("undo file"):
        left = context.backend.files.restore(entry.writes)
    refusal = _undo_uploads(context, entry, holds=status is OperationStatus.ABORTING)
    with context.step("undo reserve"):
        registry.abort(entry.operation_id)
    _undo_late_effects(context, entry)
    if refusal is not None:
        raise _left_to_members(context, entry, refusal) from refusal
    return left


def _undo_uploads(
    context: Context, entry: JournalEntry, *, holds: bool
) -> MembershipEndedError | None:
    """Put the stored files back; return the refusal if the user is no member any more."""
    backend = context.backend
    try:
        with context.step("undo upload"):
            if holds:
                put_back_objects(backend, entry.operation_id, entry.uploads, context.listener)
            else:
                _put_back_anew(context, entry)
    except MembershipEndedError as error:
        return error
    return None


def _put_back_anew(context: Context, entry: JournalEntry) -> None:
    """Give the objects of an operation that another has ended, without its journal, back.

    A run that takes over a DAG whose lease is over, or an idempotency key, writes its object again.
    If that comes to nothing before it knows what it would write, the object is still that of the
    dead. It gets its old content, where the new one is not confirmed.

    The DAGs are held again for it, by an operation whose id the journal of the ended one has: so
    this may be interrupted and repeated.

    Raises:
        ConflictError: Another operation holds one of them now.
        MembershipEndedError: The user may not do it: an owner or editor of the project has to.
    """
    backend = context.backend
    registry = backend.registry
    updates = picked(entry.uploads, lambda change: change.old_object not in {None, change.content})
    if not updates:
        return
    again = entry.restore_id
    status = registry.status(again)
    stale = _stale(backend, updates)
    if status is OperationStatus.ABSENT and stale:
        registry.reserve(again, [_claim(change) for change in stale])
    elif status in {OperationStatus.ABSENT, OperationStatus.ABORTED}:
        return
    if registry.begin_abort(again) is OperationStatus.ABORTING:
        put_back_objects(backend, again, stale, context.listener)
    registry.abort(again)


def _stale(backend: Backend, updates: Sequence[Change]) -> list[Change]:
    """Return the changes whose object is new and whose record is old."""
    objects = read_objects(backend.store, [change.storage_path for change in updates])
    if None in objects.values():  # gone, or hidden from one who is no member any more
        recorded_digests(backend, updates)
    new = [change for change in updates if objects[change.storage_path] == change.content]
    if not new:
        return []
    records = backend.registry.find(dag_ids=[change.dag_id for change in new], specs=False)
    versions = {record.id: record.version for record in records}
    return [
        change
        for change in new
        if versions.get(change.granted.row_id) == change.granted.version - 1
    ]


def _claim(change: Change) -> Claim:
    granted = change.granted
    return Claim(
        dag_id=granted.dag_id, replaces=granted.row_id, expected_version=granted.version - 1
    )


def _left_to_members(
    context: Context, entry: JournalEntry, refusal: MembershipEndedError
) -> LeftToMembersError:
    """Return the error that names the stored files that are left; the journal knows it, too."""
    left = replace(entry, phase=Phase.LEFT)
    context.backend.journal.write(entry.operation_id, streamed(left))
    updated = [change.dag_id for change in entry.uploads if change.old_object is not None]
    names = ", ".join(f"`{dag_id}`" for dag_id in updated or entry.dag_ids)
    return LeftToMembersError(
        f"{refusal.message}: the stored file of {names} may be that of an operation that was "
        "not confirmed, and is left as it is",
        state=f"operation {entry.operation_id} is aborted, its commit and files are taken back; "
        "its journal is kept",
        hint=Fix(
            "let an owner or editor of the project run ",
            RECOVER,
            " here, or ",
            HEAL,
            " in a clone of theirs",
        ),
    )


def _undo_late_effects(context: Context, entry: JournalEntry) -> None:
    """Look again for what came after the first look, now that nothing more can come.

    A git may outlive its killed dagctl by some milliseconds, and the store may have looked at an
    upload before it took the bytes. What was there before this operation has a holder again: it is
    let alone.
    """
    _undo_commit(context, entry)
    remove_left_over(context.backend.store, entry.uploads, context.listener)


def _undo_commit(context: Context, entry: JournalEntry) -> None:
    backend = context.backend
    commit_id = find_commit(backend, entry)
    if commit_id is None and entry.phase is not Phase.ABORTING:
        return
    with context.step("undo commit"):
        if commit_id is None:  # taken back by a run that was killed before it got to the index
            if entry.remote is None:
                backend.repo.stage([write.path for write in entry.writes])
            return
        # the mark first: to the next run a commit without it means "finish"
        aborting = replace(entry, phase=Phase.ABORTING)
        backend.journal.write(entry.operation_id, streamed(aborting))
        take_back(backend, entry, commit_id)
