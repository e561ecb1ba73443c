"""What became of many DAGs in one line, and which of them are listed one by one. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.cli.terminal.console import Console
    from dagctl.views.totals import TotalsData


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


def totals_line(counted: TotalsData, *, pending: bool = False) -> list[str]:
    """Return the line about many DAGs, as in `1 updated, 299 unchanged`; none about a single."""
    created, updated, unchanged = counted["created"], counted["updated"], counted["unchanged"]
    if created + updated + unchanged < 2:  # noqa: PLR2004 - the line about the DAG itself says it
        return []
    to_do = ("to create", "to update") if pending else ("created", "updated")
    counts = zip((created, updated, unchanged), (*to_do, "unchanged"), strict=True)
    line = ", ".join(f"{count:,} {name}" for count, name in counts if count)
    return [line if created or updated else f"{line}; nothing to do"]
