"""The bytes of a DAG file, and what its header says of a DAG that exists. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from dagctl.codegen.header import Provenance
from dagctl.codegen.render import render
from dagctl.operation.basis import version_of

if TYPE_CHECKING:
    from dagctl.operation.change import Change
    from dagctl.spec.model import DagSpec


def rendered(spec: DagSpec, airflow: str, provenance: Provenance) -> bytes:
    """Return the DAG file of a spec."""
    return render(spec, airflow=airflow, provenance=provenance).encode("utf-8")


def provenance_of(change: Change) -> Provenance:
    """Return what a known DAG's header says now: no update rewrites an author or a time."""
    record = change.record
    header = change.header if record is None else change.certified
    author = header.created_by if header and not _is_uuid(header.created_by) else None
    if author is None and record is not None:
        author = record.created_by_name
    created_at = header.created_at if header else None
    if created_at is None and record is not None:
        created_at = record.created_at
    return Provenance(
        created_by=author or (header.created_by if header else None),
        created_at=created_at,
        dag_id=change.dag_id,
        source=change.source,
        version=(header.version if header else None) or version_of(change) or None,
    )


def _is_uuid(text: str | None) -> bool:
    try:
        return bool(UUID(text or ""))
    except ValueError:
        return False
