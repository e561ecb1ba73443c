"""Reads what a process writes, and keeps the end of it: a server or a hook may write any amount."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from subprocess import TimeoutExpired
from threading import Thread
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from subprocess import Popen

KEPT = 256 << 10
"""Bytes of the end of each stream that are kept."""
_PART = 64 << 10


class _End(Thread):
    """Reads a stream to its end, in a thread, and keeps the last bytes."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        super().__init__(daemon=True)
        self._descriptor = os.dup(stream.fileno())  # stays open when the stream is closed
        self._most = most
        self._kept = bytearray()
        self._is_cut = False

    def run(self) -> None:
        """Read; of more than twice what is kept the first part is dropped."""
        try:
            while part := os.read(self._descriptor, _PART):
                self._kept += part
                if len(self._kept) > 2 * self._most:
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
    process: Popen[bytes], data: bytes, limit: float, most: int = KEPT
) -> tuple[bytes, bytes]:
    """Return the ends of what a process writes to its two streams, once both are closed.

    Args:
        process: The process, with pipes.
        data: What it reads: no more than a pipe holds, unless it is sure to read all of it.
        limit: Seconds until its end, and until its children write no more.
        most: Bytes of each that are kept.

    Raises:
        TimeoutExpired: It takes longer.
    """
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise ValueError("the process has no pipes")  # a bug in dagctl
    deadline = time.monotonic() + limit
    readers = _End(process.stdout, most), _End(process.stderr, most)
    for reader in readers:
        reader.start()
    with suppress(BrokenPipeError), process.stdin as given:
        given.write(data)
    process.stdin = None  # it is closed: `communicate` would write to it
    for reader in readers:
        reader.join(max(0.0, deadline - time.monotonic()))
        if reader.is_alive():
            raise TimeoutExpired(process.args, limit)
    process.stdout.close()
    process.stderr.close()
    process.wait(max(0.0, deadline - time.monotonic()))
    out, err = (reader.content() for reader in readers)
    return out, err
