"""`dagctl show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dagctl.cli.candidates import dag_ids
from dagctl.cli.invocation import Invocation, current
from dagctl.cli.options import examples
from dagctl.cli.text import plural, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from dagctl.cli.console import Console, Style
    from dagctl.client import Client
    from dagctl.commands.list import Listed, State
    from dagctl.commands.show import Details
    from dagctl.operation.drift import Drift

DagId = Annotated[
    str,
    typer.Argument(
        metavar="DAG_ID", help="The id, as `dagctl list` shows it.", autocompletion=dag_ids
    ),
]
Form = Annotated[
    Literal["text", "json", "mermaid", "dot"],
    typer.Option("--output", "-o", help="All of it, or the graph as Mermaid or DOT."),
]
Source = Annotated[bool, typer.Option("--source", help="Print the recorded DAG file instead.")]
Spec = Annotated[bool, typer.Option("--spec", help="Print the recorded spec instead (YAML, JSON).")]
STATE_STYLES: Mapping[State, Style] = {"synced": "good", "drift": "warning", "missing": "error"}
EPILOG = examples(
    "dagctl show daily_orders",
    "dagctl show daily_orders -o mermaid",
    "dagctl show daily_orders --source | diff - dags/daily_orders.py",
    "dagctl show daily_orders --spec > specs/orders.yaml",
)


def show(
    context: typer.Context,
    dag_id: DagId,
    *,
    output: Form = "text",
    source: Source = False,
    spec: Spec = False,
) -> None:
    """Show a DAG: its schedule in words, its next run, its graph."""
    from dagctl.cli.progress import Warnings
    from dagctl.cli.recover import tell_recovery
    from dagctl.client import Client
    from dagctl.commands.list import STATES, Listed
    from dagctl.errors import UsageError

    invocation = current(context)
    if source and (spec or output != "text"):
        raise UsageError("--source goes with no other form", hint="dagctl show --help")
    if spec and output not in {"text", "json"}:
        raise UsageError("--spec is YAML, or JSON with -o json", hint="dagctl show --help")
    # a spec is a file of its own, without an envelope: a failure has none either
    invocation.output = "text" if spec else output
    with Client.open(listener=Warnings(invocation.console)) as client:
        record = client.get(dag_id)
        tell_recovery(invocation.console, client.recovered, client.unsettled)
        listed = Listed(record, STATES[client.drift(record)])
        if source:
            invocation.console.exact(client.source(record))
        elif spec:
            _write_spec(invocation, listed, output)
        else:
            _write(invocation, client, listed)


def _write_spec(invocation: Invocation, listed: Listed, output: str) -> None:
    from dagctl.commands.show import spec_as_json, spec_as_yaml

    write = spec_as_json if output == "json" else spec_as_yaml
    invocation.console.exact(write(listed.record))


def _write(invocation: Invocation, client: Client, listed: Listed) -> None:
    from datetime import UTC, datetime

    from dagctl.cli.envelope import envelope
    from dagctl.commands.show import details
    from dagctl.graph.dot import dot
    from dagctl.graph.mermaid import mermaid

    console = invocation.console
    now = datetime.now(UTC)
    found = details(listed.record, now)
    if invocation.is_json:
        console.document(envelope(invocation, result={"dag": _data(found, listed, client)}))
    elif invocation.output == "text":
        console.lines(_lines(invocation, found, listed.state, now))
        _warn_of_object(console, client.stored(listed.record))
        console.note(f"  next: dagctl show {shown(listed.record.dag_id)} --source")
    else:
        drawing = mermaid if invocation.output == "mermaid" else dot
        console.exact(drawing(found.spec).rstrip("\n") + "\n")


def _warn_of_object(console: Console, stored: Drift) -> None:
    if stored != "none":
        told = "is missing" if stored == "missing" else "is not what was recorded"
        console.error(f"warning: the object in the store {told}; see dagctl doctor")


def _data(found: Details, listed: Listed, client: Client) -> dict[str, Any]:
    from dagctl.commands.list import row
    from dagctl.commands.show import data

    return {
        **row(listed),
        "drift": client.drift(found.record),
        "stored": client.stored(found.record),
        **data(found),
    }


def _lines(invocation: Invocation, found: Details, state: State, now: datetime) -> Iterator[str]:
    record = found.record
    console = invocation.console
    painted = console.paint(state, STATE_STYLES[state], on=console.out)
    yield f"{shown(record.dag_id)}  v{record.version}  {painted}"
    yield from (f"  {shown(line)}" for line in record.description.splitlines())
    for name, value in _facts(found, now):
        yield f"  {name:<9} {shown(value)}"
    graph = found.graph
    tasks, levels = plural(len(graph.nodes), "task"), plural(len(graph.levels), "level")
    yield f"  {'graph':<9} {tasks}, {levels}"
    yield from (f"    {line}" for line in _drawing(invocation, found).splitlines())


def _facts(found: Details, now: datetime) -> Iterator[tuple[str, str]]:
    from dagctl.commands.times import ago, rfc3339

    record, spec = found.record, found.spec
    yield "name", record.dag_name
    yield "schedule", _schedule(found)
    yield "owner", record.owner
    if record.tags:
        yield "tags", ", ".join(record.tags)
    yield "retries", f"{spec.retries}, every {spec.retry_delay_minutes} min"
    yield "file", record.file_path
    yield "source", record.source_path or "standard input, or Python"
    yield "airflow", record.airflow
    yield "commit", f"{record.commit_id[:12]}, {ago(record.updated_at, now)}"
    yield "created", f"{rfc3339(record.created_at)} by {record.user_id}"
    yield "project", record.project_id


def _schedule(found: Details) -> str:
    interval = found.record.schedule_interval
    words = found.schedule_in_words
    if interval is None:
        return f"none: {words}"
    following = found.next_run
    when = f"; next {following:%Y-%m-%d %H:%M %Z}" if following else ""
    return f"{interval}: {words}{when}"


def _drawing(invocation: Invocation, found: Details) -> str:
    from dagctl.cli.console import is_ascii
    from dagctl.graph.text import draw

    console = invocation.console
    return draw(found.spec, width=console.width - 4, ascii=is_ascii(console.out))
