"""What a DAG brings for the templates of its tasks, known while the DAG is checked."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from dagctl.frozen import frozen
from dagctl.spec.walk import is_group, mapping_in, raw_entries

if TYPE_CHECKING:
    from collections.abc import Iterator


@frozen
class Brought:
    """Names that templates may use besides those of Airflow."""

    filters: frozenset[str] = frozenset()
    macros: frozenset[str] = frozenset()
    arguments: frozenset[str] = frozenset()
    """Arguments of mapped groups, which are no variables of templates."""


_NOTHING = Brought()
BROUGHT: ContextVar[Brought] = ContextVar("what the DAG brings", default=_NOTHING)
"""Set while a DAG is checked."""


@contextmanager
def brought_by(data: object) -> Iterator[None]:
    """Let templates use the filters and macros that raw data of a DAG have."""
    token = BROUGHT.set(
        Brought(
            _names(data, "user_defined_filters"),
            _names(data, "user_defined_macros"),
            group_arguments(data),
        )
    )
    try:
        yield
    finally:
        BROUGHT.reset(token)


def group_arguments(data: object) -> frozenset[str]:
    """Return the arguments that the mapped groups in raw data of a DAG have."""
    groups = (item for _, item, _ in raw_entries(data) if is_group(item))
    return frozenset().union(*(_names(item, key) for item in groups for key in ("expand", "with")))


def _names(data: object, key: str) -> frozenset[str]:
    return frozenset(name for name in mapping_in(data, key) if isinstance(name, str))
