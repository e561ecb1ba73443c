"""What is recorded, page by page, and whether the files are still as dagctl wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dagctl.errors import UsageError
from dagctl.paths import checked_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dagctl.operation.drift import Drift
    from dagctl.ports import DagRecord, Page

State = Literal["synced", "drift", "missing", "behind", "ahead", "damaged"]

STATES: Mapping[Drift, State] = {
    "none": "synced",
    "changed": "drift",
    "missing": "missing",
    "behind": "behind",
    "ahead": "ahead",
}
"""What a user calls it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A record, and the state of its file in the work tree, or that the record is damaged."""

    record: DagRecord
    state: State


@dataclass(frozen=True, slots=True)
class ListedPage:
    """Some of the DAGs, and the cursor of the next page (None at the end)."""

    dags: tuple[Listed, ...]
    next: str | None


def with_states(
    pages: Iterable[Page], drift_of: Callable[[DagRecord], Drift]
) -> Iterator[ListedPage]:
    """Yield the pages, each read when it is asked for, with the state of every DAG's file."""
    for page in pages:
        dags = (Listed(record, state_of(record, drift_of)) for record in page.records)
        yield ListedPage(tuple(dags), page.next)


def state_of(record: DagRecord, drift_of: Callable[[DagRecord], Drift]) -> State:
    """Return the state of a DAG; of a damaged record no path is used, and it harms no other."""
    if record.problem is not None:
        return "damaged"
    try:
        checked_parts(record.file_path)
        return STATES[drift_of(record)]
    except UsageError:  # its path is not one that dagctl would write
        return "damaged"
