"""Answers of git that are kept as long as all that they come from stays the same.

A server asks where a project stands and what git is set to for each request, and the answers
hardly ever change. A command asks once, and keeps nothing.
"""

from __future__ import annotations

import os
import time
from stat import S_ISDIR, S_ISREG
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from dagctl.adapters.git.git_program import configuration_files, system_files
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

T = TypeVar("T")

_SETTLED, _FINELY_SETTLED = 3.0, 0.1
"""Seconds after the change of a file from which on the next one is sure to get another time: by a
clock that may count seconds, and by one that counts less than milliseconds."""
_FINE = 10**6
"""Nanoseconds of which a time by a coarse clock is a multiple."""
_LONGEST = 60.0
"""Seconds for which an answer is kept: what is not foreseen here counts after them."""
_MOST = 256
_LARGEST = 1 << 20
"""Bytes of a file of the configuration of which is known that it includes no other."""


@frozen
class _Seal:
    """All that an answer of git about a repository at a folder comes from, as far as it is here."""

    surroundings: tuple[Hashable, ...]
    """The folder, the repository, the process's variables."""
    files: tuple[str, ...]
    """The files of git's configuration, there or not."""
    states: tuple[tuple[int, ...], ...]
    """Which files they are, how large, and when they were changed last."""

    def is_settled(self) -> bool:
        """Return whether a change from now on is sure to be seen, and no other file counts."""
        now = time.time()
        is_old = all(_is_old(state, now) for state in self.states if state)
        return is_old and not any(map(_may_include, self.files))


class KeptAnswers(Generic[T]):
    """The answers to one question about repositories; threads may share it."""

    def __init__(self, holds: Callable[[Path, T], bool]) -> None:
        """Take what says whether an answer is about the repository at a folder."""
        self._holds = holds
        self._lock = Lock()
        self._known: dict[Hashable, tuple[_Seal, float, T]] = {}

    def get(self, root: Path, ask: Callable[[], T], *, of: Hashable = None) -> T:
        """Return what `ask` returned before if nothing has changed since then, else ask.

        Args:
            root: The top folder of a repository; in other folders it is always asked.
            ask: Asks git.
            of: What else the answer depends on.
        """
        seal, now, key = _seal(root), time.monotonic(), (root, of)
        if seal is None:
            return ask()
        with self._lock:
            known = self._known.get(key)
        if known is not None and known[0] == seal and now - known[1] < _LONGEST:
            return known[2]
        answer = ask()
        if self._holds(root, answer) and seal.is_settled():
            with self._lock:
                self._known.pop(key, None)
                while len(self._known) >= _MOST:
                    del self._known[next(iter(self._known))]
                self._known[key] = seal, now, answer
        return answer


def _seal(root: Path) -> _Seal | None:
    """Return what the answers depend on; None: more than can be looked at."""
    own = f"{root}/.git"
    try:
        folder, inside = os.stat(root), os.lstat(own)
        kinds = [os.lstat(f"{own}/{name}").st_mode for name in ("HEAD", "objects", "refs")]
    except OSError:
        return None
    outside = [*(file for file, _ in configuration_files()), *system_files("gitconfig")]
    if not S_ISDIR(inside.st_mode) or os.path.exists(f"{own}/commondir"):
        return None
    inner = (f"{own}/HEAD", f"{own}/config", f"{own}/config.worktree")
    files = (*inner, *(file for file in outside if file))
    # a relative one begins in the folder where git runs
    if len(files) != len(inner) + len(outside) or not all(f.startswith("/") for f in files):
        return None
    variables = frozenset(os.environ.items())
    same = [(each.st_dev, each.st_ino, each.st_mode, each.st_uid) for each in (folder, inside)]
    surroundings = (os.path.realpath(root), os.geteuid(), variables, *same, *kinds)
    return _Seal(surroundings, files, tuple(map(_state, files)))


def _state(file: str) -> tuple[int, ...]:
    try:
        now = os.stat(file)
    except OSError:
        return ()
    same = (now.st_dev, now.st_ino, now.st_mode, now.st_uid)
    return (*same, now.st_size, now.st_mtime_ns, now.st_ctime_ns)


def _is_old(state: tuple[int, ...], now: float) -> bool:
    """Return whether a change from now on gets another time; the kernel alone sets the last one."""
    wait = _FINELY_SETTLED if state[-1] % _FINE else _SETTLED
    return max(state[-2:]) < (now - wait) * 1e9


def _may_include(file: str) -> bool:
    """Return whether a file of the configuration may name others (`include`, `includeIf`)."""
    try:
        if not S_ISREG(os.stat(file).st_mode):  # a pipe would be waited for without end
            return True
        with open(file, "rb") as opened:
            text = opened.read(_LARGEST + 1)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return len(text) > _LARGEST or b"include" in text.lower()
