"""`dagctl history`."""

from __future__ import annotations

from datetime import UTC, datetime
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.arguments.options import DagId, TextOrJson, examples
from dagctl.cli.invocation import begun
from dagctl.cli.recover import write_recovery
from dagctl.cli.reports.changes import row_lines, words_of
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.progress import WarningsOnly
from dagctl.cli.terminal.text import shown
from dagctl.commands.times import ago, rfc3339
from dagctl.views.versions import entry_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.cli.terminal.console import Console
    from dagctl.commands.history import HistoryEntry
    from dagctl.views.versions import HistoryData

Limit = Annotated[
    int, typer.Option(metavar="N", min=1, max=200, help="At most N versions, the newest first.")
]
Before = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=2, max=10**9, help="Only versions below this one (`next` of the page)."
    ),
]
EPILOG = examples(
    "dagctl history daily_orders",
    "dagctl history daily_orders --limit 100 --output json",
    "dagctl show daily_orders --version 3",
)


def history(
    context: typer.Context,
    dag_id: DagId,
    *,
    limit: Limit = 20,
    before: Before = None,
    output: TextOrJson = "text",
) -> None:
    """Show who made which version of a DAG, when, and what changed.

    A removed DAG keeps its versions.
    """
    from dagctl.client import Client

    invocation = begun(context, output)
    console = invocation.console
    with Client.open(listener=WarningsOnly(console)) as client:
        page = client.history(dag_id, before=before, limit=limit)
        write_recovery(console, client.recovered, client.unsettled)
    if invocation.is_json:
        versions = [entry_data(entry) for entry in page.entries]
        result: HistoryData = {"dag_id": dag_id, "versions": versions, "next": page.next}
        console.document(envelope(invocation, result=result))
        return
    now = datetime.now(UTC)
    older = [*(entry.version.version for entry in page.entries[1:]), page.next]
    for entry, below in zip(page.entries, older, strict=True):
        console.lines(entry_lines(console, entry, now))
        if (which := _not_recorded(entry.version.version, below)) is not None:
            console.flush()
            path = quote(shown(entry.version.file_path))
            console.note(f"  {which} neither recorded here nor in the history of this branch:")
            console.note(
                f"  see `git log --all -- {path}` (shallow clone: `git fetch --unshallow`)"
            )
    if page.next is not None:
        console.flush()
        console.note(f"  more: the same command with --before {page.next}")


def _not_recorded(number: int, below: int | None) -> str | None:
    """Return which versions are missing between two; None: none."""
    first, last = (below or 0) + 1, number - 1
    if last < first:
        return None
    if below is None:
        return f"versions before {number} are"
    return f"version {first} is" if first == last else f"versions {first} to {last} are"


def entry_lines(console: Console, entry: HistoryEntry, now: datetime) -> Iterator[str]:
    """Yield a version in words: who, when, what was done, and what changed in the spec."""
    version = entry.version
    when = f"{rfc3339(version.updated_at)} ({ago(version.updated_at, now)})"
    by = f" by {shown(version.updated_by_name)}" if version.updated_by_name else ""
    commit = f"  {version.commit_id[:7]}" if version.commit_id else ""
    brought = version.imported_by_name
    imported = f"  (imported by {shown(brought)})" if brought else ""
    line = f"v{version.version}  {_done(entry)}  {when}{by}{commit}{imported}"
    yield from console.folded(line, on=console.out, hang=4)
    yield from row_lines(console, list(map(words_of, entry.changes or ())))


def _done(entry: HistoryEntry) -> str:
    """Return what was done, and for a rename which id it was about."""
    version = entry.version
    if version.renamed is None:
        return version.action
    return f"rename {'to' if entry.leaves else 'of'} {shown(version.renamed)}"
