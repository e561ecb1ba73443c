"""A registry in memory: the twin of the real ones, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from dagctl.errors import ConflictError, StaleVersionError
from dagctl.operation.dags.numbered_names import folded, grant_names
from dagctl.ports import (
    DagRecord,
    DagVersion,
    KeyedOperation,
    OperationStatus,
    Page,
    Query,
    Reservation,
    as_removed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from dagctl.ports import ArchiveOrigin, Claim, VersionAction

UNDER_WAY = {OperationStatus.RESERVED, OperationStatus.ABORTING}
ENDED_BY_ABORT = {OperationStatus.ABORTING, OperationStatus.ABORTED}


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass
class MemoryRegistry:
    """Rows and operations in dictionaries; for one project and one user."""

    project_id: str
    user_id: str
    now: Callable[[], datetime] = _now
    rows: dict[str, DagRecord] = field(default_factory=dict)
    statuses: dict[str, OperationStatus] = field(default_factory=dict)
    reservations: dict[str, list[Reservation]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    user_name: str | None = None
    kept: list[DagVersion] = field(default_factory=list)
    tombstones: dict[str, DagRecord] = field(default_factory=dict)
    staged: dict[str, dict[tuple[str, int], DagVersion]] = field(default_factory=dict)

    def find(
        self,
        *,
        source_paths: Collection[str] = (),
        dag_ids: Collection[str] = (),
        removed: bool = False,
        specs: bool = True,
    ) -> list[DagRecord]:
        """Return the records with one of these source paths or ids, sorted by `dag_id`."""
        ids = folded(dag_ids)
        return [
            record if specs else replace(record, spec={}, inputs=())
            for record in [*self._sorted(), *(self.tombstones.values() if removed else ())]
            if record.dag_id.casefold() in ids or record.source_path in source_paths
        ]

    def versions(
        self, dag_id: str, *, before: int | None = None, limit: int = 50, text: bool = False
    ) -> list[DagVersion]:
        """Return the versions of a DAG that is recorded or was removed, the newest first."""
        last = next((one for one in reversed(self.kept) if one.dag_id == dag_id), None)
        own = {one.version: one for one in self.kept if last is not None and one.id == last.id}
        row = self.rows.get(last.id) if last is not None else None
        if row is not None:  # what is newer was reverted, or is on another branch
            own = {number: one for number, one in own.items() if number <= row.version}
        numbers = [n for n in sorted(own, reverse=True) if before is None or n < before]
        chosen = [own[number] for number in numbers[:limit]]
        return chosen if text else [replace(one, spec_text=None) for one in chosen]

    def purge(self, dag_ids: Collection[str]) -> int:
        """Forget removed DAGs for good, versions and all; return how many."""
        held = self._held()
        gone = {
            one.id
            for one in self.tombstones.values()
            if one.dag_id in dag_ids and one.dag_id not in held
        }
        self.tombstones = {key: one for key, one in self.tombstones.items() if key not in gone}
        self.kept = [one for one in self.kept if one.id not in gone]
        return len(gone)

    def get(self, dag_id: str) -> DagRecord | None:
        """Return the record of that id, or None."""
        return next((row for row in self.rows.values() if row.dag_id == dag_id), None)

    def page(self, query: Query) -> Page:
        """Return one page by keyset."""
        rows = [r for r in self._sorted() if _matches(r, query)]
        records = tuple(replace(row, spec={}, inputs=()) for row in rows[: query.limit])
        return Page(records, records[-1].dag_id if len(rows) > query.limit else None)

    def reserve(
        self, operation_id: str, claims: Sequence[Claim], *, key: str | None = None
    ) -> list[Reservation]:
        """Grant all claims or none; the same operation id gives the same reservations."""
        if self.status(operation_id) in ENDED_BY_ABORT:
            raise ConflictError(f"operation {operation_id} was aborted")
        if operation_id not in self.reservations:
            if key is not None and self.keyed(key):
                raise ConflictError(f"another operation has the key {key}")
            self.reservations[operation_id] = self._granted(operation_id, claims)
            self.statuses[operation_id] = OperationStatus.RESERVED
            if key is not None:
                self.keys[key] = operation_id
        return list(self.reservations[operation_id])

    def keyed(self, key: str) -> KeyedOperation | None:
        """Return the operation with this key that is under way or confirmed."""
        operation_id = self.keys.get(key, "")
        status = self.status(operation_id)
        if status in {OperationStatus.ABSENT, OperationStatus.ABORTED}:
            return None
        granted = tuple(self.reserved(operation_id))
        return KeyedOperation(operation_id=operation_id, status=status, reservations=granted)

    def reserved(self, operation_id: str) -> list[Reservation]:
        """Return what is reserved or confirmed under this operation id."""
        return list(self.reservations.get(operation_id, ()))

    def keep_history(
        self, operation_id: str, origins: Sequence[ArchiveOrigin], versions: Iterable[DagVersion]
    ) -> None:
        """Give reserved new DAGs the versions that they had elsewhere."""
        if self.status(operation_id) is not OperationStatus.RESERVED:
            raise ConflictError(f"nothing is reserved for operation {operation_id}")
        brought = {origin.row_id: origin for origin in origins}
        new = {
            granted.row_id
            for granted in self.reservations[operation_id]
            if granted.row_id not in {**self.rows, **self.tombstones}
        }
        older = [
            replace(one, operation_id=operation_id, imported_by_name=self.user_name)
            for one in versions
        ]
        if not brought.keys() | {one.id for one in older} <= new:
            raise ConflictError(f"operation {operation_id} has not reserved these DAGs")
        self.reservations[operation_id] = [
            _as_brought(granted, brought.get(granted.row_id))
            for granted in self.reservations[operation_id]
        ]
        before = self.staged.get(operation_id, {})
        self.staged[operation_id] = before | {(one.id, one.version): one for one in older}

    def confirm(self, operation_id: str, records: Iterable[DagRecord]) -> None:
        """Make the reserved versions the ones that readers see."""
        status = self.status(operation_id)
        if status is OperationStatus.CONFIRMED:
            return
        if status is not OperationStatus.RESERVED:
            raise ConflictError(f"nothing is reserved for operation {operation_id}")
        written = {record.id: record for record in records}
        staged = self.staged.pop(operation_id, {})
        self.kept += [staged[key] for key in sorted(staged)]
        origins = {granted.row_id: granted for granted in self.reservations[operation_id]}
        versions = {one.row_id: one.version for one in self.reservations[operation_id]}
        for record in written.values():
            before = self.rows.get(record.id) or self.tombstones.get(record.id)
            # of a DAG that only its file has known until now, the file says the author
            is_adopted = record.version != versions.get(record.id)
            author = (before or origins[record.id]).created_by_name
            row = replace(
                as_removed(record, self.rows[record.id])
                if record.is_removed and record.id in self.rows
                else record,
                updated_at=self.now(),
                is_active=not record.is_removed,
                created_by_name=record.created_by_name if is_adopted else author,
                updated_by_name=self.user_name,
            )
            self._keep(row, operation_id)
        self.reservations[operation_id] = [
            _as_recorded(one, written.get(one.row_id)) for one in self.reservations[operation_id]
        ]
        self.statuses[operation_id] = OperationStatus.CONFIRMED

    def adopt(self, records: Iterable[DagRecord]) -> None:
        """Record these as they are."""
        for record in records:
            user_id = record.user_id or self.user_id
            at = record.updated_at if record.is_removed else self.now()
            self._keep(replace(record, user_id=user_id, updated_at=at), None)

    def version_with(self, dag_id: str, digest: str) -> DagVersion | None:
        """Return the version whose file has these bytes."""
        asked = (dag_id, digest)
        return next((v for v in self.kept[::-1] if (v.dag_id, v.content_digest) == asked), None)

    def begin_abort(self, operation_id: str) -> OperationStatus:
        """Decide that the operation will not be confirmed, unless it is; it still holds."""
        status = self.status(operation_id)
        if status is OperationStatus.RESERVED:
            self.statuses[operation_id] = OperationStatus.ABORTING
        elif status is OperationStatus.ABSENT:
            self.abort(operation_id)
        return self.status(operation_id)

    def abort(self, operation_id: str) -> OperationStatus:
        """Give the reservations back and leave a tombstone, unless confirmed."""
        if self.status(operation_id) is not OperationStatus.CONFIRMED:
            self.statuses[operation_id] = OperationStatus.ABORTED
            self.staged.pop(operation_id, None)
            self.reservations.pop(operation_id, None)
        return self.status(operation_id)

    def status(self, operation_id: str) -> OperationStatus:
        """Return how far the operation is."""
        return self.statuses.get(operation_id, OperationStatus.ABSENT)

    def _keep(self, row: DagRecord, operation_id: str | None) -> None:
        """Let a row, or its tombstone, be what is recorded, and add its version."""
        self.rows.pop(row.id, None)
        self.tombstones.pop(row.id, None)
        (self.tombstones if row.is_removed else self.rows)[row.id] = row
        values = {one.name: getattr(row, one.name) for one in fields(DagRecord)}
        if isinstance(row, DagVersion):
            self.kept.append(replace(row, operation_id=operation_id))
        else:
            action: VersionAction = "create" if row.version == 1 else "update"
            self.kept.append(DagVersion(**values, action=action, operation_id=operation_id))

    def _sorted(self) -> list[DagRecord]:
        return sorted(self.rows.values(), key=lambda record: record.dag_id)

    def _held(self) -> set[str]:
        return {
            reservation.dag_id
            for operation_id, granted in self.reservations.items()
            if self.status(operation_id) in UNDER_WAY
            for reservation in granted
            if not reservation.is_unchanged
        }

    def _update(self, claim: Claim, held: set[str]) -> DagRecord | None:
        if claim.replaces is None:
            return None
        row = self.rows.get(claim.replaces) or self.tombstones.get(claim.replaces)
        if row is None or (row.is_removed and row.version != claim.expected_version):
            raise ConflictError(f"`{claim.dag_id}` is not recorded any more")
        if row.version != claim.expected_version:
            raise StaleVersionError(
                row.dag_id,
                version=row.version,
                by=row.updated_by_name,
                at=row.updated_at,
                commit_id=row.commit_id,
            )
        if not claim.is_unchanged and row.dag_id in held:
            raise ConflictError(f"`{row.dag_id}` is being changed by another operation")
        return row

    def _granted(self, operation_id: str, claims: Sequence[Claim]) -> list[Reservation]:
        held = self._held()
        updates = [self._update(claim, held) for claim in claims]
        rows = [*self.rows.values(), *self.tombstones.values()]
        names = grant_names(claims, held | {row.dag_id for row in rows})
        pairs = zip(claims, names, updates, strict=True)
        return [self._reservation(operation_id, i, *each) for i, each in enumerate(pairs)]

    def _reservation(
        self, operation_id: str, index: int, claim: Claim, name: str, old: DagRecord | None
    ) -> Reservation:
        if old is None:
            return Reservation(
                row_id=str(uuid5(UUID(operation_id), str(index))),
                dag_id=name,
                version=1,
                user_id=self.user_id,
                created_at=self.now(),
                spec_digest=claim.spec_digest,
                created_by_name=self.user_name,
            )
        granted = Reservation(
            row_id=old.id,
            dag_id=name,
            version=old.version + (not claim.is_unchanged),
            user_id=old.user_id,
            created_at=old.created_at,
            spec_digest=claim.spec_digest,
            is_unchanged=claim.is_unchanged,
            created_by_name=old.created_by_name,
        )
        return _as_recorded(granted, old) if claim.is_unchanged else granted


def _as_brought(granted: Reservation, origin: ArchiveOrigin | None) -> Reservation:
    if origin is None:
        return granted
    return replace(
        granted,
        version=origin.version,
        created_at=origin.created_at,
        created_by_name=origin.created_by_name,
    )


def _as_recorded(granted: Reservation, record: DagRecord | None) -> Reservation:
    if record is None:
        return granted
    return replace(granted, file_path=record.file_path, commit_id=record.commit_id)


def _matches(record: DagRecord, query: Query) -> bool:
    return (
        (query.after is None or record.dag_id > query.after)
        and query.owner in (None, record.owner)
        and query.user_id in (None, record.user_id)
        and (query.tag is None or query.tag in record.tags)
    )
