"""`dagctl list`."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dagctl.cli.arguments.options import examples
from dagctl.cli.invocation import Invocation, begun
from dagctl.cli.recover import write_recovery
from dagctl.cli.terminal.console import is_ascii, is_terminal
from dagctl.cli.terminal.progress import WarningsOnly
from dagctl.cli.terminal.text import json_text, plural, shown
from dagctl.commands.list import with_states
from dagctl.commands.times import ago, rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagctl.cli.terminal.console import Console
    from dagctl.client import Client
    from dagctl.commands.list import Listed, ListedPage
    from dagctl.ports import Page
    from dagctl.views.record import ListData

NO_DAGS = "No DAGs here.\n  next: dagctl create SPEC"
NO_MATCH = "No DAGs that match.\n  next: dagctl list"
DAMAGED = "damaged"
HEADINGS = ("DAG ID", "VER", "SCHEDULE", "OWNER", "UPDATED", "STATE")
SHORTENED = ("SCHEDULE", "OWNER")
SPARE = ("OWNER", "SCHEDULE", "UPDATED", "VER")
"""What a narrow terminal does without, in this order; ids and states are always whole."""
PAGE = 50
"""How many DAGs a terminal shows at once."""
PAGE_OF_ALL = 200
"""How many DAGs are read at a time where all are listed: so much is in memory."""
SPOOLED = 4 * 1024 * 1024
"""Characters of rows that are kept in memory until a JSON document is written."""
PART = 64 * 1024
"""Characters of a document that are written at a time."""
NEW_LINE = "\n      "
"""What begins a line of a row in the document."""
COUNTED = 1000
"""How many of the DAGs that a terminal does not show are counted."""

Limit = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        max=1000,
        help="At most N DAGs. Default: 50 in a table, all of them in every other form.",
    ),
]
After = Annotated[
    str | None,
    typer.Option(metavar="DAG_ID", help="Start after this id (`next` of the last page)."),
]
Owner = Annotated[str | None, typer.Option(metavar="NAME", help="Only DAGs of this owner.")]
Tag = Annotated[str | None, typer.Option(metavar="TAG", help="Only DAGs with this tag.")]
User = Annotated[
    str | None, typer.Option(metavar="ID|EMAIL", help="Only DAGs that this user created.")
]
Everything = Annotated[
    bool,
    typer.Option("--all", help="All DAGs in a table too; --limit is how many are read at once."),
]
Outdated = Annotated[
    bool,
    typer.Option("--outdated", help="Only DAGs that their specs would change today, and why."),
]
Form = Annotated[
    Literal["text", "json", "name"], typer.Option("--output", "-o", help="The form of the result.")
]
EPILOG = examples(
    "dagctl list --owner data-team",
    "dagctl list | cut -f 1,3                  # all DAGs, tab-separated, when piped",
    "dagctl list --tag gold -o name",
    "dagctl list --outdated                    # what create would change",
    "dagctl list --limit 100 --after daily_orders -o json",
)


def list_dags(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    limit: Limit = None,
    after: After = None,
    owner: Owner = None,
    tag: Tag = None,
    user: User = None,
    everything: Everything = False,
    outdated: Outdated = False,
    output: Form = "text",
) -> None:
    """List the DAGs that are recorded, sorted by id.

    On a terminal a table of the first 50; as names, as JSON and in a pipe all of them. The state is
    synced, drift (the DAG file was changed by hand), missing (it was removed), elsewhere (this
    branch has not that DAG), behind or ahead (the file is another version), unmerged (the file
    holds both sides of a merge) or damaged (the record cannot be read). With --outdated each spec
    is read: which DAGs would be others now, by their defaults, variables, templates and files.
    """
    from dagctl.client import Client

    invocation = begun(context, output)
    is_whole = everything or (limit is None and not _is_table(invocation))
    filters = {"owner": owner, "tag": tag, "user": user}
    with Client.open(listener=WarningsOnly(invocation.console)) as client:
        size = limit or (PAGE_OF_ALL if is_whole else PAGE)
        pages = client.pages(**filters, after=after, page_size=size)
        write_recovery(invocation.console, client.recovered, client.unsettled)
        narrowed = any(value is not None for value in (owner, tag, user, after))
        if outdated:
            from dagctl.cli.reports.outdated import write_outdated

            write_outdated(invocation, client, pages)
            return
        written = pages if is_whole else islice(pages, 1)
        cursor = _write(invocation, client, written, NO_MATCH if narrowed else NO_DAGS)
        if cursor is not None:
            rest = client.pages(**filters, after=cursor, page_size=COUNTED)
            _note_more(invocation.console, cursor, next(rest) if _is_table(invocation) else None)


def _is_table(invocation: Invocation) -> bool:
    """Return whether a person looks at the result in a terminal."""
    return invocation.output == "text" and is_terminal(invocation.console.out)


def _write(invocation: Invocation, client: Client, pages: Iterable[Page], empty: str) -> str | None:
    """Write the pages; return the last id where more DAGs follow."""
    cursor = None
    if invocation.output == "name":
        for page in pages:
            invocation.console.lines(record.dag_id for record in page.records)
            cursor = page.next
        return cursor
    listed = with_states(pages, client.drifts)
    if invocation.is_json:
        _write_json(invocation, listed)
        return None  # the document has it
    if _is_table(invocation):
        return _write_table(invocation.console, listed, empty)
    return _write_tsv(invocation.console, listed)


def _write_json(invocation: Invocation, pages: Iterable[ListedPage]) -> None:
    """Write one document when all is read; of a long list, the rows wait in a temporary file."""
    from dagctl.cli.reports.envelope import envelope
    from dagctl.views.record import row_data

    console = invocation.console
    ascii_only = is_ascii(console.out)
    cursor, between = None, NEW_LINE
    with SpooledTemporaryFile(SPOOLED, "w+", encoding="utf-8", errors="surrogatepass") as rows:
        for page in pages:
            for listed in page.dags:
                text = json_text(row_data(listed), ascii_only=ascii_only)
                rows.write(between + text.replace("\n", NEW_LINE))
                between = f",{NEW_LINE}"
            cursor = page.next
        result: ListData = {"dags": [], "next": cursor}
        whole = json_text(envelope(invocation, result=result), ascii_only=ascii_only)
        before, empty, after = whole.partition('"dags": []')
        if between == NEW_LINE:
            console.data(whole)
            return
        rows.seek(0)
        parts = iter(lambda: rows.read(PART), "")
        console.parts(chain([before, empty[:-1]], parts, [f"\n    ]{after}\n"]))


def _write_tsv(console: Console, pages: Iterable[ListedPage]) -> str | None:
    from dagctl.cli.terminal.table import tsv

    cursor = None
    for page in pages:
        rows = [_cells(listed, rfc3339(listed.record.updated_at)) for listed in page.dags]
        console.lines(tsv(rows))
        cursor = page.next
    return cursor


def _write_table(console: Console, pages: Iterable[ListedPage], empty: str) -> str | None:
    """Write one table, whose columns the first page decides, or else a note in its place."""
    from dagctl.cli.terminal.table import begun_table, draw

    now = datetime.now(UTC)
    table = None
    cursor = None
    for page in pages:
        rows = _rows(page, now)
        if rows and table is None:
            table = begun_table(console, HEADINGS, rows, cut=SHORTENED, spare=SPARE)
        if table is not None:
            console.lines(draw(table, rows, ascii_only=is_ascii(console.out)))
        cursor = page.next
    if table is None:
        console.note(empty)
    return cursor


def _rows(page: ListedPage, now: datetime) -> list[list[str]]:
    return [
        _cells(listed, ago(listed.record.updated_at, now), version="v", nothing="-")
        for listed in page.dags
    ]


def _cells(listed: Listed, updated: str, *, version: str = "", nothing: str = "") -> list[str]:
    record = listed.record
    if listed.state == DAMAGED:
        return [record.dag_id, *([nothing] * 4), listed.state]
    schedule = record.schedule_interval or nothing
    number = f"{version}{record.version}"
    return [record.dag_id, number, schedule, record.owner, updated, listed.state]


def _note_more(console: Console, cursor: str, rest: Page | None) -> None:
    """Note how many DAGs follow, as far as they were counted, and how to see them."""
    if rest is None:
        console.note(f"  more: the same command with --after {shown(cursor)}")
        return
    over = "more than " if rest.next else ""
    count = plural(len(rest.records), "DAG")
    console.note(f"  {over}{count} not shown: --all, or the next ones with --after {shown(cursor)}")
