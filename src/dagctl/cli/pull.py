"""`dagctl pull`."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.arguments.candidates import dag_ids as candidates
from dagctl.cli.arguments.options import TextOrJson, examples
from dagctl.cli.invocation import begun
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.progress import reporter
from dagctl.cli.terminal.text import plural, shown
from dagctl.views.recovered import recovered_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.cli.terminal.console import Console
    from dagctl.commands.pull import PulledDag
    from dagctl.views.pulled import PullData

DagIds = Annotated[
    list[str] | None,
    typer.Argument(metavar="[DAG_ID]", help="The DAGs. Default: all.", autocompletion=candidates),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be written.")]
EPILOG = examples("dagctl pull --dry-run", "dagctl pull", "dagctl pull daily_orders")
NAMED = 4
"""How many files the next step names."""


def pull(
    context: typer.Context,
    dag_ids: DagIds = None,
    *,
    dry_run: DryRun = False,
    output: TextOrJson = "text",
) -> None:
    """Bring specs and DAG files here that are missing or outdated.

    They come from the registry. What you have changed stays, with a warning. Nothing is committed.
    """
    from dagctl.cli.reports.create_view import reporting_recovery
    from dagctl.client import Client
    from dagctl.views.pulled import pulled_data

    invocation = begun(context, output, dry_run=dry_run)
    console = invocation.console
    with closing(reporter(invocation)) as progress, Client.open(listener=progress) as client:
        with reporting_recovery(invocation, client, progress) as note_recovered:
            pulled = client.pull(dag_ids or (), dry_run=dry_run)
            note_recovered()
        recovered = recovered_data(client.recovered)
    warnings = [warning for dag in pulled for warning in dag.warnings]
    if invocation.is_json:
        dags = list(map(pulled_data, pulled))
        result: PullData = {"dags": dags, "warnings": warnings, "recovered": recovered}
        console.document(envelope(invocation, result=result))
        return
    console.warnings(warnings)
    if not console.quiet:
        _write(console, pulled, dry_run=dry_run)


def _write(console: Console, pulled: Sequence[PulledDag], *, dry_run: bool) -> None:
    verb = "Would write" if dry_run else "Wrote"
    console.running(f"{verb} {line}" for dag in pulled for line in _lines(dag))
    console.flush()
    same = sum(dag.is_current for dag in pulled)
    if same:
        console.note(f"{plural(same, 'DAG')}: the files are as recorded; nothing to do")
    paths = [path for dag in pulled for path in _paths(dag)]
    if not pulled:
        console.note("No DAGs are recorded.")
    elif dry_run:
        console.note("Nothing was changed. The same command without --dry-run does it.")
    elif paths:
        from dagctl.cli.reports.create_view import some_of

        console.note(f"  next: git add {some_of(paths, NAMED)}, then git commit")


def _lines(dag: PulledDag) -> Iterator[str]:
    of = f"{shown(dag.dag_id)} v{dag.version}"
    if dag.spec == "written" and dag.source is not None:
        yield f"{shown(dag.source)}: the spec of {of}"
    if dag.file == "written":
        yield f"{shown(dag.file_path)}: the DAG file of {of}"


def _paths(dag: PulledDag) -> Iterator[str]:
    """Yield the files that were written, for git."""
    if dag.spec == "written" and dag.source is not None:
        yield dag.source
    if dag.file == "written":
        yield dag.file_path
