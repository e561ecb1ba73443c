"""What `list --outdated` and `show` say about the files and variables that DAGs were made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.text import plural, shown, words
from dagctl.commands.list import Listed, state_of
from dagctl.views.record import row_data
from dagctl.views.sources import input_name, sources_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dagctl.cli.invocation import Invocation
    from dagctl.cli.terminal.console import Console
    from dagctl.client import Client
    from dagctl.commands.outdated import Sources
    from dagctl.ports import Page
    from dagctl.views.sources import OutdatedData, OutdatedRowData

_WHAT = {
    "other": "makes another DAG now",
    "nothing": "has errors now",
    "unknown": "may make another DAG now",
}
_SHOWN = 5
"""Specs that the next step names."""


def write_outdated(invocation: Invocation, client: Client, pages: Iterable[Page]) -> None:
    """Write the DAGs that their specs no longer make, and why."""
    console = invocation.console
    records = [record for page in pages for record in page.records]
    behind = client.outdated(records)
    if invocation.output == "name":
        console.lines(sources.record.dag_id for sources in behind)
    elif invocation.is_json:
        result: OutdatedData = {"dags": list(_rows(client, list(behind))), "next": None}
        console.document(envelope(invocation, result=result))
    else:
        _write_text(console, list(behind), len(records))


def _rows(client: Client, behind: list[Sources]) -> Iterator[OutdatedRowData]:
    drifts = client.drifts([sources.record for sources in behind])
    for sources, drift in zip(behind, drifts, strict=True):
        yield {**row_data(Listed(sources.record, state_of(drift))), **sources_data(sources)}


def _write_text(console: Console, behind: list[Sources], count: int) -> None:
    if not behind:
        console.note(f"Up to date: {plural(count, 'DAG')}")
        return
    for sources in behind:
        record = sources.record
        console.data(f"{shown(record.dag_id)} v{record.version}: {_what(sources)}")
        console.lines(f"    {line}" for line in _why(sources))
    specs = dict.fromkeys(sources.record.source_path or "" for sources in behind)
    console.note(_next_step(list(specs)[:_SHOWN]))


def _what(sources: Sources) -> str:
    source = shown(sources.record.source_path or "")
    return f"{source} {_WHAT[sources.makes]}"


def _why(sources: Sources) -> Iterator[str]:
    for each in sources.changed:
        yield f"{each.state:<8} {shown(input_name(each.input))}"
    if sources.problem:
        sign = "unknown" if sources.makes == "unknown" else "error"
        yield f"{sign:<8} {shown(sources.problem)}"
    elif not sources.changed:
        yield f"{'changed':<8} the spec"


def inputs_line(sources: Sources) -> str:
    """Return the inputs of a DAG on one line, those that have changed marked."""
    return ", ".join(
        input_name(each.input) + ("" if each.state == "same" else f" ({each.state})")
        for each in sources.inputs
    )


def warn_of_sources(console: Console, sources: Sources) -> None:
    """Warn that `create` would make another DAG than is recorded."""
    if sources.is_outdated:
        console.warn(f"the DAG is out of date: {_what(sources)}")
        console.note(_next_step([sources.record.source_path or ""]))


def _next_step(specs: Iterable[str]) -> str:
    """Return the command to type; a path is a row's, so a shell must take it as one word."""
    return f"  next: dagctl create --dry-run {words(*specs)}"
