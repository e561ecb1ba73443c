"""What an operation asks of the registry before it writes, and what is granted."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from dagctl.frozen import frozen

if TYPE_CHECKING:
    from datetime import datetime


@frozen(kw_only=True)
class Claim:
    """What one spec asks of the registry: a new name, or the next version of a DAG that exists."""

    dag_id: str
    """The name that is wished for."""
    replaces: str | None = None
    """The row id of the DAG to update, or None for a new DAG."""
    expected_version: int | None = None
    """For an update: the version that was read; if it has moved on, the claim is refused."""
    on_taken: Literal["number", "fail"] = "number"
    """For a new DAG whose name is taken: the next free number (`x_2`), or a `ConflictError`."""
    spec_digest: str = ""
    """SHA-256 of the spec, in hex: by it a repeat is known for one."""
    is_unchanged: bool = False
    """The DAG that is named by `replaces` needs no change: it is remembered, and not held."""


@frozen(kw_only=True)
class Reservation:
    """What the registry grants for a claim, in the order of the claims."""

    row_id: str
    dag_id: str
    """The final name."""
    version: int
    user_id: str
    """Who created the DAG (for an update: its first author)."""
    created_at: datetime
    """When the DAG was created (for an update: the first time)."""
    spec_digest: str = ""
    """As in the claim."""
    is_unchanged: bool = False
    """As in the claim: nothing is held, and `version` is the one that was recorded already."""
    file_path: str | None = None
    """Of this version, once it is confirmed; whatever has become of the DAG since."""
    commit_id: str | None = None
    """As it was recorded with this version, once that is confirmed."""
    created_by_name: str | None = None
    """Who created the DAG (for an update: its first author), in words a person knows."""


@frozen(kw_only=True)
class ArchiveOrigin:
    """Where a new DAG comes from that an operation brings from an archive."""

    row_id: str
    """The id of its row, which the operation has reserved."""
    version: int
    """The number that the reserved version gets."""
    created_at: datetime
    """When it was created there."""
    created_by_name: str | None
    """Who created it there, in words a person knows: what the archive says."""
    base_name: str
    """The name that was asked for there, before a number was added."""


class OperationStatus(StrEnum):
    """How far the registry has an operation."""

    ABSENT = "absent"
    RESERVED = "reserved"
    ABORTING = "aborting"
    """It still holds its DAGs while things are put back; it will never be confirmed."""
    CONFIRMED = "confirmed"
    ABORTED = "aborted"


@frozen(kw_only=True)
class KeyedOperation:
    """The operation that an idempotency key stands for."""

    operation_id: str
    status: OperationStatus
    """Never `ABORTED`: what was undone frees its key."""
    reservations: tuple[Reservation, ...]
