"""`dagctl requirements`."""

from __future__ import annotations

from typing import Annotated

import typer  # noqa: TC002 - Typer reads annotations at run time

from dagctl.cli.arguments.options import InputFormat, Specs, TextOrJson, airflow_option, examples
from dagctl.cli.invocation import begun
from dagctl.cli.reports.envelope import envelope
from dagctl.views.requirements import requirements_data

Target = Annotated[str | None, airflow_option("that runs the DAGs", "that of the workspace")]
EPILOG = examples(
    "dagctl requirements specs > requirements-dags.txt",
    "dagctl requirements specs/orders.yaml",
    "dagctl requirements specs -o json | jq -r '.result.connections[]'",
)


def requirements(
    context: typer.Context,
    specs: Specs,
    airflow: Target = None,
    spec_format: InputFormat = None,
    output: TextOrJson = "text",
) -> None:
    """Print what DAGs need of their Airflow, for pip.

    A requirements file: the distributions of the providers whose operators and notifiers the specs
    use; and, as comments, the connections, variables and pools that they name.
    """
    from dagctl.cli.specs import SpecArguments, checks_of, good_specs
    from dagctl.commands.requirements import requirements_of

    invocation = begun(context, output)
    checks = checks_of(strict=False, airflow=airflow)
    given = SpecArguments(specs, checks, spec_format)
    required = requirements_of(good_specs(invocation, given), checks.airflow)
    if invocation.is_json:
        invocation.console.document(envelope(invocation, result=requirements_data(required)))
        return
    invocation.console.lines(required.lines())
