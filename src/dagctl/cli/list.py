"""`dagctl list`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dagctl.cli.invocation import Invocation, current
from dagctl.cli.options import examples

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from dagctl.cli.console import Console
    from dagctl.commands.list import Listed, ListedPage

NO_DAGS = "No DAGs here.\n  next: dagctl create SPEC"
NO_MATCH = "No DAGs that match.\n  next: dagctl list"
HEADINGS = ("DAG ID", "VER", "SCHEDULE", "OWNER", "UPDATED", "STATE")
SPARE = ("OWNER", "SCHEDULE")
"""What a narrow terminal does without."""

Limit = Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="How many DAGs a page has.")]
After = Annotated[
    str | None,
    typer.Option(metavar="DAG_ID", help="Start after this id (`next` of the last page)."),
]
Owner = Annotated[str | None, typer.Option(metavar="NAME", help="Only DAGs of this owner.")]
Tag = Annotated[str | None, typer.Option(metavar="TAG", help="Only DAGs with this tag.")]
User = Annotated[
    str | None, typer.Option(metavar="ID|EMAIL", help="Only DAGs that this user created.")
]
Everything = Annotated[bool, typer.Option("--all", help="All pages; --limit is their size.")]
Form = Annotated[
    Literal["text", "json", "name"], typer.Option("--output", "-o", help="The form of the result.")
]
EPILOG = examples(
    "dagctl list --owner data-team",
    "dagctl list --all | cut -f 1,3            # tab-separated when piped",
    "dagctl list --tag gold -o name",
    "dagctl list --limit 100 --after daily_orders -o json",
)


def list_dags(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    limit: Limit = 50,
    after: After = None,
    owner: Owner = None,
    tag: Tag = None,
    user: User = None,
    everything: Everything = False,
    output: Form = "text",
) -> None:
    """List the DAGs that are recorded, sorted by id.

    The state is synced, drift (the DAG file was changed by hand) or missing (it was removed).
    """
    from dagctl.cli.progress import Warnings
    from dagctl.cli.recover import tell_recovery
    from dagctl.client import Client
    from dagctl.commands.list import with_states

    invocation = current(context)
    invocation.output = output
    with Client.open(listener=Warnings(invocation.console)) as client:
        pages = client.list(owner=owner, tag=tag, user=user, after=after, page_size=limit)
        wanted = pages if everything else islice(pages, 1)
        tell_recovery(invocation.console, client.recovered, client.unsettled)
        narrowed = any(one is not None for one in (owner, tag, user, after))
        _write(invocation, with_states(wanted, client.drift), NO_MATCH if narrowed else NO_DAGS)


def _write(invocation: Invocation, pages: Iterable[ListedPage], empty: str) -> None:
    from dagctl.cli.console import is_terminal

    console = invocation.console
    if invocation.is_json:
        _write_json(invocation, pages)
    elif invocation.output == "name":
        for page in pages:
            console.lines(listed.record.dag_id for listed in page.dags)
    elif is_terminal(console.out):
        _write_table(console, pages, empty)
    else:
        _write_tsv(console, pages)


def _write_json(invocation: Invocation, pages: Iterable[ListedPage]) -> None:
    from dagctl.cli.envelope import envelope
    from dagctl.commands.list import row

    dags = []
    cursor = None
    for page in pages:
        dags += [row(listed) for listed in page.dags]
        cursor = page.next
    result = {"dags": dags, "next": cursor}
    invocation.console.document(envelope(invocation, result=result))


def _write_tsv(console: Console, pages: Iterable[ListedPage]) -> None:
    from dagctl.cli.table import tsv
    from dagctl.commands.times import rfc3339

    cursor = None
    for page in pages:
        rows = [_cells(listed, rfc3339(listed.record.updated_at)) for listed in page.dags]
        console.lines(tsv(rows))
        cursor = page.next
    _tell_more(console, cursor)


def _write_table(console: Console, pages: Iterable[ListedPage], empty: str) -> None:
    """Write one table, whose columns the first page decides, or else a note in its place."""
    from datetime import UTC, datetime

    from dagctl.cli.console import is_ascii
    from dagctl.cli.table import draw, fit

    now = datetime.now(UTC)
    table = None
    cursor = None
    for page in pages:
        rows = _rows(page, now)
        if rows and table is None:
            table = fit(HEADINGS, rows, console.width, spare=SPARE)
            heading = next(draw(table, [HEADINGS], ascii_only=True))
            console.data(console.paint(heading, "bold", on=console.out))
        if table is not None:
            console.lines(draw(table, rows, ascii_only=is_ascii(console.out)))
        cursor = page.next
    if table is None:
        console.note(empty)
    _tell_more(console, cursor)


def _rows(page: ListedPage, now: datetime) -> list[list[str]]:
    from dagctl.commands.times import ago

    return [
        _cells(listed, ago(listed.record.updated_at, now), version="v", nothing="-")
        for listed in page.dags
    ]


def _cells(listed: Listed, updated: str, *, version: str = "", nothing: str = "") -> list[str]:
    record = listed.record
    schedule = record.schedule_interval or nothing
    number = f"{version}{record.version}"
    return [record.dag_id, number, schedule, record.owner, updated, listed.state]


def _tell_more(console: Console, cursor: str | None) -> None:
    if cursor is not None:
        console.note(f"  more: the same command with --after {cursor}")
