"""The journal of a large operation: it is read one change at a time."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.state.file_journal import FileJournal
from dagctl.durable import Location
from dagctl.operation.change import Action, Change
from dagctl.operation.journal.entry import JournalEntry, Phase
from dagctl.operation.journal.entry_form import from_data, streamed, to_data
from dagctl.ports import Reservation

if TYPE_CHECKING:
    from pathlib import Path

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


def change(number: int, more: bytes = b"") -> Change:
    name = f"x_{number}"
    return Change(
        source=f"specs/{name}.yaml",
        spec_digest="d",
        base_name=name,
        action=Action.UPDATE,
        dag_id=name,
        path=f"dags/{name}.py",
        reservation=Reservation(
            row_id=ROW,
            dag_id=name,
            version=2,
            user_id="ada",
            created_at=datetime(2024, 1, 15, 10, 30, tzinfo=UTC),
        ),
        spec_data=SPEC,
        content=b"%06d" % number + more,
        storage_path=f"{PROJECT}/dags/{name}.py",
        old_object=b"\xff\x00 old",
    )


def entry_of(*changes: Change) -> JournalEntry:
    return JournalEntry(
        operation_id=OP,
        project_id=PROJECT,
        branch="refs/heads/main",
        phase=Phase.PUBLISHING,
        command="c",
        changes=changes,
        backend="local",
    )


SAME = Change(source=None, spec_digest="e", base_name="y", dag_id="y", action=Action.UNCHANGED)
ENTRY = entry_of(change(1), SAME)


def test_of_an_entry_one_change_at_a_time_is_in_memory_whole(tmp_path: Path) -> None:
    """What a killed import leaves may be far larger than the memory that a command may take."""
    journal, count, size = FileJournal(Location(tmp_path)), 100, 50_000
    changes = tuple(change(n, b"x" * size) for n in range(count))
    journal.write(OP, streamed(entry_of(*changes)))
    tracemalloc.start()
    entry = from_data(OP, journal.entries()[OP])
    journal.write(OP, streamed(replace(entry, phase=Phase.ABORTING)))  # over what is read
    read = [(change.content or b"")[:6] for change in entry.uploads]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read == [b"%06d" % number for number in range(count)]
    assert list(from_data(OP, journal.entries()[OP]).changes) == list(changes)
    assert peak < count * size / 5


def test_an_entry_of_an_earlier_version_stands_on_one_line(tmp_path: Path) -> None:
    journal = FileJournal(Location(tmp_path))
    journal.write(OP, {})
    (tmp_path / f"journal/{OP}.json").write_text(json.dumps(to_data(ENTRY)))
    assert from_data(OP, journal.entries()[OP]) == ENTRY


@pytest.mark.parametrize("end", [b"", b"\n", b"\n]", b"\n]}\nx"])
def test_an_entry_without_its_end_is_set_aside(tmp_path: Path, end: bytes) -> None:
    journal = FileJournal(Location(tmp_path))
    journal.write(OP, streamed(ENTRY))
    file = tmp_path / f"journal/{OP}.json"
    content = file.read_bytes()
    assert content.endswith(b"\n]}")
    file.write_bytes(content.removesuffix(b"\n]}") + end)
    assert journal.entries() == {}
    assert len(journal.aside()) == 1
