"""Puts back the objects of an operation that another has ended, without its journal.

A run that takes over a DAG whose lease is over, or an idempotency key, writes its object again. If
that comes to nothing before it knows what it would write, the object is still that of the dead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.operation.objects import put_back_objects, read_objects, recorded_digests
from dagctl.operation.stored_changes import picked
from dagctl.ports import Claim, OperationStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.operation.backend import Backend, Context
    from dagctl.operation.change import Change
    from dagctl.operation.journal.entry import JournalEntry


def put_back_anew(context: Context, entry: JournalEntry) -> None:
    """Give the objects of updated DAGs their old content back, where the new one is not confirmed.

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
