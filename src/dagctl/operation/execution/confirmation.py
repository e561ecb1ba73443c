"""Says in the registry that an operation is done, and does what follows. Both may be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.operation.change import record_of
from dagctl.operation.stored_objects import remove_objects

if TYPE_CHECKING:
    from dagctl.operation.backend import Backend
    from dagctl.operation.change import Change
    from dagctl.operation.journal.entry import JournalEntry
    from dagctl.ports import Listener


def confirm_entry(backend: Backend, entry: JournalEntry, commit_id: str) -> None:
    """Confirm what the entry says.

    A version that was only written again keeps the commit that has it, if the branch does.
    """
    again = [change.path for change in entry.effects if change.granted.commit_id]
    standing = backend.repo.last_commits(again) if again and entry.remote is None else {}

    def commit_of(change: Change) -> str:
        known = standing.get(change.path, commit_id)
        is_there = known == commit_id or backend.repo.content_at(known, change.path) == (
            change.content
        )
        return known if is_there else commit_id

    records = (record_of(change, entry.project_id, commit_of(change)) for change in entry.effects)
    backend.registry.confirm(entry.operation_id, records)


def complete(backend: Backend, entry: JournalEntry, listener: Listener) -> None:
    """Do what the confirmed operation leaves to be done."""
    remove_objects(backend, entry.removals, listener)
    for change in entry.effects:
        if change.spec_write is not None:
            backend.files.write_spec(change.spec_write)
