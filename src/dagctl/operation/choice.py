"""Which DAG each spec means: one that is recorded, or a new one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dagctl.errors import ConflictError
from dagctl.ports import Claim

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dagctl.operation.request import IfExists, Request
    from dagctl.ports import DagRecord


@dataclass(frozen=True, slots=True)
class Choice:
    """A spec, and the recorded DAG that it means (None: a new one)."""

    request: Request
    record: DagRecord | None
    on_taken: Literal["number", "fail"] = "number"

    @property
    def claim(self) -> Claim:
        """What this asks of the registry."""
        if self.record is None:
            return Claim(dag_id=self.request.spec.dag_id, on_taken=self.on_taken)
        return Claim(
            dag_id=self.record.dag_id,
            replaces=self.record.id,
            expected_version=self.record.version,
        )


def choose(
    requests: Sequence[Request], records: Iterable[DagRecord], if_exists: IfExists | None
) -> list[Choice]:
    """Return which DAG each request means.

    Args:
        requests: The specs; no source twice.
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
    choices = [
        _choice(one, _same_file(one, by_source), by_id.get(one.spec.dag_id), if_exists)
        for one in requests
    ]
    _refuse_same(choices)
    return choices


def _same_file(request: Request, by_source: dict[str, list[DagRecord]]) -> DagRecord | None:
    """Return the newest DAG that was made from the request's file and may still be meant."""
    spec = request.spec
    made = [
        record
        for record in by_source.get(request.source or "", ())
        if request.source is not None
        and (not spec.dag_id_given or spec.dag_id in (record.base_name, record.dag_id))
    ]
    return max(made, key=lambda record: (record.created_at, record.dag_id), default=None)


def _choice(
    request: Request,
    same_file: DagRecord | None,
    same_id: DagRecord | None,
    if_exists: IfExists | None,
) -> Choice:
    if if_exists == "number":
        return Choice(request, None)
    if if_exists == "update":
        return Choice(request, same_id or same_file, "fail")
    if if_exists == "fail":
        existing = same_file or same_id
        if existing is not None:
            raise ConflictError(
                f"a DAG `{existing.dag_id}` exists",
                hint="--if-exists update changes it, --if-exists number makes another",
            )
        return Choice(request, None, "fail")
    return Choice(request, same_file)


def _refuse_same(choices: Sequence[Choice]) -> None:
    meant: set[str] = set()
    for choice in choices:
        if choice.record is None:
            continue
        if choice.record.id in meant:
            raise ConflictError(
                f"two specs mean the DAG `{choice.record.dag_id}`",
                hint="give one of them another dag_id",
            )
        meant.add(choice.record.id)
