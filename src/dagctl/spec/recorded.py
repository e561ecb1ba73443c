"""Reading a spec that was checked before it was recorded: its fields, and not the code in them.

To show a DAG takes its tasks and what waits for what. Whether the code of a task would run is
checked by `validate` and `create`; that needs the parsers of Jinja and Python.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_IS_RECORDED: ContextVar[bool] = ContextVar("whether the spec is a recorded one", default=False)


@contextmanager
def reading_recorded() -> Iterator[None]:
    """Leave the code of tasks unread in the block, and in this thread only."""
    token = _IS_RECORDED.set(True)
    try:
        yield
    finally:
        _IS_RECORDED.reset(token)


def is_recorded() -> bool:
    """Return whether the code of a task is left unread."""
    return _IS_RECORDED.get()
