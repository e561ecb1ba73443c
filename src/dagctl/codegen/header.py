"""What the header of a DAG file says, for the template that lays it out. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dagctl.dag_file.header import DIGITS, LONGEST_NAME, code_digest, escaped
from dagctl.spec.fields.slug import slug

if TYPE_CHECKING:
    from dagctl.dag_file.header import Provenance
    from dagctl.spec.model import DagSpec


def header_fields(spec: DagSpec, provenance: Provenance, body: bytes) -> dict[str, str | None]:
    """Return what the template of the header lays out; what is not known is None."""
    dag_id, by, at = provenance.dag_id or spec.dag_id, provenance.created_by, provenance.created_at
    return {
        "title": comment(spec.dag_name),
        "dag_id": None if dag_id == slug(spec.dag_name) else dag_id,
        "created_by": escaped(by[:LONGEST_NAME]) if by else None,
        "created_at": _seconds(at) if at else None,
        "source": escaped(provenance.source) if provenance.source else None,
        "version": None if provenance.version is None else str(provenance.version),
        "spec_digest": spec.digest()[:DIGITS],
        "code_digest": code_digest(body),
    }


def comment(value: str) -> str:
    """Return user text for a comment: one line of ASCII."""
    return value.encode("unicode_escape").decode("ascii").strip()


def _seconds(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
