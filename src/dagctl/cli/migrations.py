"""`dagctl migrations`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dagctl.cli.arguments.options import TextOrJson, examples
from dagctl.cli.invocation import begun, current
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.text import shown
from dagctl.commands.migrations import export_migrations
from dagctl.views.setup import migrations_data

Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help="Where the migrations go; made if missing.")
]
EPILOG = examples(
    "dagctl migrations export supabase/migrations",
    "dagctl migrations export sql && cat sql/*.sql | psql --single-transaction",
)
EXPORT_EXAMPLES = EPILOG


def migrations(context: typer.Context) -> None:
    """Write the SQL of the Supabase backend into a folder."""
    current(context).console.data(context.get_help())


def export(context: typer.Context, folder: Folder, *, output: TextOrJson = "text") -> None:
    """Write the SQL of the Supabase backend into a folder.

    It is for `supabase db push` or psql. A file that stands there already is kept; one with another
    content is a conflict.
    """
    invocation = begun(context, output)
    console = invocation.console
    result = export_migrations(folder)
    if output == "json":
        console.document(envelope(invocation, result=migrations_data(result)))
        return
    console.lines(f"wrote  {shown(path)}" for path in result.written)
    console.lines(f"kept   {shown(path)}" for path in result.unchanged)
    console.note("  next: supabase db push")
