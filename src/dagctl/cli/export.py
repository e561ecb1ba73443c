"""`dagctl export`."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from dagctl.cli.arguments.candidates import dag_ids as candidates
from dagctl.cli.arguments.options import examples
from dagctl.cli.invocation import current
from dagctl.cli.recover import write_recovery
from dagctl.cli.terminal.console import is_terminal
from dagctl.cli.terminal.progress import reporter
from dagctl.cli.terminal.text import plural, shown
from dagctl.errors import UsageError

Ids = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="DAG_ID", help="The DAGs; without one, all of them.", autocompletion=candidates
    ),
]
Target = Annotated[
    str,
    typer.Option("--output", "-o", metavar="FILE", help="The archive; - for standard output."),
]
EPILOG = examples(
    "dagctl export -o dags.zip",
    "dagctl export daily_orders weekly_orders -o orders.zip",
    "dagctl export -o - > dags.zip",
)
STANDARD_OUTPUT = "-"


def export(context: typer.Context, ids: Ids = None, *, target: Target = "dags.zip") -> None:
    """Write DAGs with all their versions into an archive.

    Specs and DAG files are in it, too. `dagctl import` restores it, in this project or in another
    one, with Supabase or without.
    Removed DAGs are not in it. The same DAGs give the same bytes.
    """
    from dagctl.client import Client

    invocation = current(context)
    console = invocation.console
    is_piped = target == STANDARD_OUTPUT
    if is_piped and is_terminal(console.out):
        raise UsageError(
            "an archive cannot be shown on a terminal", hint="dagctl export -o dags.zip"
        )
    with closing(reporter(invocation)) as progress, Client.open(listener=progress) as client:
        exported = client.export(console.out.buffer if is_piped else target, ids or ())
        progress.close()
        write_recovery(console, client.recovered, client.unsettled)
    console.warnings(exported.warnings)
    what = f"{plural(exported.dags, 'DAG')}, {plural(exported.versions, 'version')}"
    if is_piped:
        console.note(f"Wrote {what}.")
    elif not console.quiet:
        console.running([f"Wrote {shown(target)}: {what}"])
