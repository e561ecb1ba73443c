"""Records, claims and reservations as JSON data of the database's functions, and back. Pure."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dagctl.errors import UnavailableError
from dagctl.ports import DagRecord, KeyedOperation, OperationStatus, Reservation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dagctl.ports import Claim

NAMES = ("created_by_name", "updated_by_name")
COLUMNS = tuple(field.name for field in fields(DagRecord) if field.name not in {*NAMES, "problem"})


def claims_data(claims: Iterable[Claim]) -> list[dict[str, Any]]:
    """Return the claims as `reserve` takes them."""
    return [asdict(claim) for claim in claims]


def records_data(records: Iterable[DagRecord]) -> list[dict[str, Any]]:
    """Return the records as `confirm` takes them."""
    return [_record_data(record) for record in records]


def records_of(data: object) -> list[DagRecord]:
    """Return the records in an answer.

    Raises:
        UnavailableError: It is no answer of dagctl's functions.
    """
    with _understood():
        return [_record(row) for row in _rows(data)]


def reservations_of(data: object) -> list[Reservation]:
    """Return the reservations in an answer.

    Raises:
        UnavailableError: It is no answer of dagctl's functions.
    """
    with _understood():
        return [
            Reservation(**{**row, "created_at": _time(row["created_at"])}) for row in _rows(data)
        ]


def keyed_operation_of(data: object) -> KeyedOperation | None:
    """Return the operation in an answer, if there is one.

    Raises:
        UnavailableError: It is no answer of dagctl's functions.
    """
    if data is None:
        return None
    with _understood():
        fields_of: Mapping[str, Any] = dict(data)  # type: ignore[call-overload] # looked at here
        return KeyedOperation(
            operation_id=fields_of["operation_id"],
            status=OperationStatus(fields_of["status"]),
            reservations=tuple(reservations_of(fields_of["reservations"])),
        )


def _record_data(record: DagRecord) -> dict[str, Any]:
    return {
        **{name: getattr(record, name) for name in COLUMNS},
        "tags": list(record.tags),
        "spec": dict(record.spec),
        "created_at": record.created_at.isoformat(),
        "updated_at": record.updated_at.isoformat(),
    }


def _record(row: Mapping[str, Any]) -> DagRecord:
    values = {name: row[name] for name in COLUMNS} | {name: row.get(name) for name in NAMES}
    return DagRecord(
        **{
            **values,
            "tags": tuple(row["tags"]),
            "created_at": _time(row["created_at"]),
            "updated_at": _time(row["updated_at"]),
        }
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _rows(data: object) -> Sequence[Mapping[str, Any]]:
    if not isinstance(data, list):
        raise TypeError("no list")
    return data


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnavailableError(
            "the server's answer is not that of dagctl's functions", hint="dagctl doctor"
        ) from error
