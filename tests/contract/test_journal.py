"""The contract of the `Journal` port, over the twin and over a real folder."""

from __future__ import annotations

from threading import Event, Thread
from time import sleep
from typing import TYPE_CHECKING

import pytest

from dagctl.adapters.state.file_journal import FileJournal
from dagctl.durable import Location
from dagctl.errors import ConflictError
from tests.twins.journal import MemoryJournal

if TYPE_CHECKING:
    from pathlib import Path

    from dagctl.ports import Journal


ONE, TWO, THREE = (f"{n}" * 8 + "-0000-4000-8000-000000000000" for n in "123")


@pytest.fixture(params=["memory", "folder"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    return (
        MemoryJournal()
        if request.param == "memory"
        else FileJournal(Location(tmp_path, ("state",)))
    )


def test_a_new_journal_is_empty(journal: Journal) -> None:
    assert journal.entries() == {}
    assert journal.aside() == ()


def test_an_entry_comes_back_equal(journal: Journal) -> None:
    entry = {"text": "é \ud83d \0 \u2028", "list": [1, 2.5, None, True], "inner": {"a": {}}}
    journal.write(ONE, entry)
    assert journal.entries() == {ONE: entry}


def test_an_entry_does_not_change_with_what_it_was_made_from(journal: Journal) -> None:
    entry = {"steps": ["reserve"]}
    journal.write(ONE, entry)
    entry["steps"].append("file")
    assert journal.entries() == {ONE: {"steps": ["reserve"]}}


def test_writing_again_replaces_the_entry(journal: Journal) -> None:
    journal.write(ONE, {"step": "reserve", "more": "x" * 1000})
    journal.write(ONE, {"step": "file"})
    assert journal.entries() == {ONE: {"step": "file"}}


def test_entries_come_oldest_first(journal: Journal) -> None:
    for operation in (TWO, ONE, THREE):
        journal.write(operation, {})
    assert list(journal.entries()) == [TWO, ONE, THREE]


def test_delete_removes_one_entry(journal: Journal) -> None:
    journal.write(ONE, {})
    journal.write(TWO, {})
    journal.delete(ONE)
    assert list(journal.entries()) == [TWO]


def test_whether_it_is_empty_is_asked_without_a_change(journal: Journal) -> None:
    assert journal.is_empty()
    journal.write(ONE, {})
    assert not journal.is_empty()
    journal.delete(ONE)
    assert journal.is_empty()


def test_what_is_set_aside_is_no_entry_any_more(journal: Journal) -> None:
    journal.write(ONE, {})
    journal.write(TWO, {})
    journal.set_aside(ONE)
    assert list(journal.entries()) == [TWO]
    assert len(journal.aside()) == 1
    assert ONE in journal.aside()[0]


def test_delete_of_what_is_not_there_does_nothing(journal: Journal) -> None:
    journal.delete(ONE)
    assert journal.entries() == {}


def test_the_lock_excludes_a_second_holder(journal: Journal) -> None:
    with (
        journal.lock(wait=1),
        pytest.raises(ConflictError, match="another operation"),
        journal.lock(wait=0.05),
    ):
        pytest.fail("two hold the lock")


def test_the_lock_is_free_after_the_block_even_if_it_failed(journal: Journal) -> None:
    with pytest.raises(ValueError, match="inside"), journal.lock(wait=0):
        raise ValueError("inside")
    with journal.lock(wait=0):
        pass


def test_a_waiter_gets_the_lock_when_it_is_given_back(journal: Journal) -> None:
    held = Event()
    told = []

    def hold() -> None:
        with journal.lock(wait=1):
            held.set()
            sleep(0.1)
            told.append("given back")

    holder = Thread(target=hold)
    holder.start()
    assert held.wait(5)
    with journal.lock(wait=10):
        told.append("got")
    holder.join()
    assert told == ["given back", "got"]
