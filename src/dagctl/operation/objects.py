"""The objects of an operation: put side by side into the store, or put back as they were."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from typing import TYPE_CHECKING

from dagctl.errors import NotAMemberError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dagctl.operation.entry import Item
    from dagctl.ports import Listener, Store

WORKERS = 8
"""How many objects are under way at once."""


def put_objects(store: Store, operation_id: str, items: Sequence[Item], listener: Listener) -> None:
    """Put the new content of each item into the store."""

    def put(item: Item) -> None:
        store.put(item.storage_path, item.write.new, operation_id=operation_id)

    _for_each(items, put, "upload", listener)


def put_back_objects(
    store: Store, operation_id: str, items: Sequence[Item], listener: Listener
) -> None:
    """Give each object its old content back, or remove it. The operation holds the DAGs.

    Whatever lies there came from this operation, or from one whose hold it took over. Those that
    are as they were are handled too: a killed upload may have left a part of itself.
    """

    def put_back(item: Item) -> None:
        if item.old_object is None:
            store.delete(item.storage_path)
        else:
            store.put(item.storage_path, item.old_object, operation_id=operation_id, restores=True)

    _for_each(items, put_back, "undo upload", listener)


def remove_left_over(store: Store, items: Sequence[Item], listener: Listener) -> None:
    """Remove what an operation that holds nothing any more has left under the names of new DAGs."""

    def remove(item: Item) -> None:
        if store.get(item.storage_path) == item.write.new:
            with suppress(NotAMemberError):  # the name has a holder again
                store.delete(item.storage_path)

    _for_each([one for one in items if one.old_object is None], remove, "undo upload", listener)


def read_objects(store: Store, keys: Sequence[str]) -> list[bytes | None]:
    """Return the objects at these keys, in order."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(store.get, keys))


def _for_each(
    items: Sequence[Item], act: Callable[[Item], None], name: str, listener: Listener
) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        futures = [pool.submit(act, item) for item in items]
        try:
            for completed, future in enumerate(as_completed(futures), start=1):
                future.result()
                listener.progress(name, completed, len(items))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
