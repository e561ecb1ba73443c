"""Python's own warnings, caught instead of printed."""

from __future__ import annotations

import ast
import threading
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILTERS = threading.RLock()
"""The process has one set of filters, put back as it was found: one thread at a time."""


@contextmanager
def caught_warnings() -> Iterator[list[warnings.WarningMessage]]:
    """Give a list that grows by each warning that Python raises meanwhile."""
    with _FILTERS, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


def parse_quietly(text: str) -> ast.Module:
    """Return the tree of code that was checked before, without telling its warnings again."""
    with caught_warnings():
        return ast.parse(text)
