"""What is recorded, page by page, and whether the files are still as dagctl wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dagctl.commands.times import rfc3339
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


def columns(record: DagRecord) -> dict[str, Any]:
    """Return the columns of the guide's table as JSON data."""
    return {
        "id": record.id,
        "project_id": record.project_id,
        "user_id": record.user_id,
        "dag_id": record.dag_id,
        "dag_name": record.dag_name,
        "description": record.description,
        "file_path": record.file_path,
        "schedule_interval": record.schedule_interval,
        "owner": record.owner,
        "tags": list(record.tags),
        "task_count": record.task_count,
        "is_active": record.is_active,
        "created_at": rfc3339(record.created_at),
        "updated_at": rfc3339(record.updated_at),
        "commit_id": record.commit_id,
    }


def row(listed: Listed) -> dict[str, Any]:
    """Return the DAG as JSON data: the columns of the guide, then what dagctl knows besides."""
    record = listed.record
    return {
        **columns(record),
        "version": record.version,
        "state": listed.state,
        "source": record.source_path,
        "created_by": record.created_by_name,
        "updated_by": record.updated_by_name,
        "problem": record.problem,
    }
