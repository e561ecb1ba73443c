"""The process that checks and renders specs for a server, within bounds.

`check_process` starts it. It reads jobs from standard input and writes their results to standard
output, each as a length and a pickle. It has no secret, opens no connection and no file but
dagctl's own, and runs nothing of what it reads.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

from dagctl.light_libraries import make_light

if __name__ == "__main__":  # before pydantic is loaded; not where the server takes names from here
    make_light()

from dagctl.codegen.render import render
from dagctl.server.posted_inputs import check_given, needs_of, usable
from dagctl.spec.load import check_data

if TYPE_CHECKING:
    from collections.abc import Callable


JOBS: dict[str, Callable[..., Any]] = {
    "needs": needs_of,
    "check": check_given,
    "check_data": check_data,
    "render": render,
    "usable": usable,
}
"""What can be asked for, by name."""
LENGTH = 8
"""Bytes before each pickle that say how long it is."""
_NICENESS = 5
"""The process that answers comes before the ones that check."""
_STATM_SIZE = "/proc/self/statm"


def main() -> None:
    """Do jobs until standard input ends: `check_worker MEGABYTES SECONDS`."""
    megabytes, seconds = int(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server
    jobs, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _silence()
    os.nice(_NICENESS)
    _limit_memory(megabytes)
    while (job := read_frame(jobs)) is not None:
        _limit_time(seconds)
        write_frame(results, _done(job))


def read_frame(stream: BinaryIO) -> bytes | None:
    """Return the next frame, or None at the end of the stream."""
    head = stream.read(LENGTH)
    if len(head) < LENGTH:
        return None
    size = int.from_bytes(head)
    data = stream.read(size)
    return data if len(data) == size else None


def write_frame(stream: BinaryIO, data: bytes) -> None:
    """Write one frame."""
    stream.write(len(data).to_bytes(LENGTH) + data)
    stream.flush()


def _done(job: bytes) -> bytes:
    """Return the pickled result of a job: what it gave, or what kept it from giving anything."""
    try:
        name, arguments, named = pickle.loads(job)  # noqa: S301 - the server wrote it
        return pickle.dumps((True, JOBS[name](*arguments, **named)))
    except MemoryError:
        return pickle.dumps((False, "memory"))
    except Exception as error:  # noqa: BLE001 - it belongs to the process that asked
        return pickle.dumps((False, f"{type(error).__name__}: {error}"[:1000]))


def _silence() -> None:
    """Let nothing that is printed get between the results."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)


def _limit_memory(megabytes: int) -> None:
    """Let the process grow by so much from here, and no further: then Python raises."""
    try:
        with open(_STATM_SIZE, encoding="ascii") as file:  # noqa: PTH123 - no path, the kernel
            pages = int(file.read().split()[0])
    except OSError:  # not Linux
        return
    most = pages * resource.getpagesize() + megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(seconds: int) -> None:
    """Let this job have so much processor time; then the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    whole = int(used.ru_utime + used.ru_stime) + 1 + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (whole, hard))


if __name__ == "__main__":
    main()
