"""`render`: a spec as the text of its DAG file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from dagctl.codegen import gate
from dagctl.codegen.dag_file import DagFile, dag_file
from dagctl.codegen.literals import comment, literal

if TYPE_CHECKING:
    from datetime import datetime

    from dagctl.codegen.values import Target
    from dagctl.spec.model import DagSpec

_DAG_TEMPLATE = "dag.py.jinja"


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the registry knows about a DAG; what is not known is left out of the file."""

    created_by: str | None = None
    """Who created it."""
    created_at: datetime | None = None
    """When, as an aware time."""
    dag_id: str | None = None
    """Its id, if that is not the spec's: one with a number, since the spec's was taken."""


def render(spec: DagSpec, *, airflow: Target = "3", provenance: Provenance | None = None) -> str:
    """Return the DAG file of a spec, for Airflow 2.9 to 2.11 (`"2"`) or 3.0 on (`"3"`).

    A pure function: the same arguments give the same text on every machine.

    Raises:
        GeneratedCodeError: The text would not say what the spec says; a bug in dagctl.
    """
    known = provenance or Provenance()
    file = dag_file(spec, airflow, known.dag_id or spec.dag_id)
    header = _header(spec, known)
    source = _environment().get_template(_DAG_TEMPLATE).render(header, **_layout(file, airflow))
    gate.check(source, file)
    return source


def _header(spec: DagSpec, provenance: Provenance) -> dict[str, str | None]:
    """Return what stands in comments: user text as one line of ASCII."""
    by, at = provenance.created_by, provenance.created_at
    return {
        "title": comment(spec.dag_name),
        "created_by": comment(by) if by else None,
        "created_at": _seconds(at) if at else None,
        "digest": spec.digest(),
    }


def _seconds(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _layout(file: DagFile, airflow: Target) -> dict[str, object]:
    """Return what stands in code, as ready source."""
    return {
        "airflow": airflow,
        "imports": file.imports,
        "functions": [function.text for function in file.functions],
        "default_args": {
            key: literal(value, f'    "{key}": ') for key, value in file.default_args.items()
        },
        "dag_id": literal(file.dag_id),
        "dag_arguments": {
            name: literal(value, f"    {name}=") for name, value in file.dag_arguments.items()
        },
        "tasks": file.tasks,
        "edges": file.edges,
    }


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
