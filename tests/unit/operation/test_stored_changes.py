"""Changes whose large parts lie in a file: the same as those in memory, and little memory."""

from __future__ import annotations

import io
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, cast

import pytest

from dagctl.errors import UnavailableError
from dagctl.operation.change import Action, Change
from dagctl.operation.stored_changes import StoredChanges, chosen, each, writes_of
from dagctl.ports import FileWrite, SpecWrite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

SIZE = 100_000
MANY = 200


def change(number: int) -> Change:
    name = f"dag_{number}"
    return Change(
        source=f"specs/{name}.yaml",
        spec_digest="0" * 64,
        base_name=name,
        dag_id=name,
        path=f"dags/{name}.py",
        action=Action.UNCHANGED if number % 3 == 0 else Action.IMPORT,
        spec_text=f"text of {name}",
        spec_data={"dag_name": name, "tasks": [{"n": number}]},
        content=name.encode() * (SIZE // len(name)),
        old_file=None if number % 2 else b"old",
        spec_write=SpecWrite(path=f"specs/{name}.yaml", old=None, new=b"text"),
    )


def some(count: int = 6) -> list[Change]:
    return [change(number) for number in range(count)]


@pytest.fixture
def file() -> Iterator[BinaryIO]:
    with TemporaryFile() as opened:
        yield cast("BinaryIO", opened)


def whole(changes: object) -> list[dict[str, object]]:
    """Return every field of the changes: some take no part in `==`."""
    return [
        {field.name: getattr(one, field.name) for field in fields(Change)}
        for one in cast("list[Change]", changes)
    ]


def test_they_are_what_was_put_in(file: BinaryIO) -> None:
    stored = StoredChanges.of(some(), file)
    assert whole(stored) == whole(some())
    assert (len(stored), stored[-1], list(stored[1:3])) == (6, some()[-1], some()[1:3])


def test_each_and_chosen_do_as_with_a_tuple(file: BinaryIO) -> None:
    stored = StoredChanges.of(some(), file)

    def act(one: Change) -> Change:
        if one.dag_id == "dag_1":
            return one
        return replace(one, version=2, content=b"new") if one.old_file else replace(one, version=3)

    def is_import(one: Change) -> bool:
        return one.action is Action.IMPORT

    in_memory = each(tuple(some()), act)
    assert whole(each(stored, act)) == whole(in_memory)
    assert whole(stored) == whole(some())
    assert whole(chosen(each(stored, act), is_import)) == whole(chosen(in_memory, is_import))
    assert list(writes_of(stored)) == list(writes_of(some()))


def test_a_file_that_gives_way_is_written_too(file: BinaryIO) -> None:
    away = FileWrite(path="dags/old.py", old=b"x", new=None)
    changes = [replace(change(1), gives_way=away), change(2)]
    writes = writes_of(StoredChanges.of(changes, file))
    assert list(writes) == writes_of(changes)
    assert (len(writes), writes[1], writes[1:]) == (3, away, writes_of(changes)[1:])


def test_little_of_them_is_in_memory_whatever_is_done(file: BinaryIO) -> None:
    tracemalloc.start()
    stored = StoredChanges.of(map(change, range(MANY)), file)
    stored = stored.each(lambda one: replace(one, version=1))
    size = sum(len(write.new or b"") for write in writes_of(chosen(stored, lambda _: True)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 0.9 * MANY * SIZE
    assert peak < MANY * SIZE / 10


def test_threads_read_them_side_by_side(file: BinaryIO) -> None:
    stored = StoredChanges.of(some(), file)
    with ThreadPoolExecutor(4) as pool:
        places = [place % 6 for place in range(60)]
        read = list(pool.map(lambda place: stored[place].content, places))
    assert read == [change(place).content for place in places]


def test_a_full_disk_is_said_in_words() -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(UnavailableError, match="No space left on device") as caught:
        StoredChanges.of(some(), Full())
    assert caught.value.hint
