"""What fails a test whose command waits without end."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 60
"""Seconds after which a command counts as one that waits without end."""


@contextmanager
def no_wait_without_end() -> Iterator[None]:
    """Fail if the block takes longer than `PATIENCE`."""

    def late(*_: object) -> None:
        raise AssertionError("the command waits without end")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
