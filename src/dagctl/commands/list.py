"""What is recorded, page by page, and whether the files are still as dagctl wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dagctl.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dagctl.operation.conflicts.drift import Drift
    from dagctl.ports import DagRecord, Page

State = Literal["synced", "drift", "missing", "behind", "ahead", "elsewhere", "unmerged", "damaged"]

STATES: Mapping[Drift, State] = {
    "none": "synced",
    "changed": "drift",
    "missing": "missing",
    "behind": "behind",
    "ahead": "ahead",
    "elsewhere": "elsewhere",
    "unmerged": "unmerged",
}
"""What a user calls it."""


@frozen
class Listed:
    """A record, and the state of its file in the work tree, or that the record is damaged."""

    record: DagRecord
    state: State


@frozen
class ListedPage:
    """Some of the DAGs, and the cursor of the next page (None at the end)."""

    dags: tuple[Listed, ...]
    next: str | None


def with_states(
    pages: Iterable[Page], drifts_of: Callable[[Sequence[DagRecord]], Sequence[Drift | None]]
) -> Iterator[ListedPage]:
    """Yield the pages, each read when it is asked for, with the state of every DAG's file."""
    for page in pages:
        states = zip(page.records, drifts_of(page.records), strict=True)
        yield ListedPage(
            tuple(Listed(record, state_of(drift)) for record, drift in states), page.next
        )


def state_of(drift: Drift | None) -> State:
    """Return what a user calls the drift of a DAG; of a damaged record it is not known."""
    return "damaged" if drift is None else STATES[drift]
