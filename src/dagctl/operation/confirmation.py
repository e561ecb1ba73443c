"""Says in the registry that an operation is done, and does what follows. Both may be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.operation.change import record_of
from dagctl.operation.objects import remove_objects

if TYPE_CHECKING:
    from dagctl.operation.backend import Backend
    from dagctl.operation.entry import JournalEntry
    from dagctl.ports import Listener


def confirm_entry(backend: Backend, entry: JournalEntry, commit_id: str) -> None:
    """Confirm what the entry says."""
    records = (record_of(change, entry.project_id, commit_id) for change in entry.effects)
    backend.registry.confirm(entry.operation_id, records)


def complete(backend: Backend, entry: JournalEntry, listener: Listener) -> None:
    """Do what the confirmed operation leaves to be done."""
    remove_objects(backend, entry.removals, listener)
    for change in entry.effects:
        if change.spec_write is not None:
            backend.files.write_spec(change.spec_write)
