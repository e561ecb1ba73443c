from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.embedded.store import FolderStore
from dagctl.durable import Location
from dagctl.errors import ConflictError

if TYPE_CHECKING:
    from pathlib import Path

KEY = "0a1b/dags/x.py"


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_an_object_is_a_file_below_the_root(tmp_path: Path) -> None:
    FolderStore(Location(tmp_path, ("store",))).put(KEY, b"x = 1\n", operation_id="op-1")
    assert (tmp_path / "store" / KEY).read_bytes() == b"x = 1\n"
    assert names(tmp_path / "store/0a1b/dags") == ["x.py"]


def test_reading_a_store_that_was_never_used_makes_nothing(tmp_path: Path) -> None:
    store = FolderStore(Location(tmp_path, ("store",)))
    store.delete(KEY)
    assert store.get(KEY) is None
    assert names(tmp_path) == []


def test_a_link_in_the_store_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "store").mkdir()
    (tmp_path / "store/x").symlink_to(tmp_path / "secret")
    with pytest.raises(ConflictError):
        FolderStore(Location(tmp_path, ("store",))).get("x")


def test_put_replaces_a_link_and_not_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "store").mkdir()
    (tmp_path / "store/x").symlink_to(tmp_path / "secret")
    FolderStore(Location(tmp_path, ("store",))).put("x", b"mine", operation_id="op-1")
    assert (tmp_path / "secret").read_bytes() == b"secret"
    assert FolderStore(Location(tmp_path, ("store",))).get("x") == b"mine"


@pytest.mark.parametrize("act", ["put", "delete"])
def test_a_leftover_of_a_killed_run_is_cleared(tmp_path: Path, act: str) -> None:
    store = FolderStore(Location(tmp_path))
    (tmp_path / ".dagctl-tmp-x").write_bytes(b"ha")
    if act == "put":
        store.put("x", b"mine", operation_id="op-1")
    else:
        store.delete("x")
    assert names(tmp_path) == (["x"] if act == "put" else [])
