"""`dagctl schema`."""

from __future__ import annotations

from typing import Annotated

import typer

from dagctl.cli.arguments.options import airflow_option, examples
from dagctl.cli.invocation import current
from dagctl.errors import UsageError

Providers = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES",
        help="Include the operators of these providers, such as amazon,http.",
    ),
]
Target = Annotated[str | None, airflow_option("whose operators they are", "that of the workspace")]
Defaults = Annotated[
    bool, typer.Option("--defaults", help="Print the schema of defaults.yaml instead.")
]
Optional = Annotated[
    bool,
    typer.Option("--optional", help="Require no parameter: files with defaults may give it."),
]
EPILOG = examples(
    "dagctl schema",
    "dagctl schema > dag.schema.json",
    "dagctl schema --providers amazon,http > dag.schema.json",
    "dagctl schema --defaults > defaults.schema.json",
    "dagctl schema | jq '.properties | keys'",
)


def schema(
    context: typer.Context,
    providers: Providers = None,
    airflow: Target = None,
    *,
    optional: Optional = False,
    defaults: Defaults = False,
) -> None:
    """Print the JSON Schema of a spec (draft-07).

    With --providers it knows operators too: an editor then completes `operator`, and the
    parameters of the chosen one under `with`. Those of Airflow itself are always among them.
    """
    from dagctl.cli.specs import checks_of
    from dagctl.commands.schema import defaults_text, schema_text

    console = current(context).console
    if defaults and providers is not None:
        raise UsageError("--defaults goes without --providers", hint="dagctl schema --help")
    for flag, is_given in (("--optional", optional), ("--airflow", airflow is not None)):
        if is_given and providers is None:
            raise UsageError(f"{flag} goes with --providers", hint="dagctl schema --help")
    if defaults:
        console.exact(defaults_text())
        return
    if providers is None:
        console.exact(schema_text())
        return
    names = [name.strip() for name in providers.split(",") if name.strip()]
    target = airflow or checks_of(strict=False).airflow
    console.exact(schema_text(names, target, complete=not optional))
