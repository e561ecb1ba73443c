"""The versions of DAGs in the embedded registry, and the tombstones of removed ones.

Each function works in the transaction that its caller has begun.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from dagctl.adapters.embedded.local_user import local_user_id
from dagctl.adapters.embedded.rows import (
    ADD_VERSION,
    COUNT_AGAIN,
    DOUBTFUL,
    FORGET,
    FORGET_GUESS,
    HAS_VERSION,
    IS_FORGOTTEN,
    IS_RECORDED,
    REMOVAL,
    REMOVE,
    STANDING,
    UPSERT,
    to_row,
    to_version_row,
)
from dagctl.errors import ConflictError, StaleVersionError
from dagctl.frozen import frozen
from dagctl.next_step import RECOVER, Fix
from dagctl.ports import DagRecord, DagVersion, Reservation, record_values

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from dagctl.ports import ArchiveOrigin, Claim, VersionAction

    R = TypeVar("R", bound=DagRecord)

    LineOf = Callable[[Mapping[str, str], str], Mapping[str, bool]]
    """Returns which commits, each with the path that it wrote, are in the history of another."""
    Older = Callable[[DagVersion, int, int, Collection[int]], Iterable[DagVersion]]
    """Returns versions of a DAG (its newest one is given) with smaller numbers than one; so many
    numbers are looked at; those that are recorded are left out."""

_PURGED = (
    "SELECT id FROM removed_dags "
    "WHERE project_id = ? AND dag_id IN (SELECT value FROM json_each(?)) "
    "AND NOT EXISTS (SELECT 1 FROM reservations WHERE is_open AND row_id = removed_dags.id)"
)


_BY = "SELECT user_name FROM operations WHERE id = ?"
_ORIGIN = """
    UPDATE reservations
    SET version = :version, created_at = :created_at, created_by_name = :created_by_name
    WHERE operation_id = :operation AND position = :position AND is_open
    AND NOT EXISTS (SELECT 1 FROM user_dags WHERE id = :row)
    AND NOT EXISTS (SELECT 1 FROM removed_dags WHERE id = :row)
"""


@frozen
class Doubtful:
    """Versions of a DAG that may be of another branch than what is recorded now."""

    rows: Sequence[tuple[int, int, str, str, str]]
    """Row number, version, digest of the file, commit and path of each."""
    standing: tuple[int, str, str]
    """Version, digest and commit of what is recorded now; a version of 0: nothing is."""


def doubtful(connection: sqlite3.Connection, newest: DagVersion, oldest: int) -> Doubtful | None:
    """Return which of a DAG's versions may be of another branch, from one down to a number.

    None: none.
    """
    standing = connection.execute(STANDING, {"row": newest.id}).fetchone() or (0, "", "")
    asked = {"row": newest.id, "newest": newest.version, "oldest": oldest}
    rows = connection.execute(DOUBTFUL, {**asked, "standing": standing[0]}).fetchall()
    return Doubtful(rows, standing) if rows else None


def of_other_branches(doubtful: Doubtful, line_of: LineOf) -> list[int]:
    """Return the row numbers of versions that other branches have made.

    A version counts that has the bytes of what is recorded now, or else that leads to it. Of what
    cannot be known all are left, but where another one of the same number counts.
    """
    version, digest, commit_id = doubtful.standing
    leads = line_of({commit: path for *_, commit, path in doubtful.rows}, commit_id)
    counted = {
        number
        for number, *which, commit, _ in doubtful.rows
        if which == [version, digest] or (which[0] != version and leads.get(commit))
    }
    settled = {which for number, which, *_ in doubtful.rows if number in counted}
    return [
        number
        for number, which, _, commit, _ in doubtful.rows
        if number not in counted and (which in settled or leads.get(commit) is False)
    ]


def keep(connection: sqlite3.Connection, record: DagRecord, operation_id: str | None) -> list[int]:
    """Add a version for a record; return its number, if it takes the DAG away.

    A version that is recorded already, and was written again, is no second one.
    """
    named = (record.id, record.version, record.content_digest)
    if not record.is_removed and connection.execute(IS_RECORDED, named).fetchone():
        return []
    row = to_version_row(_version_of(record, operation_id))
    number = connection.execute(ADD_VERSION, row).lastrowid
    return [number] if record.is_removed and number is not None else []


def lacking(
    versions: Sequence[DagVersion], before: int | None, limit: int, newest: int
) -> int | None:
    """Return below which number a page of versions lacks some; None: it is without gaps."""
    first = min(newest, before - 1) if before is not None else newest
    whole = list(range(first, max(first - limit, 0), -1))
    return None if [version.version for version in versions] == whole else first + 1


def add_missing(connection: sqlite3.Connection, versions: Iterable[DagVersion]) -> None:
    """Keep versions that other clones have made, unless they are kept already."""
    for version in versions:
        named = (version.id, version.version, version.content_digest)
        if not connection.execute(HAS_VERSION, named).fetchone():
            connection.execute(ADD_VERSION, to_version_row(by_its_author(version)))


def adopt(connection: sqlite3.Connection, record: DagRecord, now: datetime) -> None:
    """Put a record in the place of what was recorded of a DAG, and keep it as a version.

    Of several versions with its number, from two branches, it is the one that counts from now on.
    """
    of_id = (record.project_id, record.dag_id)
    if record.is_removed:
        if connection.execute(IS_FORGOTTEN, of_id).fetchone():  # git has it, and shows it for ever
            return
        known = connection.execute(REMOVAL, (record.id, record.commit_id)).fetchone()
        remove(connection, known or keep(connection, record, None))
        return
    made_at = record.updated_at if record.updated_by_name else now
    record = replace(by_its_author(record), updated_at=made_at)
    connection.execute("DELETE FROM user_dags WHERE project_id = ? AND dag_id = ?", of_id)
    connection.execute(UPSERT, to_row(record))
    bring_back(connection, record)
    named = (record.id, record.version, record.content_digest)
    if record.spec:  # in the place of one whose spec was not known, or was read from its code
        connection.execute(FORGET_GUESS, (*named, record.spec_digest))
    if connection.execute(HAS_VERSION, named).fetchone():
        counted = {"id": record.id, "version": record.version, "digest": record.content_digest}
        connection.execute(COUNT_AGAIN, counted)
    else:
        keep(connection, record, None)


def remove(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Put tombstones in the place of DAGs; each number is that of the version that removed one."""
    for number in numbers:
        connection.execute(REMOVE, (number,))
        connection.execute(
            "DELETE FROM user_dags WHERE id = (SELECT id FROM removed_dags WHERE version = ?)",
            (number,),
        )


def bring_back(connection: sqlite3.Connection, record: DagRecord) -> None:
    """Take the tombstone of a DAG away, if it has one."""
    connection.execute(
        "DELETE FROM removed_dags WHERE id = ? OR (project_id = ? AND dag_id = ?)",
        (record.id, record.project_id, record.dag_id),
    )


def purge(connection: sqlite3.Connection, project_id: str, dag_ids: Collection[str]) -> int:
    """Forget removed DAGs and all their versions; return how many. Held ones stay."""
    asked = (project_id, json.dumps(list(dag_ids)))
    ids = connection.execute(_PURGED, asked).fetchall()
    connection.executemany(FORGET, ids)
    for table in ("removed_dags", "user_dag_versions"):
        connection.executemany(f"DELETE FROM {table} WHERE id = ?", ids)  # noqa: S608 - our own names
    return len(ids)


def stage_history(
    connection: sqlite3.Connection,
    operation_id: str,
    origins: Iterable[ArchiveOrigin],
    versions: Iterable[DagVersion],
) -> None:
    """Keep the older versions of reserved new DAGs for the confirmation.

    Raises:
        ConflictError: A DAG is not a new one that this operation has reserved.
    """
    (by,) = connection.execute(_BY, (operation_id,)).fetchone()
    reserved: set[str] = set()
    positions = positions_of(connection, operation_id)
    for origin in origins:
        values = {
            "operation": operation_id,
            "position": positions.get(origin.row_id),
            "row": origin.row_id,
            "version": origin.version,
            "created_at": origin.created_at.isoformat(),
            "created_by_name": origin.created_by_name,
        }
        if connection.execute(_ORIGIN, values).rowcount != 1:
            raise ConflictError(f"operation {operation_id} has not reserved {origin.row_id}")
        reserved.add(origin.row_id)
    for version in versions:
        if version.id not in reserved:
            raise ConflictError(f"operation {operation_id} has not reserved {version.id}")
        row = to_version_row(replace(version, operation_id=operation_id, imported_by_name=by))
        staged = (operation_id, version.id, version.version, json.dumps(row))
        connection.execute("INSERT OR REPLACE INTO imported_versions VALUES (?, ?, ?, ?)", staged)


def positions_of(connection: sqlite3.Connection, operation_id: str) -> dict[str, int]:
    """Return where each row stands in an operation: its reservation is looked up by that at once.

    A look-up by the row reads all reservations of the operation: of 10,000 DAGs a hundred million.
    """
    return dict(
        connection.execute(
            "SELECT row_id, position FROM reservations WHERE operation_id = ?", (operation_id,)
        ).fetchall()
    )


def show_history(connection: sqlite3.Connection, operation_id: str) -> None:
    """Let the versions that an operation has imported be seen."""
    rows = connection.execute(
        "SELECT data FROM imported_versions WHERE operation_id = ? ORDER BY row_id, version",
        (operation_id,),
    )
    connection.executemany(ADD_VERSION, (json.loads(data) for (data,) in rows))
    forget_history(connection, operation_id)


def forget_history(connection: sqlite3.Connection, operation_id: str) -> None:
    """Forget what an operation had imported."""
    connection.execute("DELETE FROM imported_versions WHERE operation_id = ?", (operation_id,))


def _version_of(record: DagRecord, operation_id: str | None) -> DagVersion:
    values = record_values(record)
    if isinstance(record, DagVersion):
        return DagVersion(
            **values,
            action=record.action,
            renamed=record.renamed,
            operation_id=operation_id,
            spec_text=record.spec_text,
        )
    action: VersionAction = "create" if record.version == 1 else "update"
    return DagVersion(**values, action=action, operation_id=operation_id)


def next_version(row: DagRecord | None, claim: Claim, *, is_held: bool) -> Reservation:
    """Return the reservation of a DAG's next version, or of the one that stands, if it is to stay.

    Args:
        row: The DAG, or its tombstone; None: it is not recorded.
        claim: What is asked.
        is_held: Whether an operation holds it.

    Raises:
        ConflictError: It is gone or held.
        StaleVersionError: It has another version than the claim expects.
    """
    if row is None or (row.is_removed and row.version != claim.expected_version):
        raise ConflictError(
            f"`{claim.dag_id}` is not recorded any more", hint="run the command again"
        )
    if row.version != claim.expected_version:
        raise stale(row)
    if is_held and not claim.is_unchanged:
        raise ConflictError(
            f"`{row.dag_id}` is being changed by another operation",
            hint=Fix("wait for it, or run `", RECOVER, "` where it was started"),
        )
    return Reservation(
        row_id=row.id,
        dag_id=row.dag_id,
        version=row.version + (not claim.is_unchanged),
        user_id=row.user_id,
        created_at=row.created_at,
        spec_digest=claim.spec_digest,
        is_unchanged=claim.is_unchanged,
        file_path=row.file_path if claim.is_unchanged else None,
        commit_id=row.commit_id if claim.is_unchanged else None,
        created_by_name=row.created_by_name,
    )


def stale(current: DagRecord) -> StaleVersionError:
    """Return the refusal of an update that is based on another version than this one."""
    return StaleVersionError(
        current.dag_id,
        version=current.version,
        by=current.updated_by_name,
        at=current.updated_at,
        commit_id=current.commit_id,
    )


def with_author(record: DagRecord, granted: Reservation) -> DagRecord:
    """Return the record with the author whom the registry knows.

    Of a DAG that only its file has known until now, which shows in its version, the file says it.
    """
    if record.version == granted.version:
        return replace(record, created_by_name=granted.created_by_name)
    return by_its_author(replace(record, user_id=""))


def by_its_author(record: R) -> R:
    """Return the record with the user id that follows from git's `Name <e-mail>` in the file."""
    _, _, email = (record.created_by_name or "").rstrip(">").rpartition("<")
    return record if record.user_id else replace(record, user_id=local_user_id(email))
