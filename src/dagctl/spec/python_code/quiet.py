"""Python's own warnings, caught instead of printed."""

from __future__ import annotations

import ast
import threading
import warnings
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    Result = TypeVar("Result")

_FILTERS = threading.Lock()
"""The process has one set of filters. It is held for one call of Python's parser or compiler, which
lets no other thread run meanwhile anyway."""


def quietly(action: Callable[[], Result]) -> tuple[Result, list[warnings.WarningMessage]]:
    """Return what one call of Python's parser or compiler gives, and what it warns of."""
    with _FILTERS, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return action(), caught


def parse_quietly(text: str) -> ast.Module:
    """Return the tree of code that was checked before, without showing its warnings again."""
    return quietly(lambda: ast.parse(text))[0]
