from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, overload
from weakref import WeakSet

import pytest

from dagctl.adapters.state.file_journal import FileJournal
from dagctl.durable import Location
from dagctl.errors import ConflictError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys, time
from pathlib import Path
from dagctl.durable import Location
from dagctl.adapters.state.file_journal import FileJournal
with FileJournal(Location(Path(sys.argv[1]))).lock(wait=1):
    print("held", flush=True)
    time.sleep(60)
"""


ZERO = "00000000-0000-4000-8000-000000000000"
ONE = "11111111-1111-4111-8111-111111111111"


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_an_entry_is_one_file(tmp_path: Path) -> None:
    FileJournal(Location(tmp_path)).write(ONE, {"step": "reserve"})
    assert (tmp_path / f"journal/{ONE}.json").read_text() == '{"step":"reserve"}'
    assert names(tmp_path / "journal") == [f"{ONE}.json"]


def test_an_entry_that_could_not_be_read_again_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = FileJournal(Location(tmp_path))
    journal.write(ONE, {"step": "reserve"})
    monkeypatch.setattr("dagctl.adapters.state.file_journal._LARGEST", 1000)
    with pytest.raises(UsageError, match="too many for one operation"):
        journal.write(ONE, {"changes": ["x" * 500, "x" * 500]})
    assert journal.entries() == {ONE: {"step": "reserve"}}
    assert names(tmp_path / "journal") == [f"{ONE}.json"]


class Elements(Sequence[dict[str, str]]):
    """A sequence that knows how many of its elements are in memory at once."""

    def __init__(self) -> None:
        self.alive: WeakSet[Element] = WeakSet()
        self.most = 0

    def __len__(self) -> int:
        return 100

    @overload
    def __getitem__(self, place: int) -> Element: ...

    @overload
    def __getitem__(self, place: slice) -> list[dict[str, str]]: ...

    def __getitem__(self, place: int | slice) -> Element | list[dict[str, str]]:
        if isinstance(place, slice) or place >= len(self):
            raise IndexError
        element = Element(dag_id=f"dag_{place}")
        self.alive.add(element)
        self.most = max(self.most, len(self.alive))
        return element


class Element(dict[str, str]):
    __hash__ = object.__hash__  # type: ignore[assignment]


def test_an_entry_is_written_one_change_at_a_time(tmp_path: Path) -> None:
    journal, elements = FileJournal(Location(tmp_path)), Elements()
    journal.write(ONE, {"step": "reserve", "changes": elements, "paths": [], "key": None})
    written = journal.entries()[ONE]
    assert list(written["changes"]) == [{"dag_id": f"dag_{number}"} for number in range(100)]
    assert written["changes"][98:] == [{"dag_id": "dag_98"}, {"dag_id": "dag_99"}]
    assert (written["step"], written["paths"], written["key"]) == ("reserve", [], None)
    assert elements.most <= 2


@pytest.mark.parametrize("content", [b"", b'{"step": "res', b"[]", b"\xff\xfe", b"[" * 100_000])
def test_an_unreadable_entry_is_set_aside(tmp_path: Path, content: bytes) -> None:
    journal = FileJournal(Location(tmp_path))
    journal.write(ONE, {})
    (tmp_path / f"journal/{ZERO}.json").write_bytes(content)
    assert journal.entries() == {ONE: {}}
    assert (tmp_path / f"journal/{ZERO}.json.corrupt").read_bytes() == content
    assert journal.aside() == (str(tmp_path / f"journal/{ZERO}.json.corrupt"),)
    assert journal.entries() == {ONE: {}}


def test_an_entry_whose_name_is_no_id_is_set_aside(tmp_path: Path) -> None:
    journal = FileJournal(Location(tmp_path))
    journal.write(ONE, {})
    (tmp_path / "journal/op-1.json").write_bytes(b"{}")
    assert journal.entries() == {ONE: {}}
    assert journal.aside() == (str(tmp_path / "journal/op-1.json.corrupt"),)


def test_the_next_holder_of_the_lock_removes_what_a_killed_run_half_wrote(tmp_path: Path) -> None:
    journal = FileJournal(Location(tmp_path))
    journal.write(ONE, {})
    (tmp_path / "journal/.dagctl-tmp-x.json").write_bytes(b"{")
    assert journal.entries() == {ONE: {}}
    with journal.lock(wait=0):
        assert names(tmp_path / "journal") == [f"{ONE}.json"]


@pytest.mark.parametrize(
    "operation", ["../op", "a/b", "\0", "op-1", ONE.replace("-", ""), ONE + ".x"]
)
def test_an_operation_id_is_no_path(tmp_path: Path, operation: str) -> None:
    with pytest.raises(UsageError):
        FileJournal(Location(tmp_path)).write(operation, {})
    with pytest.raises(UsageError):
        FileJournal(Location(tmp_path)).delete(operation)


def test_forty_megabytes_come_back_equal(tmp_path: Path) -> None:
    entry = {"dags": [{"id": n, "new": "x" * 4000} for n in range(10_000)]}
    journal = FileJournal(Location(tmp_path))
    journal.write(ONE, entry)
    assert journal.entries() == {ONE: entry}


def test_the_message_names_who_holds_the_lock_and_the_lock_dies_with_its_process(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        journal = FileJournal(Location(tmp_path))
        with (
            pytest.raises(ConflictError, match=rf"process {holder.pid}\), since 2"),
            journal.lock(wait=0),
        ):
            pytest.fail("two hold the lock")
        holder.kill()
    with journal.lock(wait=5):
        pass


def test_who_waits_hears_after_a_second_whom_for(tmp_path: Path) -> None:
    first, second = FileJournal(Location(tmp_path)), FileJournal(Location(tmp_path))
    heard: list[str] = []
    with first.lock(wait=0):
        with pytest.raises(ConflictError), second.lock(wait=0.5, waiting=heard.append):
            pytest.fail("two hold the lock")
        assert heard == []
        with pytest.raises(ConflictError), second.lock(wait=1.2, waiting=heard.append):
            pytest.fail("two hold the lock")
    (text,) = heard
    assert f"(process {os.getpid()}), since 2" in text
    assert text.endswith("up to 1.2 seconds; Ctrl-C stops")


@pytest.mark.parametrize("name", ["lock", "lock.holder", "journal", ""])
def test_promise_9_no_link_is_followed_on_the_way_to_the_state(tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "folder").mkdir(parents=True)
    (elsewhere / "precious").write_text("precious")
    state = tmp_path / "state"
    target = elsewhere / ("precious" if name.startswith("lock") else "folder")
    if name:
        state.mkdir()
    (state / name).symlink_to(target)
    journal = FileJournal(Location(tmp_path, ("state",)))
    with suppress(ConflictError), journal.lock(wait=0):
        journal.write(ONE, {})
    with suppress(ConflictError):
        journal.entries()
    assert (elsewhere / "precious").read_text() == "precious"
    assert names(elsewhere / "folder") == []


def test_a_pipe_in_place_of_the_holder_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lock.holder")  # opening it would wait for a reader
    with FileJournal(Location(tmp_path)).lock(wait=0):
        assert names(tmp_path) == ["lock", "lock.holder"]


@pytest.mark.parametrize("holder", ["", "{}", "[]", '"x"'])
def test_a_damaged_holder_file_does_not_matter(tmp_path: Path, holder: str) -> None:
    first, second = FileJournal(Location(tmp_path)), FileJournal(Location(tmp_path))
    with first.lock(wait=0):
        (tmp_path / "lock.holder").write_text(holder)
        with pytest.raises(ConflictError, match="did not leave its name"), second.lock(wait=0):
            pytest.fail("two hold the lock")
