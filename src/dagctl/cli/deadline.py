"""A limit of processor time: a hostile spec ends with a finding, instead of never."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SECONDS = 30.0
"""Processor time that the check of one spec may take. The largest specs take a few seconds."""
_AGAIN = 0.5
"""Seconds after which it is raised once more, where code that cannot fail has swallowed it."""


class TimeIsUpError(BaseException):
    """The work took too long. Not an `Exception`, so that no check takes it for its own."""


@contextmanager
def limited(seconds: float = SECONDS) -> Iterator[None]:
    """Let the block take so much processor time. Python can only do this in the main thread.

    Raises:
        TimeIsUpError: It took more.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, _raise)
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _raise(_number: int, _frame: FrameType | None) -> None:
    raise TimeIsUpError
