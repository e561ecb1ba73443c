"""`render`: a spec as the text of its DAG file."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from dagctl.codegen.module import Sections, module_of
from dagctl.codegen.proof import prove
from dagctl.dag_file.header import DIGITS, LONGEST_NAME, Provenance, code_digest, escaped
from dagctl.errors import Severity, SpecError
from dagctl.findings.problem import MAX_PROBLEMS
from dagctl.spec.checks.operator_checks import target_problems
from dagctl.spec.dag.brought import signs_of
from dagctl.spec.fields.slug import slug
from dagctl.target import target_of
from dagctl.text.template_signs import signs_set

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dagctl.codegen.module_scope import Piece
    from dagctl.spec.model import DagSpec
    from dagctl.target import Target


_DAG_TEMPLATE = "dag.py.jinja"
_GONE_IN_3 = ("fail_fast", "default_view", "orientation")
"""What a DAG is given under names that Airflow 3 lacks: the linter is asked to pass over them."""
_HEADER_TEMPLATE = "header.py.jinja"


def render(spec: DagSpec, *, airflow: str = "3", provenance: Provenance | None = None) -> str:
    """Return the DAG file of a spec.

    A pure function: the same arguments give the same text on every machine.

    Args:
        spec: The spec.
        airflow: The Airflow that the file is for: `"2"` (2.9 to 2.11), `"3"` (3.0 and later), or
            one version, such as `"3.1"`.
        provenance: What the registry knows about the DAG.

    Raises:
        ValueError: There is no such Airflow, or dagctl does not write for it.
        SpecError: That Airflow lacks what the spec has, or an operator is called wrongly.
        GeneratedCodeError: The text would not say what the spec says; a bug in dagctl.
    """
    known = provenance or Provenance()
    code = render_code(spec, airflow=airflow, dag_id=known.dag_id)
    return with_code(spec, code, airflow=airflow, provenance=known)


def render_code(spec: DagSpec, *, airflow: str = "3", dag_id: str | None = None) -> str:
    """Return the code of the DAG file of a spec: all but its header.

    Args:
        spec: The spec.
        airflow: As of `render`.
        dag_id: The id of the DAG; default: as the spec says.

    Raises:
        ValueError: As `render`.
        SpecError: As `render`.
        GeneratedCodeError: As `render`.
    """
    target, spec = target_of(airflow), spec.whole()
    if spec.checked_for != target.full_name:
        _refuse(spec.recorded, target)
    name = dag_id or spec.dag_id
    with _collector_at_rest(), signs_set(signs_of(spec.jinja_environment_kwargs)):
        module = module_of(spec, target, name)
        code = _environment().get_template(_DAG_TEMPLATE).render(_sections(module))
        prove(code, module.pieces(), name)
    return code


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Let Python look for no objects in circles in the block: trees have none, and are many.

    In a program that holds many specs it would look through all of them again and again.
    """
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_on:
            gc.enable()


def with_code(spec: DagSpec, code: str, *, airflow: str, provenance: Provenance) -> str:
    """Return the DAG file of a spec whose code is there: its header, and the code.

    Raises:
        GeneratedCodeError: The header is more than comments; a bug in dagctl.
    """
    header = render_header(spec, code, airflow=airflow, provenance=provenance)
    prove(header, (), provenance.dag_id or spec.dag_id)
    return header + code


def render_header(spec: DagSpec, body: str, *, airflow: str, provenance: Provenance) -> str:
    """Return the header of a DAG file whose code is `body`: comments, nothing else."""
    fields = header_fields(spec, provenance, body.encode("utf-8"))
    template = _environment().get_template(_HEADER_TEMPLATE)
    has_gone = any(getattr(spec, key) is not None for key in _GONE_IN_3)
    return template.render(fields, airflow=target_of(airflow).series, has_gone=has_gone)


def _refuse(data: Mapping[str, object], target: Target) -> None:
    """Raise an error if the target lacks what the spec has: not every spec was checked for it."""
    problems = target_problems(data, target)
    errors = [item for item in problems if item.severity is Severity.ERROR]
    if errors:
        raise SpecError([item.diagnostic() for item in errors[:MAX_PROBLEMS]])


def _sections(module: Sections) -> dict[str, object]:
    """Return what stands in code, as ready source."""
    return {
        "imports": [_texts(section) for section in module.imports],
        "functions": _texts(module.functions),
        "default_args": module.default_args.text,
        "dag": module.dag.text,
        "tasks": _texts(module.tasks),
        "edges": _texts(module.edges),
    }


def _texts(pieces: Iterable[Piece]) -> list[str]:
    return [piece.text for piece in pieces]


@cache
def _environment() -> Environment:
    """Return the templates: layout only; values come as source and are never read as templates."""
    return Environment(
        loader=PackageLoader("dagctl"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Python source, not HTML
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


# --- The header ----------------------------------------------------------------------------------


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
