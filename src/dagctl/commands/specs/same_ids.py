"""Specs of one call that give the same DAG id: `create` refuses them, so a check says it before."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dagctl.commands.specs.given_specs import source_path
from dagctl.errors import ConflictError
from dagctl.findings.problem import Problem
from dagctl.findings.wording import quoted
from dagctl.readers.syntax import document_in
from dagctl.spec.load import diagnostics_of
from dagctl.text.lines import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.errors import Diagnostic
    from dagctl.spec.model import DagSpec

_KEY = "dag_id"


def same_ids(specs: Sequence[DagSpec]) -> Iterator[Diagnostic]:
    """Yield a finding for each spec that gives the id that one before it gives.

    Specs that only have the same name are left out: `create` gives them numbers. Ids that differ
    only by case are one id; each project has its own.
    """
    first: dict[tuple[object, str], DagSpec] = {}
    for spec in specs:
        if spec.dag_id_given:
            other = first.setdefault((spec.project_id, spec.dag_id.casefold()), spec)
            if other is not spec and not _are_one_file(spec, other):
                yield _same(spec, other)


def _are_one_file(spec: DagSpec, other: DagSpec) -> bool:
    """Return whether both were read from one file, by two paths: `create` counts it once too."""
    here = Path.cwd()
    path = source_path(spec.origin, here)
    return path is not None and path == source_path(other.origin, here)


def _same(spec: DagSpec, other: DagSpec) -> Diagnostic:
    finding = Problem(
        ConflictError.code,
        f"{other.origin or 'another spec'} gives the id {quoted(other.dag_id)} too",
        "give one of them another dag_id",
        span=_span(spec),
        path=(_KEY,),
    )
    (diagnostic,) = diagnostics_of(spec.text or "", [finding], spec.origin)
    return diagnostic


def _span(spec: DagSpec) -> Span:
    """Return where the id stands in the spec; its beginning, where a template says it."""
    document = document_in(spec.text or "", form=None, origin=spec.origin)
    entry = document.root.keys.get(_KEY) if document else None
    return entry[1].span if entry else Span(0, 0)
