"""The versions of a DAG as JSON data."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from dagctl.commands.times import rfc3339
from dagctl.ports import VersionAction
from dagctl.views.difference import ChangeData, change_data
from dagctl.views.form import Positive, Time, Uuid

if TYPE_CHECKING:
    from dagctl.commands.history import HistoryEntry
    from dagctl.errors import StaleVersionError
    from dagctl.ports import DagVersion


class MakingData(TypedDict):
    """Who made a version, when and how; not which DAG it is of."""

    version: Positive
    action: VersionAction
    renamed: str | None
    """Of a rename: the other id."""
    made_at: Time
    made_by: str | None
    """The e-mail address of the account, or null if it is not recorded."""
    imported_by: str | None
    """Who brought the version from an archive, which says who made it and when; or null."""
    operation_id: Uuid | None
    source: str | None
    """The path of the spec in the workspace, or null."""
    spec_digest: str
    """SHA-256 of the spec."""
    content_digest: str
    """SHA-256 of the DAG file."""


class MadeData(MakingData):
    """Who made a version, when and how."""

    dag_id: str
    commit_id: str
    file_path: str


class EntryData(MadeData):
    """A version and what it changed."""

    changes: list[ChangeData] | None
    """Against the version before; null if there is none, or one of both has no spec."""


class HistoryData(TypedDict):
    """What `history` says."""

    dag_id: str
    versions: list[EntryData]
    """The newest first."""
    next: int | None
    """For --before; null at the end."""


class NewerData(TypedDict):
    """A version of a DAG that a request does not know."""

    version: Positive
    made_at: Time | None
    made_by: str | None
    """The e-mail address of the account, or null if it is not recorded."""
    commit_id: str
    changes: list[ChangeData] | None
    """What was changed since the version that the request is based on; null if that is not
    known."""


def made_data(version: DagVersion) -> MadeData:
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


def entry_data(entry: HistoryEntry) -> EntryData:
    """Return a version and what it changed as JSON data."""
    changes = None if entry.changes is None else list(map(change_data, entry.changes))
    return {**made_data(entry.version), "changes": changes}


def newer_data(error: StaleVersionError) -> NewerData:
    """Return the version that an update does not know, and what it changed, as JSON data."""
    changes = None if error.changes is None else list(map(change_data, error.changes))
    return {
        "version": error.version,
        "made_at": None if error.at is None else rfc3339(error.at),
        "made_by": error.by,
        "commit_id": error.commit_id,
        "changes": changes,
    }
