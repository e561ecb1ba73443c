"""What became of many DAGs in one line, and which of them are listed one by one. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from dagctl.views.totals import STATES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dagctl.cli.console import Console

PENDING = {"created": "to create", "updated": "to update", "unchanged": "unchanged"}
"""The same for a plan."""


class HasState(Protocol):
    """A DAG that a command changes or leaves as it is."""

    @property
    def changed(self) -> bool:
        """Whether the command changes it."""


Dag = TypeVar("Dag", bound=HasState)


def shown_dags(console: Console, dags: Sequence[Dag]) -> list[Dag]:
    """Return the DAGs to list: what changes; all of them with `--verbose`, or if there is one."""
    if console.verbose or len(dags) == 1:
        return list(dags)
    return [dag for dag in dags if dag.changed]


def totals_line(counted: Mapping[str, int], *, pending: bool = False) -> list[str]:
    """Return the line about many DAGs, as in `1 updated, 299 unchanged`; none about a single."""
    if sum(counted.values()) < 2:  # noqa: PLR2004 - the line about the DAG itself says it
        return []
    names = PENDING if pending else {state: state for state in STATES}
    line = ", ".join(
        f"{counted[state]:,} {name}" for state, name in names.items() if counted[state]
    )
    return [line if counted["created"] or counted["updated"] else f"{line}; nothing to do"]
