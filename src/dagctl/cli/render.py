"""`dagctl render`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dagctl.cli.invocation import current
from dagctl.cli.options import InputFormat, checked_airflow, examples
from dagctl.spec.target import TARGETS

Spec = Annotated[str, typer.Argument(metavar="SPEC", help="A file, or - for standard input.")]
Target = Annotated[
    str | None,
    typer.Option(
        "--airflow",
        metavar="VERSION",
        callback=checked_airflow,
        help=f"The Airflow to write for: {TARGETS}.",
    ),
]
EPILOG = examples(
    "dagctl render specs/orders.yaml",
    "dagctl render specs/orders.yaml --airflow 2 > dags/orders.py",
    "python make_spec.py | dagctl render - --format json",
)


def render(
    context: typer.Context,
    spec: Spec,
    airflow: Target = None,
    spec_format: InputFormat = None,
) -> None:
    """Print the DAG file of a spec, and nothing else.

    Without --airflow it is written for the Airflow of the workspace, or for Airflow 3 outside of
    one.
    """
    from dagctl.cli.specs import good_specs
    from dagctl.commands.render import render_spec
    from dagctl.errors import UsageError

    invocation = current(context)
    invocation.output = "text"
    found = good_specs(invocation, [spec], spec_format)
    if len(found) != 1:
        raise UsageError(f"render takes one spec; {spec} holds {len(found)}")
    target = airflow or _target_of_workspace()
    invocation.console.exact(render_spec(found[0], airflow=target).text)


def _target_of_workspace() -> str:
    import os

    from dagctl.errors import UsageError
    from dagctl.settings import load_settings
    from dagctl.workspace import find_workspace

    try:
        workspace = find_workspace(Path())
    except UsageError:  # no workspace is no obstacle here
        return "3"
    return load_settings(workspace, os.environ, {}).airflow
