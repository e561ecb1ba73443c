"""`dagctl validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dagctl.cli.arguments.options import (
    Env,
    InputFormat,
    Specs,
    Strict,
    Var,
    airflow_option,
    examples,
)
from dagctl.cli.diagnostics import FORMATS, DiagnosticReport, look
from dagctl.cli.invocation import begun
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.text import plural
from dagctl.commands.files.read_specs import failure

if TYPE_CHECKING:
    from dagctl.commands.validate import Validation
    from dagctl.views.validated import ValidData

Form = Annotated[
    Literal["text", "concise", "json", "github", "sarif"],
    typer.Option("--output", "-o", help="The form of the report."),
]
Explain = Annotated[
    str | None,
    typer.Option("--explain", metavar="FIELD", help="Say where a value of one spec comes from."),
]
Target = Annotated[str | None, airflow_option("to check for")]
EPILOG = examples(
    "dagctl validate specs/orders.yaml",
    "dagctl validate specs --strict --output concise",
    "dagctl validate specs --airflow 2.11",
    "dagctl validate 'specs/**/*.json' -o sarif > dagctl.sarif",
    "dagctl validate specs/orders.yaml --explain tasks.load.pool",
)


def validate(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    specs: Specs,
    airflow: Target = None,
    *,
    spec_format: InputFormat = None,
    strict: Strict = None,
    env: Env = None,
    var: Var = None,
    explain: Explain = None,
    output: Form = "text",
) -> None:
    """Check specs; write nothing.

    Every problem of every spec is reported at its line. Needs no workspace, no git, no network.
    """
    from dagctl.cli.specs import SpecArguments, check_specs, checks_of
    from dagctl.commands.validate import distinct

    invocation = begun(context, output)
    checks = checks_of(strict=strict, airflow=airflow, env=env, variables=var)
    if explain is not None:
        from dagctl.cli.reports.origins import write_origin

        write_origin(invocation, specs, spec_format, checks, explain)
        return
    validation = distinct(check_specs(invocation, SpecArguments(specs, checks, spec_format)))
    result: ValidData = {"valid": [spec.origin for spec in validation.specs]}
    invocation.result = result
    if not validation.ok:
        raise failure(validation.diagnostics)
    console = invocation.console
    diagnostics = validation.diagnostics
    if output == "json":
        console.document(envelope(invocation, result=invocation.result, diagnostics=diagnostics))
    else:
        report = DiagnosticReport(diagnostics)
        console.lines(FORMATS[output](report, look(console, console.out)))
        beside = f", {report.advice}" if diagnostics else ""
        console.note(f"{_counted(validation)} valid{beside}")


def _counted(validation: Validation) -> str:
    """Return what was checked; a file with defaults where there is nothing else."""
    specs, templates = len(validation.specs), validation.templates
    both = ((specs, "spec"), (templates, "template"))
    said = [plural(count, what) for count, what in both if count]
    return " and ".join(said) or "defaults"
