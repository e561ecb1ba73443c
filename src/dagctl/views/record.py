"""A recorded DAG as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from dagctl.commands.list import State
from dagctl.commands.times import rfc3339
from dagctl.views.form import Count, Time, Uuid

if TYPE_CHECKING:
    from dagctl.commands.list import Listed
    from dagctl.ports import DagRecord


class DagData(TypedDict):
    """A row of `user_dags`: the guide's columns."""

    id: Uuid
    project_id: Uuid
    user_id: Uuid
    dag_id: str
    dag_name: str
    description: str
    file_path: str
    schedule_interval: str | None
    owner: str
    tags: list[str]
    task_count: Count
    is_active: bool
    created_at: Time
    updated_at: Time
    commit_id: str


class RowData(DagData):
    """A DAG as `list` has it. Of a damaged record only `id` and `dag_id` count."""

    version: Count
    state: State
    source: str | None
    """The spec's path in the workspace."""
    created_by: str | None
    """Who made the first version: a name or an e-mail address."""
    updated_by: str | None
    """Who made this version."""
    problem: str | None
    """What is wrong with the record, or null."""


class ListData(TypedDict):
    """What `list` says."""

    dags: list[RowData]
    next: str | None
    """The cursor for --after, or null at the end."""


def dag_data(record: DagRecord) -> DagData:
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


def row_data(listed: Listed) -> RowData:
    """Return the DAG as JSON data: the columns of the guide, then what dagctl knows besides."""
    record = listed.record
    return {
        **dag_data(record),
        "version": record.version,
        "state": listed.state,
        "source": record.source_path,
        "created_by": record.created_by_name,
        "updated_by": record.updated_by_name,
        "problem": record.problem,
    }
