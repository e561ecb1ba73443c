"""Which DAG each spec means: one that is recorded, or a new one. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dagctl.operation.change import Change
    from dagctl.operation.options import IfExists
    from dagctl.ports import DagRecord


def choose(
    changes: Sequence[Change], records: Iterable[DagRecord], if_exists: IfExists | None
) -> list[Change]:
    """Return the changes, each with the record of the DAG that it means (None: a new one).

    Args:
        changes: What is asked; no source twice.
        records: Everything recorded under one of their sources or ids.
        if_exists: What to do about a DAG that exists. None: a spec updates the DAG that was made
            from the same file, and gets the next free number if its name is taken by another.

    Raises:
        ConflictError: A DAG exists (`"fail"`), or two specs mean the same one (`"update"`).
    """
    known = list(records)
    by_id = {record.dag_id: record for record in known}
    by_source: dict[str, list[DagRecord]] = {}
    for record in known:
        by_source.setdefault(record.source_path or "", []).append(record)
    chosen = [
        _choice(change, _same_file(change, by_source), by_id.get(change.base_name), if_exists)
        for change in changes
    ]
    _refuse_same(chosen)
    return chosen


def _same_file(change: Change, by_source: dict[str, list[DagRecord]]) -> DagRecord | None:
    """Return the newest DAG that was made from the change's file and may still be meant."""
    is_given = change.spec is not None and change.spec.dag_id_given
    made = [
        record
        for record in by_source.get(change.source or "", ())
        if change.source is not None
        and (not is_given or change.base_name in (record.base_name, record.dag_id))
    ]
    return max(made, key=lambda record: (record.created_at, record.dag_id), default=None)


def _choice(
    change: Change,
    same_file: DagRecord | None,
    same_id: DagRecord | None,
    if_exists: IfExists | None,
) -> Change:
    if if_exists == "number":
        return change
    if if_exists == "update":
        return replace(change, record=same_id or same_file, on_taken="fail")
    if if_exists == "fail":
        existing = same_file or same_id
        if existing is not None:
            raise ConflictError(
                f"a DAG `{existing.dag_id}` exists",
                hint="--if-exists update changes it, --if-exists number makes another",
            )
        return replace(change, on_taken="fail")
    return replace(change, record=same_file)


def _refuse_same(changes: Sequence[Change]) -> None:
    meant: set[str] = set()
    for change in changes:
        if change.record is None:
            continue
        if change.record.id in meant:
            raise ConflictError(
                f"two specs mean the DAG `{change.record.dag_id}`",
                hint="give one of them another dag_id",
            )
        meant.add(change.record.id)
