"""The `Journal` port over the workspace's state folder, and the lock beside it."""

from __future__ import annotations

import errno
import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload
from uuid import UUID
from weakref import finalize

from dagctl import durable
from dagctl.errors import ConflictError, UsageError
from dagctl.next_step import again

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import BinaryIO

    from dagctl.durable import Location

_SUFFIX = ".json"
_ASIDE = ".corrupt"
_FOLDER = "journal"
_HOLDER = "lock.holder"
_POLL = 0.02
"""Seconds between two looks at a held lock."""
_SILENT = 1.0
"""Seconds of waiting before the user hears of it."""
_LARGEST = 1 << 30
"""Bytes of an entry: 10,000 DAGs of ten tasks take a fifth of that. More is neither written nor
read."""
_LARGEST_HOLDER = 4096
_BEGIN, _END = b"[\n", b"]}"
"""What ends the first line of an entry whose last value is read one by one, and what is the last
line of it."""
_NO_ENTRY = frozenset({errno.ELOOP, errno.ENXIO, errno.EFBIG})
"""What reading gives where a link, something irregular or something far too large stands."""
_SIGN = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MODE = 0o644


class FileJournal:
    """One file per operation in `journal/`, and the files `lock` and `lock.holder`."""

    def __init__(self, state: Location) -> None:
        self._state = state
        self._entries = state.below(_FOLDER)

    @contextmanager
    def lock(self, *, wait: float, waiting: Callable[[str], None] | None = None) -> Iterator[None]:
        """Hold the workspace's lock for the length of the block; it dies with its process."""
        name = str(self._state.path / "lock")
        with durable.explained(name), self._state.opened(make=True) as state:
            descriptor = durable.opened_lock(state, "lock")
        try:
            with durable.explained(name):
                self._acquire(descriptor, wait, waiting)
            self._sign()
            self._sweep()
            yield
        finally:
            os.close(descriptor)

    def write(self, operation_id: str, entry: Mapping[str, Any]) -> None:
        """Make the entry durable, replacing an older one.

        Raises:
            UsageError: It is larger than what is read again.
        """
        name = _file_name(operation_id)
        with durable.explained(f"the journal {name}"), self._entries.opened(make=True) as folder:
            durable.replace_parts(folder, name, _within_limit(_parts(entry)))
            os.fsync(folder)

    def is_empty(self) -> bool:
        """Return whether there is no entry; looks at names only, and changes nothing."""
        return not any(name.endswith(_SUFFIX) for name in self._names())

    def entries(self) -> dict[str, Mapping[str, Any]]:
        """Return the entries by operation id, oldest first; set unreadable ones aside."""
        with durable.explained(str(self._entries.path)):
            try:
                with self._entries.opened() as folder:
                    return dict(_entries(folder))
            except FileNotFoundError:
                return {}

    def set_aside(self, operation_id: str) -> None:
        """Keep the entry under another name, where it is no entry any more."""
        name = _file_name(operation_id)
        with durable.explained(f"the journal {name}"), self._entries.opened() as folder:
            _put_aside(folder, name)

    def aside(self) -> tuple[str, ...]:
        """Return where the entries that could not be read stand."""
        names = sorted(name for name in self._names() if name.endswith(_ASIDE))
        return tuple(str(self._entries.path / name) for name in names)

    def delete(self, operation_id: str) -> None:
        """Remove the entry, if there is one."""
        name = _file_name(operation_id)
        with durable.explained(f"the journal {name}"):
            try:
                with self._entries.opened() as folder:
                    durable.remove(folder, name)
                    os.fsync(folder)
            except FileNotFoundError:
                return

    def _names(self) -> list[str]:
        with durable.explained(str(self._entries.path)):
            try:
                with self._entries.opened() as folder:
                    return durable.names(folder)
            except FileNotFoundError:
                return []

    def _acquire(self, descriptor: int, wait: float, waiting: Callable[[str], None] | None) -> None:
        """Lock the open file; after a second let the user know whom this waits for."""
        begun = time.monotonic()
        while not durable.is_locked(descriptor):
            waited = time.monotonic() - begun
            if waited >= wait:
                raise ConflictError(
                    f"another operation is under way in this workspace: {self._holder()}",
                    hint=again("wait for it to end"),
                )
            if waiting is not None and waited >= _SILENT:
                waiting(f"waiting for {self._holder()}, up to {wait:g} seconds; Ctrl-C stops")
                waiting = None
            time.sleep(_POLL)

    def _sign(self) -> None:
        """Say who holds the lock, for those who wait."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        holder = {"pid": os.getpid(), "command": Path(sys.argv[0]).name, "since": now}
        with suppress(OSError), self._state.opened() as state:
            descriptor = os.open(_HOLDER, _SIGN, _MODE, dir_fd=state)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(holder, file)

    def _holder(self) -> str:
        try:
            with self._state.opened() as state:
                holder = json.loads(durable.read(state, _HOLDER, limit=_LARGEST_HOLDER) or b"")
            return f"{holder['command']} (process {holder['pid']}), since {holder['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "a process that did not leave its name"

    def _sweep(self) -> None:
        """Remove what killed runs left half written; the lock keeps others from writing."""
        with (
            durable.explained(str(self._entries.path)),
            suppress(FileNotFoundError),
            self._entries.opened() as folder,
        ):
            durable.sweep(folder)


def _parts(entry: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield an entry as JSON.

    The elements of a sequence that is no list are made one by one, as there may be thousands. It
    comes last, each element on a line of its own: so they are read one by one, too.
    """
    encode = json.JSONEncoder(separators=(",", ":")).encode
    long = [name for name, value in entry.items() if _is_long(value)]
    short = encode({name: value for name, value in entry.items() if name not in long})
    if not long:
        yield short.encode()
        return
    (name,) = long
    yield f"{short[:-1]}{',' if len(short) > len('{}') else ''}{encode(name)}:[".encode()
    for place, element in enumerate(entry[name]):
        yield f"\n{',' if place else ''}{encode(element)}".encode()
    yield b"\n" + _END


def _is_long(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | list | tuple)


def _within_limit(parts: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > _LARGEST:
            raise UsageError(
                f"these DAGs have more than {_LARGEST:,} bytes, too many for one operation",
                hint="split them over several commands",
            )
        yield part


def _entries(folder: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    names = [name for name in durable.names(folder) if name.endswith(_SUFFIX)]
    for name in sorted(names, key=lambda n: (_written(folder, n), n)):
        operation_id = name.removesuffix(_SUFFIX)
        entry = _parsed(folder, name) if _is_id(operation_id) else None
        if entry is None:
            _put_aside(folder, name)
        else:
            yield operation_id, entry


def _put_aside(folder: int, name: str) -> None:
    os.rename(name, name + _ASIDE, src_dir_fd=folder, dst_dir_fd=folder)
    os.fsync(folder)


def _written(folder: int, name: str) -> int:
    return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime_ns


class _Lines(Sequence[Any]):
    """Values of a file, each on a line of its own; each is read when it is asked for."""

    def __init__(self, file: BinaryIO, at: int, name: str) -> None:
        self._descriptor = os.dup(file.fileno())
        finalize(self, os.close, self._descriptor)
        self._name = name
        self._places: list[tuple[int, int]] = []
        for line in file:
            self._places.append((at, len(line)))
            at += len(line)
        if not self._places or self._bytes(self._places.pop()) != _END:
            raise ValueError("the end is missing")

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Any: ...  # noqa: ANN401 - JSON

    @overload
    def __getitem__(self, place: slice) -> list[Any]: ...

    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return [self[number] for number in range(len(self))[place]]
        with durable.explained(self._name):
            line = self._bytes(self._places[place])
        return json.loads(line.removeprefix(b","))

    def _bytes(self, place: tuple[int, int]) -> bytes:
        at, size = place
        return os.pread(self._descriptor, size, at)


def _parsed(folder: int, name: str) -> Mapping[str, Any] | None:
    """Return the entry, or None if it is no JSON object, no regular file, or far too large.

    What earlier versions wrote has one line, and is read as a whole.
    """
    try:
        file = durable.opened(folder, name, limit=_LARGEST)
        entry = None if file is None else _read(file, name)
    except OSError as error:
        if error.errno in _NO_ENTRY:
            return None
        raise
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def _read(file: BinaryIO, name: str) -> object:
    """Return the JSON of a file; what it has one by one is read when it is asked for."""
    with file:
        head = file.readline()
        if not head.endswith(_BEGIN):
            return json.loads(head + file.read())
        values = _Lines(file, len(head), f"the journal {name}")
    entry: dict[str, Any] = json.loads(head + _END)
    *_, last = entry
    entry[last] = values
    return entry


def _file_name(operation_id: str) -> str:
    if not _is_id(operation_id):
        raise UsageError(f"{operation_id!a} is not the id of an operation")
    return operation_id + _SUFFIX


def _is_id(text: str) -> bool:
    """Return whether this is a UUID in the one form that dagctl writes."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
