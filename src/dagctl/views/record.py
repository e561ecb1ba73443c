"""A recorded DAG as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.commands.times import rfc3339

if TYPE_CHECKING:
    from dagctl.commands.list import Listed
    from dagctl.ports import DagRecord


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
