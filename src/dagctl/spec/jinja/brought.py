"""What a DAG brings for the templates of its tasks, known while the DAG is checked."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator


@frozen
class Brought:
    """Names that templates may use besides those of Airflow."""

    filters: frozenset[str] = frozenset()
    macros: frozenset[str] = frozenset()


_NOTHING = Brought()
BROUGHT: ContextVar[Brought] = ContextVar("what the DAG brings", default=_NOTHING)
"""Set while a DAG is checked."""


@contextmanager
def brought_by(data: object) -> Iterator[None]:
    """Let templates use the filters and macros that raw data of a DAG have."""
    token = BROUGHT.set(
        Brought(_names(data, "user_defined_filters"), _names(data, "user_defined_macros"))
    )
    try:
        yield
    finally:
        BROUGHT.reset(token)


def _names(data: object, key: str) -> frozenset[str]:
    given = data.get(key) if isinstance(data, dict) else None
    return frozenset(filter(_is_text, given)) if isinstance(given, dict) else frozenset()


def _is_text(name: object) -> bool:
    return isinstance(name, str)
