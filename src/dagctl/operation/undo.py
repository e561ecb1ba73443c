"""Takes back what an operation did, the last first.

Each action looks before it acts, so all of this may be interrupted anywhere and repeated.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.operation.entry import Phase
from dagctl.operation.entry_form import to_data
from dagctl.operation.objects import put_back_objects, remove_left_over
from dagctl.operation.put_back import put_back_anew
from dagctl.ports import OperationStatus

if TYPE_CHECKING:
    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.entry import JournalEntry


def undo(context: Context, entry: JournalEntry) -> list[str] | None:
    """Take everything back; return the files that were left, as they hold something else by now.

    First the registry decides: from then on the operation is neither confirmed nor takes anything
    new into the store, so nothing that arrives late can come after what is put back. The
    reservation goes last: as long as it stands, path and key are this operation's alone.

    Returns:
        None if the registry has confirmed the operation: then nothing is undone.
    """
    registry = context.backend.registry
    if not entry.effects:
        with context.step("undo reserve"):
            status = registry.abort(entry.operation_id)
        return None if status is OperationStatus.CONFIRMED else []
    status = registry.begin_abort(entry.operation_id)
    if status is OperationStatus.CONFIRMED:
        return None
    left = _take_back(context, entry, holds=status is OperationStatus.ABORTING)
    with context.step("undo reserve"):
        registry.abort(entry.operation_id)
    _undo_late_effects(context, entry)
    return left


def _take_back(context: Context, entry: JournalEntry, *, holds: bool) -> list[str]:
    backend = context.backend
    _undo_commit(context, entry)
    with context.step("undo file"):
        left = backend.files.restore(entry.writes)
    with context.step("undo upload"):
        if holds:
            put_back_objects(backend, entry.operation_id, entry.uploads, context.listener)
        else:
            put_back_anew(context, entry)
    return left


def _undo_late_effects(context: Context, entry: JournalEntry) -> None:
    """Look again for what came after the first look, now that nothing more can come.

    A git may outlive its killed dagctl by some milliseconds, and the store may have looked at an
    upload before it took the bytes. What was there before this operation has a holder again: it is
    let alone.
    """
    _undo_commit(context, entry)
    remove_left_over(context.backend.store, entry.uploads, context.listener)


def find_commit(backend: Backend, entry: JournalEntry) -> str | None:
    """Return the operation's commit, if it stands on the branch."""
    if not entry.effects:
        return None
    return backend.repo.find_commit(entry.operation_id, entry.branch, entry.writes)


def _undo_commit(context: Context, entry: JournalEntry) -> None:
    backend = context.backend
    commit_id = find_commit(backend, entry)
    if commit_id is None and entry.phase is not Phase.ABORTING:
        return
    with context.step("undo commit"):
        if commit_id is None:  # taken back by a run that was killed before it got to the index
            backend.repo.stage([write.path for write in entry.writes])
            return
        # the mark first: to the next run a commit without it means "finish"
        aborting = replace(entry, phase=Phase.ABORTING)
        backend.journal.write(entry.operation_id, to_data(aborting))
        backend.repo.uncommit(entry.operation_id, entry.branch, commit_id, entry.writes)
