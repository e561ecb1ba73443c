"""What a DAG brings for the templates of its tasks, known while the DAG is checked."""

from __future__ import annotations

from contextvars import ContextVar

from dagctl.frozen import frozen


@frozen
class Brought:
    """Names that templates may use besides those of Airflow, and how the DAG has them read."""

    filters: frozenset[str] = frozenset()
    macros: frozenset[str] = frozenset()
    arguments: frozenset[str] = frozenset()
    """Arguments of mapped groups, which are no variables of templates."""
    is_read: bool = True
    """Whether it is known how Jinja reads the templates."""
    is_lenient: bool = False
    """Whether a name that is not there may be read: `template_undefined` says what it is then."""


NOTHING = Brought()
BROUGHT: ContextVar[Brought] = ContextVar("what the DAG brings", default=NOTHING)
"""Set while a DAG is checked."""
