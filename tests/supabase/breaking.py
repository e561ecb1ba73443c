"""Breaks one call of one port, or one system call, of a client whose adapters are the real ones."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dagctl import durable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

    from dagctl import Client

PORTS = ("registry", "store", "files", "repo", "journal")
DISK = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS)
"""What a disk refuses: it is full, broken, not the user's, not writable."""


class Killed(BaseException):
    """The process is gone: nothing that it still tries has any effect."""


@dataclass
class Break:
    """What goes wrong at which call."""

    at: str
    """A port's method, as `files.write`; its second call is `files.write 2`."""
    kind: str
    """`interrupt`, `kill`, `unavailable`, or the name of an error of the disk."""
    after: bool = False
    """Whether the call has its effect first."""
    calls: list[str] = field(default_factory=list)
    """What was called, in order."""
    _seen: Counter[str] = field(default_factory=Counter)
    _is_dead: bool = False

    @property
    def was_hit(self) -> bool:
        return self.at in self.calls

    def around(self, name: str, act: Callable[[], Any]) -> Any:  # noqa: ANN401 - any port's method
        """Return what the call returns, unless it is the one that goes wrong."""
        if self._is_dead:
            raise Killed
        self._seen[name] += 1
        count = self._seen[name]
        self.calls.append(name if count == 1 else f"{name} {count}")
        if self.calls[-1] != self.at:
            return act()
        self._is_dead = self.kind == "kill"
        if self.after:
            act()
        return self._fail(name)

    def _fail(self, name: str) -> None:
        if self.kind == "kill":
            raise Killed
        if self.kind == "interrupt":
            raise KeyboardInterrupt
        code = getattr(errno, self.kind)
        with durable.explained(name):  # as each adapter tells what the system refuses
            raise OSError(code, os.strerror(code))

    def into(self, client: Client) -> Client:
        """Return the client, with each of its ports in the hands of this."""
        opened = vars(client._backend)
        for name in PORTS:
            opened[name] = _Port(getattr(client._backend, name), name, self)
        opened["renew"] = lambda: None  # else the next call has a repository of its own
        return client


class _Port:
    def __init__(self, port: object, name: str, broken: Break) -> None:
        self._port, self._name, self._broken = port, name, broken

    def __getattr__(self, method: str) -> Any:  # noqa: ANN401 - any port's method
        act = getattr(self._port, method)
        if method == "lock":  # no effect: it dies with its process
            return act
        name = f"{self._name}.{method}"
        return lambda *args, **named: self._broken.around(name, lambda: act(*args, **named))


# --- System calls ---

WRITING = frozenset({"os.rename", "os.link", "os.remove", "os.mkdir", "os.fsync"})


@dataclass
class _Disk:
    """Refuses the n-th call that changes the disk, and maybe all that follow."""

    number: int
    code: int
    lasting: bool
    thread: int = field(default_factory=threading.get_ident)
    seen: int = 0

    def look(self, event: str, arguments: tuple[Any, ...]) -> None:
        if threading.get_ident() != self.thread or not self._changes(event, arguments):
            return
        self.seen += 1
        if self.seen == self.number or (self.lasting and self.seen > self.number):
            raise OSError(self.code, os.strerror(self.code))

    @staticmethod
    def _changes(event: str, arguments: tuple[Any, ...]) -> bool:
        if event == "open":
            flags = arguments[2]
            is_for_writing = isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))
            return is_for_writing and arguments[0] != os.devnull
        return event in WRITING


_in_force: list[_Disk] = []
_is_heard: list[bool] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    for disk in _in_force:
        disk.look(event, arguments)


@contextmanager
def bad_disk(
    patch: pytest.MonkeyPatch, number: int, code: int, *, lasting: bool
) -> Iterator[_Disk]:
    """Let the n-th change that this thread makes to the disk fail, and maybe all that follow."""
    if not _is_heard:  # a hook cannot be taken back
        sys.addaudithook(_hear)
        _is_heard.append(True)
    disk = _Disk(number, code, lasting)
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        disk.look("os.fsync", ())
        sync(descriptor)

    _in_force.append(disk)
    try:
        with patch.context() as patched:
            patched.setattr(os, "fsync", fsync)
            yield disk
    finally:
        _in_force.remove(disk)
