"""`dagctl schema`."""

from __future__ import annotations

import typer  # noqa: TC002 - Typer reads annotations at run time

from dagctl.cli.invocation import current
from dagctl.cli.options import examples

EPILOG = examples(
    "dagctl schema",
    "dagctl schema > dag.schema.json",
    "dagctl schema | jq '.properties | keys'",
)


def schema(context: typer.Context) -> None:
    """Print the JSON Schema of a spec (draft-07)."""
    from dagctl.commands.schema import schema_text

    current(context).console.exact(schema_text())
