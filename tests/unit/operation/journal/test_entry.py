"""The journal's entry, to JSON data and back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from dagctl.errors import UnfinishedError
from dagctl.operation.change import Action, Change, record_of
from dagctl.operation.journal.entry import DamagedEntryError, JournalEntry, Phase, command_digest
from dagctl.operation.journal.entry_form import GIVING_WAY, from_data, to_data
from dagctl.ports import FileWrite, Reservation
from dagctl.spec.inputs import Input

OP = "11111111-1111-4111-8111-111111111111"
ROW = "22222222-2222-4222-8222-222222222222"
PROJECT = "123e4567-e89b-12d3-a456-426614174000"
SPEC = {
    "dag_name": "X",
    "description": "",
    "schedule_interval": None,
    "owner": "o",
    "tags": ["t"],
    "tasks": [1, 2],
}
CHANGE = Change(
    source="specs/x.yaml",
    spec_digest="d",
    base_name="x",
    action=Action.UPDATE,
    dag_id="x_2",
    path="dags/x_2.py",
    old_file=b"\xff\x00 old",
    reservation=Reservation(
        row_id=ROW,
        dag_id="x_2",
        version=2,
        user_id="ada",
        created_at=datetime(2024, 1, 15, 10, 30, tzinfo=UTC),
    ),
    spec_data=SPEC,
    content="n\u00e9w\r\n".encode(),
    storage_path=f"{PROJECT}/dags/x_2.py",
    old_object=b"\xff\x00 old",
)
SAME = Change(source=None, spec_digest="e", base_name="y", dag_id="y", action=Action.UNCHANGED)
ENTRY = JournalEntry(
    operation_id=OP,
    project_id=PROJECT,
    branch="refs/heads/main",
    phase=Phase.ABORTING,
    command="c",
    changes=(CHANGE, SAME),
    key="k",
    backend="supabase",
)


def copied(data: dict[str, Any]) -> dict[str, Any]:
    """Return the data after a way through a file."""
    read: dict[str, Any] = json.loads(json.dumps(data))
    return read


@pytest.mark.parametrize("old", [None, b"", b"text", b"\xff"])
@pytest.mark.parametrize("old_object", [None, b"", b"text", b"\xfe"])
def test_an_entry_comes_back_as_it_was(old: bytes | None, old_object: bytes | None) -> None:
    entry = replace(ENTRY, changes=(replace(CHANGE, old_file=old, old_object=old_object), SAME))
    read = from_data(OP, copied(to_data(entry)))
    assert read == entry
    assert [change.dag_id for change in read.effects] == ["x_2"]


def test_an_entry_that_only_reserves_comes_back_without_effects() -> None:
    asked = Change(source="specs/x.yaml", spec_digest="d", base_name="x", dag_id="x")
    entry = replace(ENTRY, phase=Phase.RESERVING, changes=(asked, SAME))
    read = from_data(OP, copied(to_data(entry)))
    assert read == entry
    assert (read.effects, read.writes) == ((), [])


def test_an_entry_of_a_later_version_is_left_for_that_version() -> None:
    data = {**to_data(ENTRY), "format": GIVING_WAY + 1}
    with pytest.raises(UnfinishedError, match="another version of dagctl"):
        from_data(OP, data)


def test_an_entry_of_a_file_that_gives_way_has_a_form_of_its_own() -> None:
    """An earlier dagctl would leave that file where it is."""
    gone = FileWrite(path="dags/jobs/mine.py", old=b"by hand", new=None)
    inputs = (Input("defaults", "specs/defaults.yaml", "a" * 64),)
    entry = replace(ENTRY, changes=(replace(CHANGE, gives_way=gone, inputs=inputs), SAME))
    data = copied(to_data(entry))
    assert data["format"] == GIVING_WAY
    assert from_data(OP, data) == entry
    assert gone in from_data(OP, data).writes
    for path, old in (("../mine.py", {"text": "x"}), ("dags/jobs/mine.py", None)):
        data["changes"][0]["gives_way"] = {"path": path, "old": old}
        with pytest.raises(DamagedEntryError):
            from_data(OP, data)


def test_an_entry_that_pushes_has_a_form_of_its_own() -> None:
    """An earlier dagctl would look for the commit on the branch here, and undo."""
    entry = replace(ENTRY, remote="origin", phase=Phase.PUSHING)
    data = to_data(entry)
    assert (data["format"], to_data(ENTRY)["format"]) == (4, 3)
    assert from_data(OP, copied(data)) == entry
    with pytest.raises(DamagedEntryError):
        from_data(OP, {**data, "remote": "ext::sh"})


FORM_1: dict[str, Any] = {
    "format": 1,
    "operation_id": OP,
    "project_id": PROJECT,
    "branch": "refs/heads/main",
    "phase": "publishing",
    "key": None,
    "backend": "local",
    "wishes": [
        {
            "source": "specs/new.yaml",
            "digest": "d",
            "base_name": "y",
            "if_exists": "update",
            "airflow": "2",
            "unchanged": None,
        },
        {
            "source": None,
            "digest": "e",
            "base_name": "z",
            "if_exists": "update",
            "airflow": "2",
            "unchanged": "z_2",
        },
    ],
    "items": [
        {
            "wish": 0,
            "base_name": "x",
            "source_path": "specs/new.yaml",
            "storage_path": f"{PROJECT}/dags/x_2.py",
            "airflow": "2",
            "spec": json.dumps(SPEC),
            "spec_digest": "d",
            "reservation": {
                "row_id": ROW,
                "dag_id": "x_2",
                "version": 2,
                "user_id": "ada",
                "created_at": "2024-01-15T10:30:00+00:00",
                "spec_digest": "d",
                "is_unchanged": False,
                "file_path": None,
                "commit_id": None,
            },
            "path": "dags/x_2.py",
            "old": {"text": "old"},
            "new": {"text": "new"},
            "old_object": "old",
        }
    ],
}
"""An entry as dagctl 0.1 wrote it."""


@pytest.mark.parametrize("lacks", [(), ("key", "backend")], ids=["late", "early"])
def test_an_entry_of_form_1_is_still_read(lacks: tuple[str, ...]) -> None:
    read = from_data(OP, {key: value for key, value in FORM_1.items() if key not in lacks})
    change, same = read.changes
    assert (change.action, change.dag_id, change.base_name) == (Action.UPDATE, "x_2", "x")
    assert (change.old_file, change.content, change.old_object) == (b"old", b"new", b"old")
    assert (change.granted.version, change.spec_data, change.airflow) == (2, SPEC, "2")
    assert (same.action, same.dag_id) == (Action.UNCHANGED, "z_2")
    assert read.dag_ids == ("x_2",)
    assert read.backend == (None if lacks else "local")
    again = [
        Change(source="specs/new.yaml", spec_digest="d", base_name="y"),
        Change(source=None, spec_digest="e", base_name="z"),
    ]
    assert read.command == command_digest(again, "update", "2")
    assert from_data(OP, copied(to_data(read))) == read


def test_an_entry_of_form_1_that_only_reserves_has_no_effects() -> None:
    read = from_data(OP, {**FORM_1, "phase": "reserving", "items": []})
    assert (read.effects, len(read.changes)) == ((), 2)


@pytest.mark.parametrize("key", sorted(to_data(ENTRY)))
def test_an_entry_that_lacks_something_is_said_to_be_damaged(key: str) -> None:
    data = to_data(ENTRY)
    del data[key]
    with pytest.raises(DamagedEntryError, match="damaged"):
        from_data(OP, data)


@pytest.mark.parametrize("key", ["new", "path", "reservation", "spec", "action"])
def test_a_change_that_lacks_something_is_said_to_be_damaged(key: str) -> None:
    data = to_data(ENTRY)
    data["changes"][0][key] = None
    if key in {"path", "spec"}:
        del data["changes"][0][key]
    with pytest.raises(UnfinishedError, match="damaged"):
        from_data(OP, data)


WRONG: list[tuple[str, object]] = [
    ("operation_id", "../../x"),
    ("operation_id", ROW),
    ("project_id", "p"),
    ("restore_id", 7),
    ("branch", "HEAD"),
    ("branch", ["refs/heads/main"]),
    ("changes", [7]),
    ("command", None),
    ("backend", 7),
]
WRONG_IN_CHANGE: list[tuple[str, object]] = [
    ("path", ".git/config"),
    ("path", "../x.py"),
    ("path", "/etc/x.py"),
    ("path", ["dags/x.py"]),
    ("storage_path", "../x.py"),
    ("storage_path", ".GIT/x.py"),
    ("spec_write", {"path": "src/app.py", "old": None, "new": {"text": "x"}}),
    ("spec_write", {"path": "../x.yaml", "old": None, "new": {"text": "x"}}),
    ("spec_write", {"path": ".git/x.yaml", "old": None, "new": {"text": "x"}}),
    ("gives_way", {"path": ".git/x.py", "old": {"text": "x"}}),
    ("gives_way", {"path": "dags/y.py", "old": None}),
    ("action", "explode"),
    ("spec", "[]"),
    ("spec", "[" * 100_000),
    ("spec_digest", None),
    ("source", 7),
    ("new", {"base64": "%"}),
    ("new", {"text": 7}),
]
WRONG_IN_RESERVATION: list[tuple[str, object]] = [
    ("row_id", "row"),
    ("version", 0),
    ("version", "1"),
    ("created_at", "yesterday"),
    ("created_at", "2024-01-15"),
    ("dag_id", ["x"]),
]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_promise_9_an_entry_that_dagctl_cannot_have_written_is_damaged(
    key: str, value: object
) -> None:
    with pytest.raises(DamagedEntryError):
        from_data(OP, {**to_data(ENTRY), key: value})


@pytest.mark.parametrize(("key", "value"), WRONG_IN_CHANGE)
def test_promise_9_a_change_that_dagctl_cannot_have_written_is_damaged(
    key: str, value: object
) -> None:
    data = to_data(ENTRY)
    data["changes"][0][key] = value
    with pytest.raises(DamagedEntryError):
        from_data(OP, data)


@pytest.mark.parametrize(("key", "value"), WRONG_IN_RESERVATION)
def test_promise_9_a_reservation_that_dagctl_cannot_have_written_is_damaged(
    key: str, value: object
) -> None:
    data = to_data(ENTRY)
    data["changes"][0]["reservation"][key] = value
    with pytest.raises(DamagedEntryError):
        from_data(OP, data)


def test_the_operation_that_puts_back_cannot_be_guessed() -> None:
    few: dict[str, Any] = {"operation_id": OP, "project_id": PROJECT, "branch": "b"}
    drawn = {JournalEntry(**few, command="c", changes=()).restore_id for _ in range(2)}
    assert len(drawn) == 2


def test_the_same_command_has_the_same_digest_and_any_other_another() -> None:
    first = command_digest([CHANGE], None, "3")
    assert first == command_digest([replace(CHANGE, record=None, content=b"")], None, "3")
    others = [
        command_digest([CHANGE, SAME], None, "3"),
        command_digest([CHANGE], "update", "3"),
        command_digest([CHANGE], None, "2"),
        command_digest([replace(CHANGE, spec_digest="f")], None, "3"),
        command_digest([replace(CHANGE, source=None)], None, "3"),
    ]
    assert len({first, *others}) == len(others) + 1


def test_a_record_says_what_the_spec_and_the_reservation_say() -> None:
    record = record_of(CHANGE, "p", "c0ffee")
    assert (record.id, record.dag_id, record.version) == (ROW, "x_2", 2)
    assert (record.dag_name, record.owner, record.tags, record.task_count) == ("X", "o", ("t",), 2)
    assert (record.commit_id, record.base_name, record.file_path) == ("c0ffee", "x", "dags/x_2.py")
    assert record.content_digest == sha256(CHANGE.content or b"").hexdigest()
