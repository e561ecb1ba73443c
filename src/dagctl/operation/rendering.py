"""The bytes of a DAG file, and what its header says of a DAG that exists. Pure."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from dagctl.codegen.render import render, render_header, with_code
from dagctl.dag_file.header import Provenance, body_of
from dagctl.operation.conflicts.basis import version_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.operation.change import Change
    from dagctl.spec.model import DagSpec


class Renderer(Protocol):
    """Makes the text of a DAG file, as `render` does."""

    def __call__(self, spec: DagSpec, *, airflow: str, provenance: Provenance | None = None) -> str:
        """Return the DAG file of a spec."""


_RENDERER: ContextVar[Renderer] = ContextVar("renderer", default=render)


@contextmanager
def rendering_by(renderer: Renderer) -> Iterator[None]:
    """Let DAG files be rendered otherwise in the block, and in this thread only."""
    token = _RENDERER.set(renderer)
    try:
        yield
    finally:
        _RENDERER.reset(token)


def render_with(codes: dict[str, str], made_for: str) -> None:
    """Let DAG files be rendered with code that is there, from here on and in this thread.

    Args:
        codes: The code of specs by their digests: for that Airflow, and with their own ids. Each is
            used once, and taken out: thousands of them are not kept beside the files.
        made_for: The Airflow.
    """

    def renderer(spec: DagSpec, *, airflow: str, provenance: Provenance | None = None) -> str:
        known = provenance or Provenance()
        is_own = airflow == made_for and known.dag_id in {None, spec.dag_id}
        code = codes.pop(spec.digest(), None) if is_own else None
        if code is None:
            return render(spec, airflow=airflow, provenance=known)
        return with_code(spec, code, airflow=airflow, provenance=known)

    if codes:
        _RENDERER.set(renderer)


def rendered(spec: DagSpec, airflow: str, provenance: Provenance) -> bytes:
    """Return the DAG file of a spec."""
    return _RENDERER.get()(spec, airflow=airflow, provenance=provenance).encode("utf-8")


def with_header(content: bytes, spec: DagSpec, airflow: str, provenance: Provenance) -> bytes:
    """Return a DAG file of a spec with another header; its code is not made again."""
    body = (body_of(content) or b"").decode("utf-8")
    text = render_header(spec, body, airflow=airflow, provenance=provenance) + body
    return text.encode("utf-8")


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
