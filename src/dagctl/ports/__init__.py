"""What the operation needs from the world: the ports and the values that cross them.

An adapter implements one port. Registry and store are embedded (SQLite, a folder) or Supabase's;
tests keep all of them in memory (`tests/twins`). All paths are relative to the workspace root and
use `/`. Identifiers are the text form of a UUID. Times are aware, in UTC.

Contract of every port: a method either did all it says, or raised a `DagctlError`.
`UnavailableError` and any other exception mean that the effect may or may not have happened
("unknown is not failed"): the caller looks before it goes on. `ConflictError` and `UsageError` are
definite refusals: nothing of this call has happened.
"""

from dagctl.ports.files import Files, FileWrite, SpecWrite
from dagctl.ports.journal import Journal
from dagctl.ports.listener import Listener
from dagctl.ports.record import (
    COLUMNS,
    DagRecord,
    DagVersion,
    Page,
    Query,
    VersionAction,
    as_removed,
    record_values,
)
from dagctl.ports.registry import Cache, Registry
from dagctl.ports.repo import CommitPlace, GitIdentity, LoggedCommit, Reach, Removal, Repo
from dagctl.ports.reservation import (
    ArchiveOrigin,
    Claim,
    KeyedOperation,
    OperationStatus,
    Reservation,
)
from dagctl.ports.store import Store, StoredKey
from dagctl.ports.upstream import Proposal, RemoteChangedError, Upstream

__all__ = [
    "COLUMNS",
    "ArchiveOrigin",
    "Cache",
    "Claim",
    "CommitPlace",
    "DagRecord",
    "DagVersion",
    "FileWrite",
    "Files",
    "GitIdentity",
    "Journal",
    "KeyedOperation",
    "Listener",
    "LoggedCommit",
    "OperationStatus",
    "Page",
    "Proposal",
    "Query",
    "Reach",
    "Registry",
    "RemoteChangedError",
    "Removal",
    "Repo",
    "Reservation",
    "SpecWrite",
    "Store",
    "StoredKey",
    "Upstream",
    "VersionAction",
    "as_removed",
    "record_values",
]
