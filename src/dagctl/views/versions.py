"""The versions of a DAG as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.commands.times import rfc3339
from dagctl.views.difference import difference_data

if TYPE_CHECKING:
    from dagctl.commands.history import HistoryEntry
    from dagctl.errors import StaleVersionError
    from dagctl.ports import DagVersion


def version_data(version: DagVersion) -> dict[str, Any]:
    """Return who made a version, when and how, as JSON data."""
    return {
        "version": version.version,
        "action": version.action,
        "renamed": version.renamed,
        "dag_id": version.dag_id,
        "made_at": rfc3339(version.updated_at),
        "made_by": version.updated_by_name,
        "imported_by": version.imported_by_name,
        "commit_id": version.commit_id,
        "operation_id": version.operation_id,
        "source": version.source_path,
        "file_path": version.file_path,
        "spec_digest": version.spec_digest,
        "content_digest": version.content_digest,
    }


def entry_data(entry: HistoryEntry) -> dict[str, Any]:
    """Return a version and what it changed as JSON data."""
    changes = None if entry.changes is None else list(map(difference_data, entry.changes))
    return {**version_data(entry.version), "changes": changes}


def newer_data(error: StaleVersionError) -> dict[str, Any]:
    """Return the version that an update does not know, and what it changed, as JSON data."""
    changes = None if error.changes is None else list(map(difference_data, error.changes))
    return {
        "version": error.version,
        "made_at": None if error.at is None else rfc3339(error.at),
        "made_by": error.by,
        "commit_id": error.commit_id,
        "changes": changes,
    }
