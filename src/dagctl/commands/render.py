"""The DAG file of a spec, as `create` would write it, but for who and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.codegen.render import render
from dagctl.dag_file.file_name import file_name
from dagctl.frozen import frozen

if TYPE_CHECKING:
    from dagctl.spec.model import DagSpec


@frozen
class Rendered:
    """A DAG file that is not written yet."""

    file_name: str
    text: str


def render_spec(spec: DagSpec, *, airflow: str) -> Rendered:
    """Return the DAG file of `spec` for an Airflow."""
    return Rendered(file_name(spec.dag_id), render(spec, airflow=airflow))
