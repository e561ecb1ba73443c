"""The contract of the `Store` port, over the twin, a real folder and Supabase Storage."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.embedded.store import FolderStore
from dagctl.adapters.supabase.store import SupabaseStore
from dagctl.durable import Location
from dagctl.errors import UsageError
from tests.contract.people import PROJECT
from tests.twins.store import MemoryStore

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.ports import Store

FOLDER = f"{PROJECT}/dags"
KEY = f"{FOLDER}/x.py"
OPERATION = "9c3f8a52-5a0b-4f0e-9d51-0c3a6f8f2b11"


@pytest.fixture(params=["memory", "folder", pytest.param("supabase", marks=pytest.mark.live)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "memory":
        return MemoryStore()
    if request.param == "folder":
        return FolderStore(Location(tmp_path, ("store",)))
    return SupabaseStore(request.getfixturevalue("remote"), "dags")


def test_what_was_never_put_is_none(store: Store) -> None:
    assert store.get(KEY) is None


@pytest.mark.parametrize("data", [b"", b"x = 1\n", bytes(range(256)) * 1000])
def test_what_is_put_is_got(store: Store, data: bytes) -> None:
    store.put(KEY, data, operation_id=OPERATION)
    assert store.get(KEY) == data


def test_a_second_put_replaces_the_first(store: Store) -> None:
    store.put(KEY, b"a much longer first version\n", operation_id=OPERATION)
    store.put(KEY, b"second\n", operation_id=OPERATION)
    assert store.get(KEY) == b"second\n"


def test_delete_removes_one_key_and_no_other(store: Store) -> None:
    store.put(KEY, b"x", operation_id=OPERATION)
    store.put(f"{PROJECT}/dags/y.py", b"y", operation_id=OPERATION)
    store.delete(KEY)
    assert (store.get(KEY), store.get(f"{PROJECT}/dags/y.py")) == (None, b"y")


def test_delete_of_what_is_not_there_does_nothing(store: Store) -> None:
    store.delete(KEY)
    assert store.get(KEY) is None


def test_eight_threads_put_different_keys(store: Store) -> None:
    keys = [f"{PROJECT}/dags/x_{n}.py" for n in range(200)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda key: store.put(key, key.encode(), operation_id=OPERATION), keys))
    assert [store.get(key) for key in keys] == [key.encode() for key in keys]


@pytest.mark.parametrize("key", ["", "/x", "../x", "a/../../x", "a//b", "a\0b", "a/.", "a/"])
def test_no_key_leads_out_of_the_store(store: Store, key: str) -> None:
    for use in (store.get, store.delete, lambda key: store.put(key, b"", operation_id=OPERATION)):
        with pytest.raises(UsageError):
            use(key)


def test_keys_lists_what_is_right_below_a_folder(store: Store) -> None:
    for name in ("b.py", "a.py"):
        store.put(f"{FOLDER}/{name}", b"x", operation_id=OPERATION)
    found = [stored for stored in store.keys(FOLDER) if is_below(stored.key, FOLDER)]
    assert sorted(stored.key for stored in found) == [f"{FOLDER}/a.py", f"{FOLDER}/b.py"]
    assert all(stored.written_at.tzinfo is not None for stored in found)
    empty = FOLDER.replace("dags", "none")
    assert not any(is_below(stored.key, empty) for stored in store.keys(empty))


def test_what_lies_elsewhere_is_listed_after_it(store: Store) -> None:
    assert list(store.keys(FOLDER)) == []
    store.put(KEY, b"x", operation_id=OPERATION)
    if isinstance(store, SupabaseStore):  # nobody but an owner of the database puts it there
        return
    for name in ("x.py", "dags/sub/y.py", "other/z.txt"):
        store.put(f"{PROJECT}/{name}", b"x", operation_id=OPERATION)
    strays = [f"{PROJECT}/{name}" for name in ("dags/sub/y.py", "other/z.txt", "x.py")]
    first, *others = (stored.key for stored in store.keys(FOLDER))
    assert (first, sorted(others)) == (KEY, strays)


def is_below(key: str, folder: str) -> bool:
    return key.rpartition("/")[0] == folder
