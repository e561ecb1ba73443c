"""The objects of an operation: put side by side into the store, or put back as they were."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dagctl.ports import Listener, Store
    from dagctl.publish.entry import Item

WORKERS = 8
"""How many objects are under way at once."""


def put_objects(store: Store, items: Sequence[Item], listener: Listener) -> None:
    """Put the new content of each item into the store."""
    _for_each(items, lambda item: store.put(item.storage_path, item.write.new), "upload", listener)


def put_back_objects(store: Store, items: Sequence[Item], listener: Listener) -> None:
    """Give each object its old content back, or remove it.

    Those that are as they were are handled too: a killed upload may have left a part of itself.
    """
    _for_each(items, lambda item: _put_back(store, item), "undo upload", listener)


def read_objects(store: Store, keys: Sequence[str]) -> list[bytes | None]:
    """Return the objects at these keys, in order."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(store.get, keys))


def _put_back(store: Store, item: Item) -> None:
    if store.get(item.storage_path) not in (item.write.new, item.old_object):
        return  # another's by now
    if item.old_object is None:
        store.delete(item.storage_path)
    else:
        store.put(item.storage_path, item.old_object)


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
