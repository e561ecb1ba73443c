"""The objects of an operation: put side by side into the store, or put back as they were."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dagctl.errors import NotAMemberError
from dagctl.operation.change import digest_of
from dagctl.operation.stored_changes import picked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dagctl.operation.backend import Backend
    from dagctl.operation.change import Change
    from dagctl.ports import Listener, Store

WORKERS = 8
"""How many objects are under way at once."""
UNDO = "undo upload"
"""The step whose progress is shown."""


class MembershipEndedError(NotAMemberError):
    """The user sees and writes nothing of the project any more."""


def put_objects(
    store: Store, operation_id: str, changes: Sequence[Change], listener: Listener
) -> None:
    """Put the new content of each change into the store."""

    def put(change: Change) -> None:
        store.put(change.storage_path, change.content or b"", operation_id=operation_id)

    _for_each(changes, put, "upload", listener)


def put_back_objects(
    backend: Backend, operation_id: str, changes: Sequence[Change], listener: Listener
) -> None:
    """Give each object its recorded content back, or remove it. The operation holds the DAGs.

    Whatever lies there came from this operation, or from one whose hold it took over. Those that
    are as they were are handled too: a killed upload may have left a part of itself. Of what the
    journal has kept, only the bytes that the registry has recorded are put back: where there are
    none, the object is removed, and `dagctl doctor` says that it is missing.

    What the operation has stored for new DAGs is removed first: that is allowed to its own user
    even if the membership is gone.

    Raises:
        MembershipEndedError: The user may put nothing back for the updated DAGs.
    """
    store = backend.store
    new = picked(changes, lambda change: change.old_object is None)
    updated = picked(changes, lambda change: change.old_object is not None)
    if new:
        _for_each(new, lambda change: store.delete(change.storage_path), UNDO, listener)
    if not updated:
        return
    recorded = recorded_digests(backend, updated)

    def put_back(change: Change) -> None:
        content = _content_with(recorded.get(change.granted.row_id), change)
        if content is None:
            store.delete(change.storage_path)
        else:
            store.put(change.storage_path, content, operation_id=operation_id, restores=True)

    _for_each(updated, put_back, UNDO, listener)


def recorded_digests(backend: Backend, changes: Sequence[Change]) -> dict[str, str]:
    """Return the recorded digest of the object of each DAG, by the id of its row.

    Raises:
        MembershipEndedError: The user sees no records, as the membership is gone.
    """
    dag_ids = [change.dag_id for change in changes]
    records = backend.registry.find(dag_ids=dag_ids, specs=False)
    unseen = set(dag_ids) - {record.dag_id for record in records}
    if unseen:
        try:
            backend.registry.get(min(unseen))
        except NotAMemberError as error:
            raise MembershipEndedError(error.message, hint=error.fix) from error
    return {record.id: record.content_digest for record in records}


def _content_with(digest: str | None, change: Change) -> bytes | None:
    """Return what the journal has of the content with this digest: the object, or the file."""
    known = (content for content in (change.old_object, change.old_file) if content is not None)
    return next((content for content in known if digest_of(content) == digest), None)


def remove_left_over(store: Store, changes: Sequence[Change], listener: Listener) -> None:
    """Remove what an operation that holds nothing any more has left under the names of new DAGs."""

    def remove(change: Change) -> None:
        if store.get(change.storage_path) == change.content:
            with suppress(NotAMemberError):  # the name has a holder again
                store.delete(change.storage_path)

    new = picked(changes, lambda change: change.old_object is None)
    _for_each(new, remove, UNDO, listener)


def remove_objects(backend: Backend, changes: Sequence[Change], listener: Listener) -> None:
    """Remove the objects of DAGs whose removal is confirmed; this may be repeated at any time.

    A DAG that is back by now, or about to come back, keeps its object.
    """
    if not changes:
        return
    dag_ids = [change.dag_id for change in changes]
    records = backend.registry.find(dag_ids=dag_ids, specs=False)
    back = {record.id for record in records}

    def remove(change: Change) -> None:
        with suppress(NotAMemberError):  # the key has a holder again
            backend.store.delete(change.storage_path)

    gone = [change for change in changes if change.granted.row_id not in back]
    _for_each(gone, remove, "clean", listener)


def read_objects(store: Store, keys: Sequence[str]) -> dict[str, bytes | None]:
    """Return what is at these keys."""
    from concurrent.futures import ThreadPoolExecutor

    def read(key: str) -> tuple[str, bytes | None]:
        return key, store.get(key)

    with ThreadPoolExecutor(WORKERS) as pool:
        return dict(pool.map(read, keys))


def _for_each(
    changes: Sequence[Change], act: Callable[[Change], None], name: str, listener: Listener
) -> None:
    if len(changes) == 1:
        act(changes[0])
        listener.progress(name, 1, 1)
        return
    from concurrent.futures import ThreadPoolExecutor, as_completed

    def at(place: int) -> None:  # so that a change is in memory only while it is acted on
        act(changes[place])

    with ThreadPoolExecutor(WORKERS) as pool:
        futures = [pool.submit(at, place) for place in range(len(changes))]
        try:
            for completed, future in enumerate(as_completed(futures), start=1):
                future.result()
                listener.progress(name, completed, len(changes))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
