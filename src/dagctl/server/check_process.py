"""A process that checks and renders specs, and is killed where it takes too much."""

from __future__ import annotations

import os
import pickle
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

from dagctl.frozen import frozen
from dagctl.server.check_worker import LENGTH

_WORKER = "dagctl.server.check_worker"
_KEPT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
"""The variables that Python itself may need. No setting and no secret is among them."""
_MOST_JOBS = 500
"""Jobs after which a new process takes over: memory that was once taken is given back."""
_PART = 1 << 16


@frozen
class Bounds:
    """What one job may take."""

    megabytes: int = 140
    """Memory beyond what the process has when it begins."""
    processor_seconds: int = 10
    seconds: float = 30.0
    """On the clock: a busy machine may need more of it than of processor time."""


class StoppedError(Exception):
    """A job went beyond its bounds, and its process was ended."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit
        """What it went beyond, for people."""


class CheckProcess:
    """One process and its pipes. Used by one thread at a time."""

    def __init__(self, bounds: Bounds) -> None:
        """Start it; it is ready about half a second later."""
        self._bounds = bounds
        self._jobs = 0
        self._process = self._started()

    def run(self, name: str, *arguments: object, seconds: float, **named: object) -> Any:  # noqa: ANN401 - of the job
        """Return what a job gives.

        Args:
            name: The job, as in `check_worker.JOBS`.
            arguments: Its arguments.
            seconds: How long it may take, if that is less than the bounds allow.
            named: Its named arguments.

        Raises:
            StoppedError: It took more than its bounds.
            RuntimeError: It failed: a bug.
        """
        limit = min(seconds, self._bounds.seconds)
        deadline = time.monotonic() + limit
        if self._jobs >= _MOST_JOBS or self._process.poll() is not None:
            self._start_anew()
        self._jobs += 1
        try:
            self._send(pickle.dumps((name, arguments, named)), deadline)
            size = int.from_bytes(self._receive(LENGTH, deadline))
            is_done, result = pickle.loads(self._receive(size, deadline))  # noqa: S301 - our own process
        except TimeoutError:
            self._start_anew()
            raise StoppedError(f"{limit:.3g} s") from None
        except (EOFError, OSError):
            raise StoppedError(self._reason()) from None
        if is_done:
            return result
        if result == "memory":
            self._start_anew()
            raise StoppedError(f"{self._bounds.megabytes} MB of memory")
        raise RuntimeError(result)

    def close(self) -> None:
        """End the process."""
        with suppress(OSError):
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _started(self) -> subprocess.Popen[bytes]:
        bounds = (str(self._bounds.megabytes), str(self._bounds.processor_seconds))
        process = subprocess.Popen(  # noqa: S603 - this Python, and a module of dagctl
            [sys.executable, "-P", "-m", _WORKER, *bounds],
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        assert process.stdin is not None  # noqa: S101 - asked for above
        os.set_blocking(process.stdin.fileno(), False)
        return process

    def _start_anew(self) -> None:
        self.close()
        self._jobs = 0
        self._process = self._started()

    def _reason(self) -> str:
        """Return why the process ended by itself, and start another."""
        code = self._process.wait()
        self._start_anew()
        if code == -signal.SIGXCPU:
            return f"{self._bounds.processor_seconds} s of processor time"
        return f"{self._bounds.megabytes} MB of memory"

    def _send(self, data: bytes, deadline: float) -> None:
        assert self._process.stdin is not None  # noqa: S101 - a pipe
        rest = memoryview(len(data).to_bytes(LENGTH) + data)
        descriptor = self._process.stdin.fileno()
        while rest:
            _wait([], [descriptor], deadline)
            rest = rest[os.write(descriptor, rest[:_PART]) :]

    def _receive(self, size: int, deadline: float) -> bytes:
        assert self._process.stdout is not None  # noqa: S101 - a pipe
        descriptor = self._process.stdout.fileno()
        parts: list[bytes] = []
        while size:
            _wait([descriptor], [], deadline)
            part = os.read(descriptor, min(size, 1 << 20))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _wait(readable: list[int], writable: list[int], deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0 or not any(select.select(readable, writable, [], left)):
        raise TimeoutError
