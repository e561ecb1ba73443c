"""The embedded registry: SQLite from the standard library."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from dagctl.adapters.embedded.database import SqliteDatabase
from dagctl.adapters.embedded.rows import (
    PRUNE,
    REMOVED,
    RESERVE,
    RESERVED,
    SELECT,
    TAKEN,
    UPSERT,
    VERSION_WITH,
    find_of,
    find_removed_of,
    from_reservation_row,
    from_row,
    from_version_row,
    page_of,
    to_reservation_row,
    to_row,
    versions_of,
)
from dagctl.adapters.embedded.version_tables import (
    add_missing,
    adopt,
    bring_back,
    doubtful,
    forget_history,
    keep,
    lacking,
    next_version,
    of_other_branches,
    positions_of,
    purge,
    remove,
    show_history,
    stage_history,
    with_author,
)
from dagctl.errors import ConflictError, DagctlError
from dagctl.operation.dags.numbered_names import grant_names
from dagctl.paths import id_or_empty
from dagctl.ports import KeyedOperation, OperationStatus, Page, Reservation, as_removed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from dagctl.adapters.embedded.version_tables import LineOf, Older
    from dagctl.durable import Location
    from dagctl.ports import ArchiveOrigin, Claim, DagRecord, DagVersion, Query

_HELD = "SELECT 1 FROM reservations WHERE is_open AND project_id = ? AND dag_id = ?"
_PLACED = (
    "UPDATE reservations SET file_path = ?, commit_id = ? WHERE operation_id = ? AND position = ?"
)
_NO_VERSION = 2**62
"""A number that no version has."""
KEPT = timedelta(days=30)
"""How long an operation that has ended is remembered."""


class SqliteRegistry:
    """One project's DAGs in a database file; opened at the first use, made at the first change.

    Args:
        state: The folder of the database file; it exists when something is written.
        project_id: The project that everything is recorded under.
        user_id: Returns who reserves; asked only then.
        user_name: Returns the same in words a person knows (git's `Name <e-mail>`), or None.
        line_of: Returns which commits are in the history of another one; asked only where several
            branches may have made versions.
        older: Returns versions that other clones have made; asked only where some are missing.
    """

    def __init__(  # noqa: PLR0913 - who works here, and what git knows
        self,
        state: Location,
        project_id: str,
        user_id: Callable[[], str],
        user_name: Callable[[], str | None] = lambda: None,
        line_of: LineOf = lambda files, of: {},  # noqa: ARG005 - of none it is known
        *,
        older: Older = lambda newest, before, limit, known: (),  # noqa: ARG005 - there are none
    ) -> None:
        self._database = SqliteDatabase(state)
        self._project = project_id
        self._user_id = user_id
        self._user_name = user_name
        self._line_of = line_of
        self._older = older

    def close(self) -> None:
        """Close the database, if it was opened."""
        self._database.close()

    def find(
        self,
        *,
        source_paths: Collection[str] = (),
        dag_ids: Collection[str] = (),
        removed: bool = False,
        specs: bool = True,
    ) -> list[DagRecord]:
        """Return the records with one of these source paths or ids, sorted by `dag_id`."""
        values = {"sources": json.dumps(list(source_paths)), "ids": json.dumps(list(dag_ids))}
        records = self._records(find_of(specs=specs), values)
        sql = find_removed_of(specs=specs)
        tombstones = self._versions(sql, values, is_removed=True) if removed else []
        return sorted([*records, *tombstones], key=lambda each: (each.is_removed, each.dag_id))

    def versions(
        self, dag_id: str, *, before: int | None = None, limit: int = 50, text: bool = False
    ) -> list[DagVersion]:
        """Return the versions of a DAG that is recorded or was removed, the newest first."""
        versions = self._visible(dag_id, before, limit, text=text)
        newest = versions if before is None else self._visible(dag_id, None, 1)
        if newest and (missing := lacking(versions, before, limit, newest[0].version)):
            return self._filled(versions, newest[0], missing, limit)
        return versions

    def _filled(
        self, versions: list[DagVersion], newest: DagVersion, before: int, limit: int
    ) -> list[DagVersion]:
        """Return a page with the versions that other clones have made; keep those from now on.

        Where the disk cannot be written, they are not kept; where git cannot be read, they lack.
        """
        known = {version.version for version in versions}
        made: list[DagVersion] = []
        with suppress(DagctlError):
            made += self._older(newest, before, limit, known)
            with self._database.writing() as connection:
                add_missing(connection, made)
        return sorted([*versions, *made], key=lambda each: -each.version)[:limit]

    def _visible(
        self, dag_id: str, before: int | None, limit: int, *, text: bool = False
    ) -> list[DagVersion]:
        """Return recorded versions, without those that other branches have made."""
        sql, asked = versions_of(text=text), {"id": id_or_empty(dag_id), "before": before}
        values = {**asked, "limit": limit, "hidden": "[]"}
        versions = self._versions(sql, values)
        newest, oldest, step = versions[:1], _NO_VERSION, 0
        while versions and versions[-1].version < oldest:  # what is hidden brings older ones
            oldest, step = versions[-1].version - step, 2 * (step + limit)
            with self._database.reading() as connection:
                doubts = doubtful(connection, newest[0], oldest)
            hidden = of_other_branches(doubts, self._line_of) if doubts else []
            if hidden:
                versions = self._versions(sql, {**values, "hidden": json.dumps(hidden)})
        return versions

    def get(self, dag_id: str) -> DagRecord | None:
        """Return the record of that id, or None."""
        values = {"id": id_or_empty(dag_id)}
        return next(iter(self._records(f"{SELECT} AND dag_id = :id", values)), None)

    def page(self, query: Query) -> Page:
        """Return one page by keyset, without the specs."""
        rows = self._records(*page_of(query))
        records = tuple(rows[: query.limit])
        return Page(records, records[-1].dag_id if len(rows) > query.limit else None)

    def reserved(self, operation_id: str) -> list[Reservation]:
        """Return what is reserved or confirmed under this operation id, in the claims' order."""
        with self._database.reading() as connection:
            rows = connection.execute(RESERVED, (operation_id,)).fetchall()
        return [from_reservation_row(row) for row in rows]

    def keyed(self, key: str) -> KeyedOperation | None:
        """Return the operation with this key that is under way or confirmed."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT id FROM operations "
                "WHERE project_id = ? AND key = ? AND status <> 'aborted'",
                (self._project, key),
            ).fetchone()
        if row is None:
            return None
        return KeyedOperation(
            operation_id=row[0],
            status=self.status(row[0]),
            reservations=tuple(self.reserved(row[0])),
        )

    def status(self, operation_id: str) -> OperationStatus:
        """Return how far the operation is."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT status, is_aborting FROM operations WHERE id = ?", (operation_id,)
            ).fetchone()
        if row is None:
            return OperationStatus.ABSENT
        return OperationStatus.ABORTING if row[1] else OperationStatus(row[0])

    def reserve(
        self, operation_id: str, claims: Sequence[Claim], *, key: str | None = None
    ) -> list[Reservation]:
        """Grant all claims or none; the same operation id gives the same reservations."""
        user_id, user_name = self._user_id(), self._user_name()
        with self._database.writing() as connection:
            status = self.status(operation_id)
            if status in {OperationStatus.ABORTING, OperationStatus.ABORTED}:
                raise ConflictError(f"operation {operation_id} was aborted")
            if status is OperationStatus.ABSENT:
                self._prune()
                if key is not None and self.keyed(key):
                    raise ConflictError(f"another operation has the key {key}")
                granted = self._grant(operation_id, claims, user_id, user_name)
                self._set_status(operation_id, OperationStatus.RESERVED, key)
                connection.execute(
                    "UPDATE operations SET user_name = ? WHERE id = ?", (user_name, operation_id)
                )
                rows = (
                    to_reservation_row(operation_id, index, self._project, reservation)
                    for index, reservation in enumerate(granted)
                )
                connection.executemany(RESERVE, rows)
        return self.reserved(operation_id)

    def keep_history(
        self, operation_id: str, origins: Sequence[ArchiveOrigin], versions: Iterable[DagVersion]
    ) -> None:
        """Give reserved new DAGs the versions that they had elsewhere."""
        with self._database.writing() as connection:
            self._check_reserved(operation_id)
            stage_history(connection, operation_id, origins, versions)

    def confirm(self, operation_id: str, records: Iterable[DagRecord]) -> None:
        """Make the reserved versions the ones that readers see."""
        with self._database.writing() as connection:
            if self.status(operation_id) is OperationStatus.CONFIRMED:
                return
            self._check_reserved(operation_id)
            show_history(connection, operation_id)
            positions = positions_of(connection, operation_id)
            removals: list[int] = []
            for record in self._completed(operation_id, records):  # never all of them in memory
                removals += keep(connection, record, operation_id)
                if not record.is_removed:
                    connection.execute(UPSERT, to_row(record))
                    bring_back(connection, record)
                position = positions.get(record.id)
                placed = (record.file_path, record.commit_id, operation_id, position)
                connection.execute(_PLACED, placed)
            remove(connection, removals)
            self._set_status(operation_id, OperationStatus.CONFIRMED)
            connection.execute(
                "UPDATE reservations SET is_open = 0 WHERE operation_id = ?", (operation_id,)
            )

    def adopt(self, records: Iterable[DagRecord]) -> None:
        """Record these as they are, in place of what was recorded of them."""
        with self._database.writing() as connection:
            for record in records:
                adopt(connection, record, _now())

    def version_with(self, dag_id: str, digest: str) -> DagVersion | None:
        """Return the version of a DAG whose file has these bytes, of whichever branch it is."""
        return next(iter(self._versions(VERSION_WITH, {"id": dag_id, "digest": digest})), None)

    def purge(self, dag_ids: Collection[str]) -> int:
        """Forget removed DAGs for good, versions and all; return how many."""
        with self._database.writing() as connection:
            return purge(connection, self._project, dag_ids)

    def begin_abort(self, operation_id: str) -> OperationStatus:
        """Decide that the operation will not be confirmed, unless it is; it still holds."""
        with self._database.writing() as connection:
            if self.status(operation_id) is OperationStatus.ABSENT:
                self._set_status(operation_id, OperationStatus.ABORTED)
            connection.execute(
                "UPDATE operations SET is_aborting = 1 WHERE id = ? AND status = 'reserved'",
                (operation_id,),
            )
        return self.status(operation_id)

    def abort(self, operation_id: str) -> OperationStatus:
        """Give the reservations back and leave a tombstone, unless confirmed."""
        with self._database.writing() as connection:
            if self.status(operation_id) is not OperationStatus.CONFIRMED:
                self._set_status(operation_id, OperationStatus.ABORTED)
                forget_history(connection, operation_id)
                connection.execute(
                    "DELETE FROM reservations WHERE operation_id = ?", (operation_id,)
                )
        return self.status(operation_id)

    def _check_reserved(self, operation_id: str) -> None:
        if self.status(operation_id) is not OperationStatus.RESERVED:
            raise ConflictError(f"nothing is reserved for operation {operation_id}")

    def _records(self, sql: str, values: Mapping[str, object]) -> list[DagRecord]:
        with self._database.reading() as connection:
            rows = connection.execute(sql, {"project": self._project, **values})
            return [from_row(row) for row in rows]

    def _versions(
        self, sql: str, values: Mapping[str, object], *, is_removed: bool = False
    ) -> list[DagVersion]:
        with self._database.reading() as connection:
            rows = connection.execute(sql, {"project": self._project, **values})
            return [from_version_row(row, is_removed=is_removed) for row in rows]

    def _set_status(
        self, operation_id: str, status: OperationStatus, key: str | None = None
    ) -> None:
        self._database.connection.execute(
            "INSERT INTO operations (id, project_id, status, started_at, key) "
            "VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET status = excluded.status, is_aborting = 0",
            (operation_id, self._project, status.value, _now().isoformat(), key),
        )

    def _prune(self) -> None:
        """Forget some operations that ended long ago."""
        before = (_now() - KEPT).isoformat()
        ended = self._database.connection.execute(PRUNE, (before,)).fetchall()
        for table, column in (("reservations", "operation_id"), ("operations", "id")):
            self._database.connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", ended)  # noqa: S608 - our own names

    def _completed(self, operation_id: str, records: Iterable[DagRecord]) -> Iterator[DagRecord]:
        """Yield the records with what the registry itself knows: the time, and who it was."""
        (by,) = self._database.connection.execute(
            "SELECT user_name FROM operations WHERE id = ?", (operation_id,)
        ).fetchone()
        granted = {reservation.row_id: reservation for reservation in self.reserved(operation_id)}
        for record in records:
            yield replace(
                self._as_removed(record)
                if record.is_removed
                else with_author(record, granted[record.id]),
                updated_at=_now(),
                is_active=not record.is_removed,
                updated_by_name=by,
            )

    def _as_removed(self, record: DagRecord) -> DagRecord:
        standing = next(iter(self._records(f"{SELECT} AND id = :id", {"id": record.id})), record)
        return as_removed(record, standing)

    def _grant(
        self, operation_id: str, claims: Sequence[Claim], user_id: str, user_name: str | None
    ) -> list[Reservation]:
        taken = {
            name
            for base in {c.dag_id for c in claims if not c.replaces}
            for name in self._taken(base)
        }
        names = grant_names(claims, taken)
        now = _now()
        return [
            self._next_version(claim)
            if claim.replaces
            else Reservation(
                row_id=str(uuid5(UUID(operation_id), str(index))),
                dag_id=name,
                version=1,
                user_id=user_id,
                created_at=now,
                spec_digest=claim.spec_digest,
                created_by_name=user_name,
            )
            for index, (claim, name) in enumerate(zip(claims, names, strict=True))
        ]

    def _taken(self, base: str) -> set[str]:
        values = {"project": self._project, "base": base}
        return {dag_id for (dag_id,) in self._database.connection.execute(TAKEN, values)}

    def _next_version(self, claim: Claim) -> Reservation:
        of_row = {"id": claim.replaces}
        rows = self._records(f"{SELECT} AND id = :id", of_row) or self._versions(
            f"{REMOVED} AND r.id = :id", of_row, is_removed=True
        )
        row = next(iter(rows), None)
        held = (self._project, row.dag_id if row else "")
        is_held = self._database.connection.execute(_HELD, held).fetchone() is not None
        return next_version(row, claim, is_held=is_held)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
