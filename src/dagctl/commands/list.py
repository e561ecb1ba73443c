"""What is recorded, page by page, and whether the files are still as dagctl wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from dagctl.commands.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.ports import DagRecord, Page

Drift = Literal["none", "changed", "missing"]
State = Literal["synced", "drift", "missing"]

STATES: Mapping[Drift, State] = {"none": "synced", "changed": "drift", "missing": "missing"}
"""What a user calls it."""


class Catalogue(Protocol):
    """Where records are looked up: the part of `Client` that is needed here."""

    def list(
        self,
        *,
        owner: str | None = None,
        tag: str | None = None,
        user: str | None = None,
        after: str | None = None,
        page_size: int = 50,
    ) -> Iterator[Page]:
        """Yield the pages."""

    def drift(self, record: DagRecord) -> Drift:
        """Return whether the DAG file is as it was written."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A record, and the state of its file in the work tree."""

    record: DagRecord
    state: State


@dataclass(frozen=True, slots=True)
class ListedPage:
    """Some of the DAGs, and the cursor of the next page (None at the end)."""

    dags: tuple[Listed, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which DAGs to list; None: whatever it is."""

    owner: str | None = None
    tag: str | None = None
    user: str | None = None
    """The UUID of who created it, or an e-mail address."""
    after: str | None = None
    """The last id of the page before."""


def list_dags(catalogue: Catalogue, wanted: Filter, *, page_size: int) -> Iterator[ListedPage]:
    """Yield the pages of the DAGs that are wanted, sorted by id, each read when it is asked for."""
    pages = catalogue.list(
        owner=wanted.owner,
        tag=wanted.tag,
        user=wanted.user,
        after=wanted.after,
        page_size=page_size,
    )
    for page in pages:
        dags = (Listed(record, STATES[catalogue.drift(record)]) for record in page.records)
        yield ListedPage(tuple(dags), page.next)


def row(listed: Listed) -> dict[str, Any]:
    """Return the DAG as JSON data: the columns of the guide, then version, state and source."""
    record = listed.record
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
        "version": record.version,
        "state": listed.state,
        "source": record.source_path,
    }
