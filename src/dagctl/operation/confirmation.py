"""Says in the registry that an operation is done: its own run does, or the one that finishes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.operation.change import record_of

if TYPE_CHECKING:
    from dagctl.operation.backend import Backend
    from dagctl.operation.entry import JournalEntry


def confirm_entry(backend: Backend, entry: JournalEntry, commit_id: str) -> None:
    """Confirm what the entry says."""
    records = (record_of(change, entry.project_id, commit_id) for change in entry.effects)
    backend.registry.confirm(entry.operation_id, records)
