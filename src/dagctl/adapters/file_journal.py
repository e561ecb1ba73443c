"""The `Journal` port over the workspace's state folder, and the lock beside it."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from dagctl.adapters import durable
from dagctl.adapters.keys import TEMPORARY, checked_parts
from dagctl.errors import ConflictError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SUFFIX = ".json"
_ASIDE = ".corrupt"
_POLL = 0.02
"""Seconds between two looks at a held lock."""


class FileJournal:
    """One file per operation in `journal/`, and the files `lock` and `lock.holder`."""

    def __init__(self, state: Path) -> None:
        self._state = state.absolute()

    @contextmanager
    def lock(self, *, wait: float) -> Iterator[None]:
        """Hold the workspace's lock for the length of the block; it dies with its process."""
        with durable.explained(str(self._state / "lock")):
            self._state.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._state / "lock")
            try:
                lock.acquire(timeout=max(wait, 0), poll_interval=_POLL)
            except Timeout as error:
                raise ConflictError(
                    f"another operation is under way in this workspace: {self._holder()}",
                    hint="wait for it to end, then try again",
                ) from error
        try:
            self._sign()
            self._sweep()
            yield
        finally:
            lock.release()

    def write(self, operation_id: str, entry: Mapping[str, Any]) -> None:
        """Make the entry durable, replacing an older one."""
        name = _file_name(operation_id)
        encoder = json.JSONEncoder(separators=(",", ":"))
        parts = (part.encode() for part in encoder.iterencode(entry))
        with (
            durable.explained(f"the journal {name}"),
            durable.folder(self._state, ["journal"], make=True) as folder,
        ):
            durable.replace_parts(folder, name, parts)
            os.fsync(folder)

    def entries(self) -> dict[str, Mapping[str, Any]]:
        """Return the entries by operation id, oldest first; set unreadable ones aside."""
        with durable.explained(str(self._state / "journal")):
            try:
                with durable.folder(self._state, ["journal"]) as folder:
                    return dict(_entries(folder))
            except FileNotFoundError:
                return {}

    def aside(self) -> tuple[str, ...]:
        """Return where the entries that nobody could read stand, relative to the workspace."""
        found = sorted((self._state / "journal").glob(f"*{_ASIDE}"))
        return tuple(str(file.relative_to(self._state.parent)) for file in found)

    def delete(self, operation_id: str) -> None:
        """Remove the entry, if there is one."""
        name = _file_name(operation_id)
        with durable.explained(f"the journal {name}"):
            try:
                with durable.folder(self._state, ["journal"]) as folder:
                    durable.remove(folder, name)
                    os.fsync(folder)
            except FileNotFoundError:
                return

    def _sign(self) -> None:
        """Say who holds the lock, for those who wait."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        holder = {"pid": os.getpid(), "command": Path(sys.argv[0]).name, "since": now}
        with suppress(OSError):
            (self._state / "lock.holder").write_text(json.dumps(holder), encoding="utf-8")

    def _holder(self) -> str:
        try:
            holder = json.loads((self._state / "lock.holder").read_text(encoding="utf-8"))
            return f"{holder['command']} (process {holder['pid']}), since {holder['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "a process that did not leave its name"

    def _sweep(self) -> None:
        """Remove what killed runs left half written; nobody else writes while we hold the lock."""
        for leftover in (self._state / "journal").glob(f"{TEMPORARY}*"):
            leftover.unlink(missing_ok=True)


def _entries(folder: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    names = [n for n in os.listdir(folder) if n.endswith(_SUFFIX) and not n.startswith(TEMPORARY)]
    for name in sorted(names, key=lambda n: (_written(folder, n), n)):
        entry = _parsed(durable.read(folder, name) or b"")
        if entry is None:
            os.rename(name, name + _ASIDE, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
        else:
            yield name.removesuffix(_SUFFIX), entry


def _written(folder: int, name: str) -> int:
    return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime_ns


def _parsed(data: bytes) -> Mapping[str, Any] | None:
    try:
        entry = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def _file_name(operation_id: str) -> str:
    parts = checked_parts(f"{operation_id}{_SUFFIX}")
    if len(parts) > 1:
        raise UsageError(f"{operation_id!a} is not the id of an operation")
    return parts[0]
