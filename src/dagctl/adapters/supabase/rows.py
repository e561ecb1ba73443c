"""Records, claims and reservations as JSON data of the database's functions, and back. Pure.

A row is read like a stranger's: who may write to the project, and who has administered it, may have
put anything there. One that is not as dagctl writes it becomes a record with a `problem`, and the
others are read all the same. What reads an answer raises `UnavailableError` if it is none of
dagctl's functions.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast, get_args

from dagctl.adapters.supabase.row_checks import CHECKS, flaw_of_row
from dagctl.errors import StaleVersionError, UnavailableError
from dagctl.next_step import DOCTOR, Fix
from dagctl.ports import (
    COLUMNS,
    DagRecord,
    DagVersion,
    KeyedOperation,
    OperationStatus,
    Reservation,
    VersionAction,
    record_values,
)
from dagctl.spec.inputs import split, with_inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dagctl.ports import ArchiveOrigin, Claim

LONGEST_NAME = 320
"""How much of what a damaged row calls itself is kept, in characters."""
BATCH = 1_000_000
"""Characters of specs in one request, roughly."""
MOST_VERSIONS = 500
"""Older versions in one request."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of a row that has none that can be read."""


def claim_data(claim: Claim) -> dict[str, Any]:
    """Return a claim as `reserve` takes it."""
    return asdict(claim)


def record_data(record: DagRecord) -> dict[str, Any]:
    """Return a record as `confirm` takes it, or a version as `import_versions` does."""
    return {
        **{name: getattr(record, name) for name in COLUMNS},
        "tags": list(record.tags),
        "spec": with_inputs(record.spec, record.inputs),
        "created_at": record.created_at.isoformat(),
        "updated_at": record.updated_at.isoformat(),
        **(_version_data(record) if isinstance(record, DagVersion) else {}),
    }


def origin_data(origin: ArchiveOrigin) -> dict[str, Any]:
    """Return an origin as `import_versions` takes it."""
    return {**asdict(origin), "created_at": origin.created_at.isoformat()}


def batches(versions: Iterable[DagVersion]) -> Iterator[list[dict[str, Any]]]:
    """Yield older versions as `import_versions` takes them: a few with long specs, or many."""
    some: list[dict[str, Any]] = []
    size = 0
    for version in versions:
        some.append(record_data(version))
        size += len(version.spec_text or "") + len(json.dumps(some[-1]["spec"]))
        if size > BATCH or len(some) == MOST_VERSIONS:
            yield some
            some, size = [], 0
    if some:
        yield some


def records_of(data: object, project_id: str) -> list[DagRecord]:
    """Return the records in an answer; a damaged row has its `problem`, and nothing to act on.

    Args:
        data: The answer.
        project_id: The project that was asked about; a row of another one is damaged.
    """
    with _understood():
        return [_of_find(row, project_id) for row in _rows(data)]


def listed_of(data: object, project_id: str) -> list[DagRecord]:
    """Return the records in a page of a list, which has no specs: theirs are empty."""
    with _understood():
        return records_of([{**row, "spec": {}} for row in _rows(data)], project_id)


def versions_of(data: object, project_id: str) -> list[DagVersion]:
    """Return the versions in an answer; a damaged one has its `problem`, and nothing to act on."""
    with _understood():
        return [_version(row, project_id) for row in _rows(data)]


def count_of(data: object) -> int:
    """Return the number in an answer."""
    with _understood():
        if type(data) is not int:
            raise TypeError("no number")
        return data


def reservations_of(data: object) -> list[Reservation]:
    """Return the reservations in an answer."""
    with _understood():
        return [_reservation(row) for row in _rows(data)]


def granted_of(data: object, claims: Sequence[Claim]) -> list[Reservation]:
    """Return the reservations in an answer to these claims.

    Raises:
        UnavailableError: It does not answer them: names become paths, so none is taken on trust.
    """
    granted = reservations_of(data)
    with _understood():
        if len(granted) != len(claims) or not all(map(_answers, granted, claims)):
            raise ValueError("the answer to other claims")
    return granted


def keyed_operation_of(data: object) -> KeyedOperation | None:
    """Return the operation in an answer, if there is one."""
    if data is None:
        return None
    with _understood():
        if not isinstance(data, dict):
            raise TypeError("no object")
        return KeyedOperation(
            operation_id=_text(data["operation_id"]),
            status=OperationStatus(data["status"]),
            reservations=tuple(reservations_of(data["reservations"])),
        )


def names_of(data: object) -> list[str]:
    """Return the texts in an answer."""
    with _understood():
        if not isinstance(data, list):
            raise TypeError("no list")
        return [_text(name) for name in data]


def stored_of(items: object) -> list[tuple[str, datetime | None]]:
    """Return the names in a list of a folder of Storage, and when each was written; a folder never.

    Raises:
        UnavailableError: It is no such list.
    """
    with _understood():
        return [
            (_text(item["name"]), _time(item["updated_at"]) if item["id"] else None)
            for item in _rows(items)
        ]


def stale_version_of(data: object) -> StaleVersionError:
    """Return the refusal of an update that is based on another version than the one in `data`."""
    with _understood():
        if not isinstance(data, dict):
            raise TypeError("no object")
        return StaleVersionError(
            _text(data["dag_id"]),
            version=int(data["version"]),
            by=None if data["by"] is None else _text(data["by"]),
            at=_time(data["at"]),
            commit_id=_text(data["commit_id"]),
        )


def _answers(granted: Reservation, claim: Claim) -> bool:
    if claim.replaces is not None:
        is_meant = granted.row_id == claim.replaces and granted.dag_id == claim.dag_id
        expected = claim.expected_version or 0
        return is_meant and granted.version == expected + (not claim.is_unchanged)
    name = re.escape(claim.dag_id) + "(_[0-9]{1,9})?"
    return granted.version == 1 and re.fullmatch(name, granted.dag_id) is not None


def _version_data(version: DagVersion) -> dict[str, Any]:
    """Return what a version has besides its record."""
    return {
        "action": version.action,
        "renamed": version.renamed,
        "spec_text": version.spec_text,
        "is_removed": version.is_removed,
    }


def _of_find(row: Mapping[str, Any], project_id: str) -> DagRecord:
    """Return a record; a tombstone is the version that removed the DAG."""
    return (_version if row.get("is_removed") is True else _record)(row, project_id)


def _version(row: Mapping[str, Any], project_id: str) -> DagVersion:
    record = _record(row, project_id)
    action, renamed, text = row["action"], row["renamed"], row.get("spec_text")
    imported_by = row.get("imported_by_name")
    if action not in get_args(VersionAction):
        raise ValueError("no action")
    operation_id = row["operation_id"]
    return DagVersion(
        **record_values(record),
        action=action,
        renamed=None if renamed is None else _text(renamed),
        operation_id=None if operation_id is None else _text(operation_id),
        spec_text=_as_written(text),
        imported_by_name=None if imported_by is None else _text(imported_by),
    )


def _record(row: Mapping[str, Any], project_id: str) -> DagRecord:
    flaw = flaw_of_row(row, project_id)
    if flaw is not None:
        return _damaged(row, project_id, flaw)
    spec, inputs = split(row["spec"])
    values = {**{name: row[name] for name in COLUMNS}, "spec": spec, "inputs": inputs}
    times = {name: _time(row[name]) for name in ("created_at", "updated_at")}
    is_removed = row.get("is_removed") is True
    return DagRecord(**{**values, **times, "tags": tuple(row["tags"])}, is_removed=is_removed)


def _damaged(row: Mapping[str, Any], project_id: str, flaw: str) -> DagRecord:
    """Return what is known of a row that cannot be trusted: what it is called, and why."""
    empty = DagRecord(
        id=_cut(row.get("id")),
        project_id=project_id,
        user_id=_cut(row.get("user_id")),
        dag_id=_cut(row.get("dag_id")),
        dag_name=_cut(row.get("dag_name")),
        description="",
        file_path="",
        schedule_interval=None,
        owner="",
        tags=(),
        task_count=0,
        is_active=False,
        created_at=NEVER,
        updated_at=NEVER,
        commit_id="",
        version=1,
        base_name="",
        source_path=None,
        storage_path="",
        airflow="2",
        spec={},
        spec_digest="",
        content_digest="",
    )
    # what says which DAG a spec means, as far as it is good by itself
    kept = {
        name: row[name]
        for name in ("base_name", "source_path", "version")
        if name in row and CHECKS[name](row[name])
    }
    return replace(empty, problem=flaw, **kept)


def _reservation(row: Mapping[str, Any]) -> Reservation:
    for name in ("row_id", "dag_id", "user_id", "spec_digest"):
        _text(row[name])
    return Reservation(
        row_id=row["row_id"],
        dag_id=row["dag_id"],
        version=int(row["version"]),
        user_id=row["user_id"],
        created_at=_time(row["created_at"]),
        created_by_name=row.get("created_by_name"),
        spec_digest=row["spec_digest"],
        is_unchanged=bool(row["is_unchanged"]),
        file_path=row["file_path"],
        commit_id=row["commit_id"],
    )


def _cut(value: object) -> str:
    return value[:LONGEST_NAME] if isinstance(value, str) else ""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _as_written(text: object) -> str | None:
    """Return the text of a spec; None: none is recorded, or it is no text that a file can hold."""
    if text is None:
        return None
    try:
        _text(text).encode()
    except UnicodeEncodeError:  # half a surrogate, which PostgreSQL itself does not hold
        return None
    return _text(text)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _rows(data: object) -> Sequence[Mapping[str, Any]]:
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise TypeError("no list of rows")
    return cast("Sequence[Mapping[str, Any]]", data)


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise misunderstood() from error


def misunderstood() -> UnavailableError:
    """Return the error that the server's answer is none of dagctl's functions."""
    return UnavailableError(
        "the server's answer is not that of dagctl's functions", hint=Fix(DOCTOR)
    )
