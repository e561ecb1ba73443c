"""Reads what a process writes, never without end: a server or a hook may write any amount.

So may git itself. A few kilobytes of a clone unpack to a commit with a message of gigabytes.
"""

from __future__ import annotations

import math
import os
import time
from contextlib import suppress
from subprocess import TimeoutExpired
from threading import Thread
from typing import IO, TYPE_CHECKING

from dagctl.errors import UnavailableError

if TYPE_CHECKING:
    from subprocess import Popen

KEPT = 256 << 10
"""Bytes of the end of each stream that are kept."""
WHOLE = 256 << 20
"""Bytes of an answer of git that is read whole."""
_PART = 64 << 10


class TooLongError(Exception):
    """A process writes more than is read."""


def too_long(name: str, most: int = WHOLE) -> UnavailableError:
    """Return the error for an answer of git that is longer than what is read."""
    return UnavailableError(
        f"git {name} answers with more than {most >> 20} MB",
        hint="see whether the repository has a commit, a folder or a file as large: "
        "git cat-file --batch-all-objects --batch-check",
    )


class _End(Thread):
    """Reads a stream to its end, in a thread, and keeps the last bytes.

    If all of it `is_needed`, it is read no further than there is room.
    """

    def __init__(self, stream: IO[bytes], most: int, *, is_needed: bool = False) -> None:
        super().__init__(daemon=True)
        self._descriptor = os.dup(stream.fileno())  # stays open when the stream is closed
        self._most = most
        self._is_needed = is_needed
        self._kept = bytearray()
        self._is_cut = False

    @property
    def lacks_some(self) -> bool:
        """Whether it was not read to its end, and all of it is needed."""
        return self._is_cut and self._is_needed

    def run(self) -> None:
        """Read; of more than twice what is kept the first part is dropped."""
        try:
            while not self.lacks_some and (part := os.read(self._descriptor, _PART)):
                self._kept += part
                if len(self._kept) > self._most * (1 if self._is_needed else 2):
                    del self._kept[: -self._most]
                    self._is_cut = True
        finally:
            os.close(self._descriptor)

    def content(self) -> bytes:
        """Return what is kept."""
        return end_of(bytes(self._kept), self._most, is_cut=self._is_cut)


def end_of(content: bytes, most: int = KEPT, *, is_cut: bool = False) -> bytes:
    """Return the end of what was written; if it was more, whole lines of it.

    So no secret is cut in half.
    """
    if not is_cut and len(content) <= most:
        return content
    kept = content[-most:]
    _, line_end, rest = kept.partition(b"\n")
    return rest if line_end else kept[len(kept) // 2 :]


def ends_of(
    process: Popen[bytes],
    data: bytes,
    limit: float | None,
    most: int = KEPT,
    *,
    is_needed: bool = False,
) -> tuple[bytes, bytes]:
    """Return the ends of what a process writes to its two streams, once both are closed.

    Args:
        process: The process, with pipes.
        data: What it reads.
        limit: Seconds until its end, and until its children write no more; None: any number.
        most: Bytes that are kept.
        is_needed: Whether all of its answer is needed, and not the end only.

    Raises:
        TimeoutExpired: It takes longer.
        TooLongError: All of the answer is needed, and it has more bytes than `most`.
    """
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise ValueError("the process has no pipes")  # a bug in dagctl
    deadline = math.inf if limit is None else time.monotonic() + limit
    readers = (
        _End(process.stdout, most, is_needed=is_needed),
        _End(process.stderr, min(most, KEPT)),
    )
    for reader in readers:
        reader.start()
    stdin, process.stdin = process.stdin, None  # `communicate` would write to it
    if data:  # it may never read it
        Thread(target=_give, args=(stdin, data), daemon=True).start()
    else:
        stdin.close()
    for reader in readers:
        reader.join(None if limit is None else max(0.0, deadline - time.monotonic()))
        if reader.is_alive():
            raise TimeoutExpired(process.args, limit or 0.0)
        if reader.lacks_some:
            raise TooLongError
    process.stdout.close()
    process.stderr.close()
    process.wait(None if limit is None else max(0.0, deadline - time.monotonic()))
    out, err = (reader.content() for reader in readers)
    return out, err


def _give(stdin: IO[bytes], data: bytes) -> None:
    with suppress(BrokenPipeError), stdin:
        stdin.write(data)
