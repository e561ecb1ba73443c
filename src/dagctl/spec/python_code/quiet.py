"""Python's own warnings, caught instead of printed."""

from __future__ import annotations

import threading
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILTERS = threading.Lock()
"""The process has one set of filters, put back as it was found: one thread at a time."""


@contextmanager
def caught_warnings() -> Iterator[list[warnings.WarningMessage]]:
    """Give a list that grows by each warning that Python raises meanwhile."""
    with _FILTERS, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught
