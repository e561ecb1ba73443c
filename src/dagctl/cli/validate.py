"""`dagctl validate`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from dagctl.cli.invocation import current
from dagctl.cli.options import InputFormat, Specs, Strict, examples

Form = Annotated[
    Literal["text", "concise", "json", "github", "sarif"],
    typer.Option("--output", "-o", help="The form of the report."),
]
EPILOG = examples(
    "dagctl validate specs/orders.yaml",
    "dagctl validate specs --strict --output concise",
    "dagctl validate 'specs/**/*.json' -o sarif > dagctl.sarif",
    "python make_spec.py | dagctl validate - --format json",
)


def validate(
    context: typer.Context,
    specs: Specs,
    spec_format: InputFormat = None,
    strict: Strict = None,
    output: Form = "text",
) -> None:
    """Check specs; write nothing.

    Every problem of every spec is reported at its line. Needs no workspace, no git, no network.
    """
    from dagctl.cli.diagnostics import FORMATS, Report, look
    from dagctl.cli.envelope import envelope
    from dagctl.cli.specs import check_specs, checks_of
    from dagctl.cli.text import plural
    from dagctl.commands.read import failure

    invocation = current(context)
    invocation.output = output
    validation = check_specs(invocation, specs, spec_format, checks_of(strict=strict))
    invocation.result = {"valid": [spec.origin for spec in validation.specs]}
    if not validation.ok:
        raise failure(validation.diagnostics)
    console = invocation.console
    diagnostics = validation.diagnostics
    if output == "json":
        console.document(envelope(invocation, result=invocation.result, diagnostics=diagnostics))
    else:
        report = Report(diagnostics)
        console.lines(FORMATS[output](report, look(console, console.out)))
        beside = f", {report.advice}" if diagnostics else ""
        console.note(f"{plural(len(validation.specs), 'spec')} valid{beside}")
