"""`render`: a spec as the text of its DAG file."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from dagctl.codegen import gate
from dagctl.codegen.dag_file import DagFile, dag_file
from dagctl.codegen.header import Provenance, header_fields
from dagctl.codegen.literals import literal

if TYPE_CHECKING:
    from dagctl.codegen.values import Target
    from dagctl.spec.model import DagSpec

_DAG_TEMPLATE = "dag.py.jinja"
_HEADER_TEMPLATE = "header.py.jinja"


def render(spec: DagSpec, *, airflow: Target = "3", provenance: Provenance | None = None) -> str:
    """Return the DAG file of a spec, for Airflow 2.9 to 2.11 (`"2"`) or 3.0 on (`"3"`).

    A pure function: the same arguments give the same text on every machine.

    Raises:
        GeneratedCodeError: The text would not say what the spec says; a bug in dagctl.
    """
    known = provenance or Provenance()
    file = dag_file(spec, airflow, known.dag_id or spec.dag_id)
    body = _environment().get_template(_DAG_TEMPLATE).render(_layout(file))
    fields = header_fields(spec, known, body.encode("utf-8"))
    header = _environment().get_template(_HEADER_TEMPLATE).render(fields, airflow=airflow)
    source = header + body
    gate.check(source, file)
    return source


def _layout(file: DagFile) -> dict[str, object]:
    """Return what stands in code, as ready source."""
    return {
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
