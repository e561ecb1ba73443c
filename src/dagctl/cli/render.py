"""`dagctl render`."""

from __future__ import annotations

from typing import Annotated

import typer

from dagctl.cli.invocation import current
from dagctl.cli.options import InputFormat, Strict, checked_airflow, examples
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
    strict: Strict = None,
) -> None:
    """Print the DAG file of a spec, and nothing else.

    Without --airflow it is written for the Airflow of the workspace, or for Airflow 3 outside of
    one.
    """
    from dagctl.cli.specs import checks_of, good_specs
    from dagctl.commands.render import render_spec
    from dagctl.errors import UsageError

    invocation = current(context)
    invocation.output = "text"
    checks = checks_of(strict=strict, airflow=airflow)
    found = good_specs(invocation, [spec], spec_format, checks)
    if len(found) != 1:
        raise UsageError(f"render takes one spec; {spec} holds {len(found)}")
    invocation.console.exact(render_spec(found[0], airflow=checks.airflow).text)
