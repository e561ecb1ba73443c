"""Records and reservations as rows of SQLite, and back."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dagctl.ports import DagRecord, Reservation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COLUMNS = tuple(field.name for field in fields(DagRecord) if field.name != "problem")
"""The columns of `user_dags`: the fields of `DagRecord` that are stored, in their order."""


SELECT = f"SELECT {', '.join(COLUMNS)} FROM user_dags WHERE project_id = :project"  # noqa: S608 - our own names

# two indexed look-ups: one OR over both columns would read the whole table
FIND = (
    f"{SELECT} AND source_path IN (SELECT value FROM json_each(:sources)) "  # noqa: S608 - our own names
    f"UNION {SELECT} AND dag_id COLLATE NOCASE IN (SELECT value FROM json_each(:ids)) "
    "ORDER BY dag_id"
)

UPSERT = (
    f"INSERT INTO user_dags ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))}) "  # noqa: S608 - our own names
    f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS)}"
)

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
    "spec": lambda spec: _json(dict(spec)),
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
    return tuple(_converted(_TO_SQL, name, getattr(record, name)) for name in COLUMNS)


def from_row(row: Sequence[object]) -> DagRecord:
    """Return the record that `row`, selected by `COLUMNS`, holds."""
    values = zip(COLUMNS, row, strict=True)
    return DagRecord(**{name: _converted(_FROM_SQL, name, value) for name, value in values})


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
