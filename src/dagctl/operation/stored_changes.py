"""Many changes, of which only one at a time is in memory whole: what is large lies in a file.

An import has thousands of DAGs, each with its spec, its text and its DAG file. What names them
(ids, paths, digests, what is reserved) stays in memory; a change is put together again whenever it
is asked for. What is short goes another way: `each` and `chosen` take a plain tuple, too.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, Self, overload

from dagctl.errors import UnavailableError, advice
from dagctl.frozen import frozen
from dagctl.operation.change import Change

if TYPE_CHECKING:
    from dagctl.ports import DagRecord, FileWrite

_LARGE = (
    *("spec", "spec_text", "spec_data", "inputs", "record", "header"),
    *("old_file", "content", "old_object", "spec_write", "gives_way"),
)
_NOTHING: dict[str, Any] = {
    field.name: field.default
    for field in fields(Change)
    if field.name in _LARGE and field.name != "record"
}


class _Source(Protocol):
    """Has what is large of changes."""

    def whole(self, stored: _Stored) -> Change:
        """Return a change with all of it."""


class _Shelf:
    """The file. Several threads may read it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._end = 0
        self._lock = Lock()

    def put(self, values: tuple[object, ...]) -> tuple[int, int]:
        """Add values; return where they are, and how many bytes they take.

        Raises:
            UnavailableError: The disk is full, for example.
        """
        data = pickle.dumps(values, pickle.HIGHEST_PROTOCOL)
        with self._lock:
            place = self._end
            try:
                self._file.seek(place)
                self._file.write(data)
                self._file.flush()  # else a full disk shows when something is read
            except OSError as error:
                raise UnavailableError(
                    f"the temporary file of the plan cannot be written: {error.strerror or error}",
                    hint=advice(error),
                ) from error
            self._end += len(data)
        return place, len(data)

    def whole(self, stored: _Stored) -> Change:
        """Return a change with the values that were added of it."""
        with self._lock:
            self._file.seek(stored.place)
            data = self._file.read(stored.size)
        values: tuple[Any, ...] = pickle.loads(data)  # noqa: S301 - a file without a name, which only this process has open
        return replace(stored.small, **dict(zip(_LARGE, values, strict=True)))


class _Made:
    """Values of which each change is made again whenever it is asked for."""

    def __init__(self, values: Sequence[Any], make: Callable[[Any], Change]) -> None:
        self._values = values
        self._make = make

    def whole(self, stored: _Stored) -> Change:
        """Return the change that is made of the value at that place."""
        return self._make(self._values[stored.place])


@frozen
class _Stored:
    small: Change
    """The change, without what is large."""
    place: int
    size: int
    writes: int
    """How many files it writes."""


class ReadChanges(Sequence[Change]):
    """A sequence of changes. What is large of them is read whenever it is asked for."""

    def __init__(self, source: _Source, stored: Sequence[_Stored]) -> None:
        self._source = source
        self._stored = stored

    @classmethod
    def made(cls, values: Sequence[Any], make: Callable[[Any], Change]) -> ReadChanges:
        """Return the changes that are made of these values, each whenever it is asked for."""
        changes = enumerate(map(make, values))
        stored = [_Stored(_small(each), place, 0, len(each.writes)) for place, each in changes]
        return cls(_Made(values, make), stored)

    def __len__(self) -> int:
        return len(self._stored)

    @overload
    def __getitem__(self, place: int) -> Change: ...

    @overload
    def __getitem__(self, place: slice) -> Self: ...

    def __getitem__(self, place: int | slice) -> Change | Self:
        if isinstance(place, slice):
            return self._with(self._stored[place])
        return self._whole(self._stored[place])

    def __iter__(self) -> Iterator[Change]:
        return map(self._source.whole, self._stored)

    @property
    def writes(self) -> Iterator[int]:
        """How many files each of them writes."""
        return (stored.writes for stored in self._stored)

    def chosen(self, is_chosen: Callable[[Change], bool]) -> Self:
        """Return some of the changes; they are chosen by what is small of them."""
        return self._with([stored for stored in self._stored if is_chosen(stored.small)])

    def picked(self, is_picked: Callable[[Change], bool]) -> Self:
        """Return some of the changes; each is read once to be chosen by all of it."""
        return self._with([stored for stored in self._stored if is_picked(self._whole(stored))])

    def _with(self, stored: Sequence[_Stored]) -> Self:
        return type(self)(self._source, stored)

    def _whole(self, stored: _Stored) -> Change:
        return self._source.whole(stored)


class StoredChanges(ReadChanges):
    """The same, where what is large is put into a file."""

    _source: _Shelf

    @classmethod
    def of(cls, changes: Iterable[Change], file: BinaryIO) -> StoredChanges:
        """Return the changes, taken one by one.

        Args:
            changes: The changes.
            file: A file of their own that can be read back; it stays open as long as they are used.

        Raises:
            UnavailableError: The file cannot be written.
        """
        shelf = _Shelf(file)
        return cls(shelf, [_put(shelf, change) for change in changes])

    def each(self, act: Callable[[Change], Change]) -> StoredChanges:
        """Return what the act makes of each change."""
        return self._with([self._again(stored, act) for stored in self._stored])

    def _again(self, stored: _Stored, act: Callable[[Change], Change]) -> _Stored:
        before = self._whole(stored)
        after = act(before)
        if all(getattr(before, name) is getattr(after, name) for name in _LARGE):
            return replace(stored, small=_small(after))
        return _put(self._source, after)


class Writes(Sequence["FileWrite"]):
    """What changes write in the work tree; each is made when it is asked for."""

    def __init__(self, changes: ReadChanges) -> None:
        self._changes = changes
        self._places = [
            (place, number)
            for place, writes in enumerate(changes.writes)
            for number in range(writes)
        ]

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> FileWrite: ...

    @overload
    def __getitem__(self, place: slice) -> list[FileWrite]: ...

    def __getitem__(self, place: int | slice) -> FileWrite | list[FileWrite]:
        if isinstance(place, slice):
            return [self[number] for number in range(len(self))[place]]
        change, number = self._places[place]
        return self._changes[change].writes[number]


def each(changes: Sequence[Change], act: Callable[[Change], Change]) -> Sequence[Change]:
    """Return what the act makes of each change; what was in a file stays there."""
    if isinstance(changes, StoredChanges):
        return changes.each(act)
    return tuple(map(act, changes))


def chosen(changes: Sequence[Change], is_chosen: Callable[[Change], bool]) -> Sequence[Change]:
    """Return some of the changes, chosen by what is small of them (ids, actions, paths)."""
    if isinstance(changes, ReadChanges):
        return changes.chosen(is_chosen)
    return tuple(filter(is_chosen, changes))


def picked(changes: Sequence[Change], is_picked: Callable[[Change], bool]) -> Sequence[Change]:
    """Return some of the changes, chosen by all of them; what was in a file stays there."""
    if isinstance(changes, ReadChanges):
        return changes.picked(is_picked)
    return tuple(filter(is_picked, changes))


def writes_of(changes: Sequence[Change]) -> Sequence[FileWrite]:
    """Return what changes write in the work tree."""
    if isinstance(changes, ReadChanges):
        return Writes(changes)
    return [write for change in changes for write in change.writes]


def _put(shelf: _Shelf, change: Change) -> _Stored:
    place, size = shelf.put(tuple(getattr(change, name) for name in _LARGE))
    return _Stored(_small(change), place, size, len(change.writes))


def _small(change: Change) -> Change:
    return replace(change, **_NOTHING, record=_without_spec(change.record))


def _without_spec(record: DagRecord | None) -> DagRecord | None:
    return None if record is None else replace(record, spec={}, inputs=())
