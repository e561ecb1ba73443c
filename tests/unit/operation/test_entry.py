"""The journal's entry, to JSON data and back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from dagctl.errors import UnfinishedError
from dagctl.operation.entry import FORMAT, Entry, Item, Phase, Wish, from_data, record_of, to_data
from dagctl.ports import FileWrite, Reservation

ITEM = Item(
    wish=0,
    reservation=Reservation(
        row_id="row",
        dag_id="x_2",
        version=2,
        user_id="ada",
        created_at=datetime(2024, 1, 15, 10, 30, tzinfo=UTC),
    ),
    base_name="x",
    source_path="specs/x.yaml",
    storage_path="p/dags/x_2.py",
    airflow="3",
    spec='{"dag_name": "X", "description": "", "schedule_interval": null, "owner": "o", '
    '"tags": ["t"], "tasks": [1, 2]}',
    spec_digest="d",
    write=FileWrite(path="dags/x_2.py", old=b"\xff\x00 old", new="n\u00e9w\r\n".encode()),
    old_object=b"\xff\x00 old",
)
ENTRY = Entry(
    operation_id="op",
    project_id="p",
    branch="refs/heads/main",
    phase=Phase.ABORTING,
    wishes=(
        Wish(source="specs/x.yaml", digest="d", base_name="x", if_exists=None, airflow="3"),
        Wish(source=None, digest="e", base_name="y", if_exists=None, airflow="3", unchanged="y"),
    ),
    items=(ITEM,),
    key="k",
    backend="supabase",
)


@pytest.mark.parametrize("old", [None, b"", b"text", b"\xff"])
@pytest.mark.parametrize("old_object", [None, b"", b"text", b"\xfe"])
def test_an_entry_comes_back_as_it_was(old: bytes | None, old_object: bytes | None) -> None:
    write = replace(ITEM.write, old=old)
    entry = replace(ENTRY, items=(replace(ITEM, write=write, old_object=old_object),))
    read = from_data("op", json.loads(json.dumps(to_data(entry))))
    assert read == entry
    assert [wish.unchanged for wish in read.wishes] == [None, "y"]


def test_an_entry_of_another_version_is_left_for_that_version() -> None:
    data = {**to_data(ENTRY), "format": FORMAT + 1}
    with pytest.raises(UnfinishedError, match="another version of dagctl"):
        from_data("op", data)


LATER = {"key", "backend"}
"""What an entry of an earlier version of dagctl does not have."""


def test_an_entry_of_an_earlier_version_is_read() -> None:
    data = {key: value for key, value in to_data(ENTRY).items() if key not in LATER}
    read = from_data("op", data)
    assert (read.key, read.backend) == (None, None)
    assert read == replace(ENTRY, key=None, backend=None)


@pytest.mark.parametrize("key", sorted({*to_data(ENTRY)} - LATER))
def test_an_entry_that_lacks_something_is_told_to_be_damaged(key: str) -> None:
    data = to_data(ENTRY)
    del data[key]
    with pytest.raises(UnfinishedError, match="damaged") as caught:
        from_data("op", data)
    assert ".dagctl/journal/op.json" in (caught.value.hint or "")


@pytest.mark.parametrize("key", ["new", "path", "reservation", "spec"])
def test_an_item_that_lacks_something_is_told_to_be_damaged(key: str) -> None:
    data = to_data(ENTRY)
    data["items"][0][key] = None
    if key in {"path", "spec"}:
        del data["items"][0][key]
    with pytest.raises(UnfinishedError, match="damaged"):
        from_data("op", data)


def test_a_record_says_what_the_spec_and_the_reservation_say() -> None:
    record = record_of(ITEM, "p", "c0ffee")
    assert (record.id, record.dag_id, record.version) == ("row", "x_2", 2)
    assert (record.dag_name, record.owner, record.tags, record.task_count) == ("X", "o", ("t",), 2)
    assert (record.commit_id, record.base_name, record.file_path) == ("c0ffee", "x", "dags/x_2.py")
    assert record.content_digest == sha256(ITEM.write.new).hexdigest()
