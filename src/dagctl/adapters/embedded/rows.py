"""Records and reservations as rows of SQLite, and back."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dagctl.ports import COLUMNS, DagRecord, DagVersion, Reservation
from dagctl.spec.inputs import split, with_inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dagctl.ports import Query

VERSION_COLUMNS = (*COLUMNS, "action", "renamed", "operation_id", "spec_text", "imported_by_name")
"""The columns of `user_dag_versions`: the fields of `DagVersion`."""


SELECT = f"SELECT {', '.join(COLUMNS)} FROM user_dags WHERE project_id = :project"  # noqa: S608 - our own names

LISTED = SELECT.replace(", spec, ", ", '{}', ")
"""As `SELECT`, but no spec is read: one may have megabytes."""


def find_of(*, specs: bool) -> str:
    """Return the query of DAGs by their source paths or ids, with or without their specs.

    Two indexed look-ups: one OR over both columns would read the whole table, and so would an order
    of the result, for which SQLite takes another index.
    """
    select = SELECT if specs else LISTED
    return (
        f"{select} AND source_path IN (SELECT value FROM json_each(:sources)) "  # noqa: S608 - our own names
        f"UNION {select} AND dag_id COLLATE NOCASE IN (SELECT value FROM json_each(:ids))"
    )


def page_of(query: Query) -> tuple[str, dict[str, object]]:
    """Return the query of one page by keyset, and one record more, with its values."""
    conditions = {
        " AND dag_id > :after": query.after,
        " AND owner = :owner": query.owner,
        " AND user_id = :user": query.user_id,
        " AND EXISTS (SELECT 1 FROM json_each(tags) WHERE value = :tag)": query.tag,
    }
    where = "".join(sql for sql, value in conditions.items() if value is not None)
    values: dict[str, object] = {
        "after": query.after,
        "owner": query.owner,
        "user": query.user_id,
        "tag": query.tag,
        "limit": query.limit + 1,
    }
    return f"{LISTED}{where} ORDER BY dag_id LIMIT :limit", values


UPSERT = (
    f"INSERT INTO user_dags ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))}) "  # noqa: S608 - our own names
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS)}"
)

_OF_VERSION = ", ".join(f"v.{name}" for name in VERSION_COLUMNS)
_WITHOUT_TEXT = _OF_VERSION.replace("v.spec_text", "NULL")

REMOVED = (
    f"SELECT {_WITHOUT_TEXT} FROM removed_dags r JOIN user_dag_versions v ON v.number = r.version "  # noqa: S608 - our own names
    "WHERE r.project_id = :project"
)


def find_removed_of(*, specs: bool) -> str:
    """Return the query of tombstones by source paths or ids, with or without their specs."""
    select = REMOVED if specs else REMOVED.replace(" v.spec, ", " '{}', ")
    return (
        f"{select} AND r.source_path IN (SELECT value FROM json_each(:sources)) "  # noqa: S608 - our own names
        f"UNION {select} AND r.dag_id IN (SELECT value FROM json_each(:ids))"
    )


REMOVE = (
    "INSERT OR REPLACE INTO removed_dags (id, project_id, dag_id, source_path, version) "
    "SELECT id, project_id, dag_id, source_path, number FROM user_dag_versions WHERE number = ?"
)

REMOVAL = "SELECT number FROM user_dag_versions WHERE id = ? AND commit_id = ? AND NOT is_active"
"""The version that a commit of a removal made, as this clone has recorded it."""

ADD_VERSION = (
    f"INSERT INTO user_dag_versions ({', '.join(VERSION_COLUMNS)}) "  # noqa: S608 - our own names
    f"VALUES ({', '.join('?' * len(VERSION_COLUMNS))})"
)

HAS_VERSION = "SELECT 1 FROM user_dag_versions WHERE id = ? AND version = ? AND content_digest = ?"

IS_RECORDED = (
    "SELECT 1 FROM user_dags d JOIN user_dag_versions v ON v.id = d.id AND v.version = d.version "
    "AND v.content_digest = d.content_digest "
    "WHERE d.id = ? AND d.version = ? AND d.content_digest = ?"
)
"""Whether a version is what is recorded of its DAG now."""

COUNT_AGAIN = """
    UPDATE user_dag_versions SET number = (SELECT max(number) + 1 FROM user_dag_versions)
    WHERE number = (
        SELECT max(number) FROM user_dag_versions
        WHERE id = :id AND version = :version AND content_digest = :digest
    ) AND EXISTS (
        SELECT 1 FROM user_dag_versions newer WHERE newer.id = user_dag_versions.id
        AND newer.version = user_dag_versions.version AND newer.number > user_dag_versions.number
    )
"""

FORGET = (
    "INSERT OR IGNORE INTO forgotten_dags SELECT project_id, dag_id FROM removed_dags WHERE id = ?"
)

IS_FORGOTTEN = (
    "SELECT 1 FROM forgotten_dags f WHERE project_id = ? AND dag_id = ? AND NOT EXISTS "
    "(SELECT 1 FROM user_dags d WHERE d.project_id = f.project_id AND d.dag_id = f.dag_id)"
)

FORGET_GUESS = (
    "DELETE FROM user_dag_versions "
    "WHERE id = ? AND version = ? AND content_digest = ? AND spec_digest <> ?"
)


def versions_of(*, text: bool) -> str:
    """Return the query of a DAG's versions, the newest first, with or without their texts.

    Of several with one number, from two branches, the one that was recorded or adopted last counts,
    but for those that `:hidden` names by their row numbers. What is newer than the record, or than
    the removal, was reverted, or is on another branch: it is not shown.
    """
    columns = _OF_VERSION if text else _WITHOUT_TEXT
    return (
        f"WITH of_dag AS (SELECT v.id, {_NEWEST} AS newest "  # noqa: S608 - our own names
        "FROM user_dag_versions v WHERE v.project_id = :project AND v.dag_id = :id "
        "ORDER BY v.number DESC LIMIT 1), "
        "hidden AS (SELECT value FROM json_each(:hidden)) "
        f"SELECT {columns} FROM user_dag_versions v WHERE v.id = (SELECT id FROM of_dag) "
        f"AND v.version <= coalesce((SELECT newest FROM of_dag), {_ANY}) "
        f"AND v.version < coalesce(:before, {_ANY}) AND v.number NOT IN hidden "
        "AND NOT EXISTS (SELECT 1 FROM user_dag_versions newer WHERE newer.id = v.id "
        "AND newer.version = v.version AND newer.number > v.number "
        "AND newer.number NOT IN hidden) "
        "ORDER BY v.version DESC LIMIT :limit"
    )


_ANY = 2**62
"""A number that no version has: SQLite looks up by a bound, and reads all without one."""

_NEWEST = (
    "coalesce((SELECT version FROM user_dags WHERE id = v.id), (SELECT last.version "
    "FROM removed_dags r JOIN user_dag_versions last ON last.number = r.version WHERE r.id = v.id))"
)

DOUBTFUL = (
    "SELECT number, version, content_digest, commit_id, file_path FROM user_dag_versions v "
    "WHERE id = :row AND version BETWEEN :oldest AND :newest "
    "AND (EXISTS (SELECT 1 FROM user_dag_versions other "
    "WHERE other.id = v.id AND other.version = v.version AND other.number <> v.number) "
    "OR EXISTS (SELECT 1 FROM user_dag_versions brought WHERE brought.id = v.id "
    "AND brought.version > v.version AND brought.version <= :standing "
    "AND brought.operation_id IS NULL))"
)
"""Versions of a DAG that another branch may have made: several have one number, or git has brought
a newer one, which need not be made of them."""

STANDING = (
    "SELECT version, content_digest, commit_id FROM user_dags WHERE id = :row UNION ALL "
    "SELECT v.version, v.content_digest, v.commit_id FROM removed_dags r "
    "JOIN user_dag_versions v ON v.number = r.version WHERE r.id = :row"
)
"""What is recorded of a DAG now, be it that it is removed."""

VERSION_WITH = (
    f"SELECT {_OF_VERSION} FROM user_dag_versions v WHERE v.project_id = :project "  # noqa: S608 - our own names
    "AND v.dag_id = :id AND v.content_digest = :digest ORDER BY v.number DESC LIMIT 1"
)


TAKEN = """
    SELECT dag_id FROM user_dags
    WHERE project_id = :project AND (dag_id COLLATE NOCASE = :base OR (
        dag_id COLLATE NOCASE > :base || '_' AND dag_id COLLATE NOCASE < :base || '`'))
    UNION SELECT dag_id FROM removed_dags
    WHERE project_id = :project AND (dag_id = :base OR (
        dag_id > :base || '_' AND dag_id < :base || '`'))
    UNION SELECT dag_id FROM reservations
    WHERE project_id = :project AND is_open AND (dag_id COLLATE NOCASE = :base OR (
        dag_id COLLATE NOCASE > :base || '_' AND dag_id COLLATE NOCASE < :base || '`'))
"""
"""The ids of a base and all its numbers, whatever their case, of removed DAGs too: the backtick is
the character after `_`."""


RESERVED = (
    "SELECT row_id, dag_id, version, user_id, created_at, spec_digest, is_unchanged, file_path, "
    "commit_id, created_by_name FROM reservations WHERE operation_id = ? ORDER BY position"
)

RESERVE = (
    "INSERT INTO reservations (operation_id, position, project_id, row_id, dag_id, version, "
    "user_id, created_at, is_open, spec_digest, is_unchanged, file_path, commit_id, "
    "created_by_name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

PRUNE = (
    "SELECT id FROM operations WHERE status <> 'reserved' AND started_at < ? "
    "ORDER BY started_at LIMIT 100"
)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_TO_SQL: dict[str, Callable[[Any], Any]] = {
    "tags": _json,
    "spec": _json,
    "is_active": int,
    "created_at": datetime.isoformat,
    "updated_at": datetime.isoformat,
}

_FROM_SQL: dict[str, Callable[[Any], Any]] = {
    "tags": lambda text: tuple(json.loads(text)),
    "spec": json.loads,
    "is_active": bool,
    "created_at": datetime.fromisoformat,
    "updated_at": datetime.fromisoformat,
}


def to_row(record: DagRecord) -> tuple[object, ...]:
    """Return the record's values in the order of `COLUMNS`."""
    return _row(record, COLUMNS)


def from_row(row: Sequence[object]) -> DagRecord:
    """Return the record that `row`, selected by `COLUMNS`, holds."""
    return DagRecord(**_values(COLUMNS, row))


def to_version_row(version: DagVersion) -> tuple[object, ...]:
    """Return the version's values in the order of `VERSION_COLUMNS`."""
    return _row(version, VERSION_COLUMNS)


def from_version_row(row: Sequence[object], *, is_removed: bool = False) -> DagVersion:
    """Return the version that `row`, selected by `VERSION_COLUMNS`, holds."""
    return DagVersion(**_values(VERSION_COLUMNS, row), is_removed=is_removed)


def _row(record: DagRecord, names: Sequence[str]) -> tuple[object, ...]:
    """Return the values of columns; the inputs of a spec are stored in it."""
    stored = {"spec": with_inputs(record.spec, record.inputs)}
    return tuple(
        _converted(_TO_SQL, name, stored[name] if name in stored else getattr(record, name))
        for name in names
    )


def _values(names: Sequence[str], row: Sequence[object]) -> dict[str, Any]:
    """Return what the columns of a row hold, by the fields of a record."""
    columns = zip(names, row, strict=True)
    values = {name: _converted(_FROM_SQL, name, value) for name, value in columns}
    spec, inputs = split(values["spec"])
    return {**values, "spec": spec, "inputs": inputs}


def to_reservation_row(
    operation_id: str, position: int, project_id: str, reservation: Reservation
) -> tuple[object, ...]:
    """Return the reservation's values in the order of `RESERVE`."""
    return (
        operation_id,
        position,
        project_id,
        reservation.row_id,
        reservation.dag_id,
        reservation.version,
        reservation.user_id,
        reservation.created_at.isoformat(),
        int(not reservation.is_unchanged),
        reservation.spec_digest,
        int(reservation.is_unchanged),
        reservation.file_path,
        reservation.commit_id,
        reservation.created_by_name,
    )


def from_reservation_row(row: Sequence[Any]) -> Reservation:
    """Return the reservation that `row`, selected by `RESERVED`, holds."""
    row_id, dag_id, version, user_id, created_at, digest, is_unchanged, *recorded = row
    file_path, commit_id, created_by_name = recorded
    return Reservation(
        row_id=row_id,
        dag_id=dag_id,
        version=version,
        user_id=user_id,
        created_at=datetime.fromisoformat(created_at),
        spec_digest=digest,
        is_unchanged=bool(is_unchanged),
        file_path=file_path,
        commit_id=commit_id,
        created_by_name=created_by_name,
    )


def _converted(table: dict[str, Callable[[Any], Any]], name: str, value: Any) -> Any:  # noqa: ANN401 - a column's type is known by its name only
    return table[name](value) if name in table else value
