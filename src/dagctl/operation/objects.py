"""The objects of an operation: put side by side into the store, or put back as they were."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from typing import TYPE_CHECKING

from dagctl.errors import NotAMemberError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dagctl.operation.change import Change
    from dagctl.ports import Listener, Store

WORKERS = 8
"""How many objects are under way at once."""


def put_objects(
    store: Store, operation_id: str, changes: Sequence[Change], listener: Listener
) -> None:
    """Put the new content of each change into the store."""

    def put(change: Change) -> None:
        store.put(change.storage_path, change.content or b"", operation_id=operation_id)

    _for_each(changes, put, "upload", listener)


def put_back_objects(
    store: Store, operation_id: str, changes: Sequence[Change], listener: Listener
) -> None:
    """Give each object its old content back, or remove it. The operation holds the DAGs.

    Whatever lies there came from this operation, or from one whose hold it took over. Those that
    are as they were are handled too: a killed upload may have left a part of itself.
    """

    def put_back(change: Change) -> None:
        if change.old_object is None:
            store.delete(change.storage_path)
        else:
            store.put(
                change.storage_path, change.old_object, operation_id=operation_id, restores=True
            )

    _for_each(changes, put_back, "undo upload", listener)


def remove_left_over(store: Store, changes: Sequence[Change], listener: Listener) -> None:
    """Remove what an operation that holds nothing any more has left under the names of new DAGs."""

    def remove(change: Change) -> None:
        if store.get(change.storage_path) == change.content:
            with suppress(NotAMemberError):  # the name has a holder again
                store.delete(change.storage_path)

    _for_each(
        [change for change in changes if change.old_object is None], remove, "undo upload", listener
    )


def read_objects(store: Store, keys: Sequence[str]) -> dict[str, bytes | None]:
    """Return what is at these keys."""

    def read(key: str) -> tuple[str, bytes | None]:
        return key, store.get(key)

    with ThreadPoolExecutor(WORKERS) as pool:
        return dict(pool.map(read, keys))


def _for_each(
    changes: Sequence[Change], act: Callable[[Change], None], name: str, listener: Listener
) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        futures = [pool.submit(act, change) for change in changes]
        try:
            for completed, future in enumerate(as_completed(futures), start=1):
                future.result()
                listener.progress(name, completed, len(changes))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
