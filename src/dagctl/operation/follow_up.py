"""What follows a confirmation: objects of removed DAGs go, spec files follow. May be repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.operation.objects import remove_objects

if TYPE_CHECKING:
    from dagctl.operation.backend import Backend
    from dagctl.operation.entry import JournalEntry
    from dagctl.ports import Listener


def complete(backend: Backend, entry: JournalEntry, listener: Listener) -> None:
    """Do what the confirmed operation leaves to be done."""
    remove_objects(backend, entry.removals, listener)
    for change in entry.effects:
        if change.spec_write is not None:
            backend.files.write_spec(change.spec_write)
