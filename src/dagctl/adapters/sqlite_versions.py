"""The versions of DAGs in the embedded registry, and the tombstones of removed ones.

Each function works in the transaction that its caller has begun.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING

from dagctl.adapters.sqlite_rows import ADD_VERSION, HAS_VERSION, REMOVE, to_version_row
from dagctl.ports import DagRecord, DagVersion

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable

    from dagctl.ports import VersionAction

_OF_RECORD = tuple(field.name for field in fields(DagRecord))
_PURGED = (
    "SELECT id FROM removed_dags "
    "WHERE project_id = ? AND dag_id IN (SELECT value FROM json_each(?)) "
    "AND NOT EXISTS (SELECT 1 FROM reservations WHERE is_open AND row_id = removed_dags.id)"
)


def keep(
    connection: sqlite3.Connection, records: Iterable[DagRecord], operation_id: str | None
) -> list[int]:
    """Add a version for each record; return the numbers of those that take their DAG away."""
    removals: list[int] = []
    for record in records:
        row = to_version_row(_version_of(record, operation_id))
        number = connection.execute(ADD_VERSION, row).lastrowid
        if record.is_removed and number is not None:
            removals.append(number)
    return removals


def has_version(connection: sqlite3.Connection, record: DagRecord) -> bool:
    """Return whether this version of the DAG is there, with this content."""
    asked = (record.id, record.version, record.content_digest)
    return connection.execute(HAS_VERSION, asked).fetchone() is not None


def remove(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Put tombstones in the place of DAGs; each number is that of the version that removed one."""
    for number in numbers:
        connection.execute(REMOVE, (number,))
        connection.execute(
            "DELETE FROM user_dags WHERE id = (SELECT id FROM removed_dags WHERE version = ?)",
            (number,),
        )


def bring_back(connection: sqlite3.Connection, records: Iterable[DagRecord]) -> None:
    """Take the tombstones of these DAGs away, if they had any."""
    connection.executemany(
        "DELETE FROM removed_dags WHERE id = ? OR (project_id = ? AND dag_id = ?)",
        ((record.id, record.project_id, record.dag_id) for record in records),
    )


def purge(connection: sqlite3.Connection, project_id: str, dag_ids: Collection[str]) -> int:
    """Forget removed DAGs and all their versions; return how many. Held ones stay."""
    asked = (project_id, json.dumps(list(dag_ids)))
    ids = connection.execute(_PURGED, asked).fetchall()
    for table in ("removed_dags", "user_dag_versions"):
        connection.executemany(f"DELETE FROM {table} WHERE id = ?", ids)  # noqa: S608 - our own names
    return len(ids)


def _version_of(record: DagRecord, operation_id: str | None) -> DagVersion:
    values = {name: getattr(record, name) for name in _OF_RECORD}
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
