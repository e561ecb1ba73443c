"""Takes back what an operation did, the last first.

Each action looks before it acts, so all of this may be interrupted anywhere and repeated.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.errors import UnfinishedError
from dagctl.ports import OperationStatus
from dagctl.publish.entry import Phase, to_data
from dagctl.publish.objects import put_back_objects

if TYPE_CHECKING:
    from dagctl.publish.backend import Backend, Context
    from dagctl.publish.entry import Entry


def undo(context: Context, entry: Entry) -> list[str]:
    """Take everything back; return the files that were left, as they hold something else by now.

    The reservation goes last: as long as it stands, path and key are this operation's alone.

    Raises:
        UnfinishedError: The registry turns out to have confirmed the operation.
    """
    backend = context.backend
    left: list[str] = []
    if entry.items:
        _undo_commit(context, entry)
        with context.step("undo file"):
            left = backend.files.restore(entry.writes)
        with context.step("undo upload"):
            put_back_objects(backend.store, entry.items, context.listener)
    with context.step("undo reserve"):
        if backend.registry.abort(entry.operation_id) is OperationStatus.CONFIRMED:
            raise UnfinishedError("the registry confirmed the operation while it was being undone")
    if entry.items:
        # look again: a git that outlived its killed dagctl may have moved the branch meanwhile
        _undo_commit(context, entry)
    return left


def find_commit(backend: Backend, entry: Entry) -> str | None:
    """Return the operation's commit, if it stands on the branch."""
    if not entry.items:
        return None
    return backend.repo.find_commit(entry.operation_id, entry.branch)


def _undo_commit(context: Context, entry: Entry) -> None:
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
