"""`dagctl show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dagctl.cli.arguments.options import DagId, examples
from dagctl.cli.invocation import Invocation, current
from dagctl.cli.recover import write_recovery
from dagctl.cli.terminal.progress import WarningsOnly
from dagctl.commands.list import Listed, state_of
from dagctl.errors import UsageError
from dagctl.ports import DagVersion

if TYPE_CHECKING:
    from dagctl.client import Client

Form = Annotated[
    Literal["text", "json", "mermaid", "dot"],
    typer.Option("--output", "-o", help="All of it, or the graph as Mermaid or DOT."),
]
Source = Annotated[bool, typer.Option("--source", help="Print the recorded DAG file instead.")]
Spec = Annotated[bool, typer.Option("--spec", help="Print the recorded spec instead (YAML, JSON).")]
Resolved = Annotated[
    bool,
    typer.Option(
        "--resolved",
        help="With --spec: fill in defaults, variables and loops, and name the source of each.",
    ),
]
Version = Annotated[
    int | None,
    typer.Option(
        "--version", metavar="N", min=1, max=10**9, help="An older version: see `dagctl history`."
    ),
]
EPILOG = examples(
    "dagctl show daily_orders",
    "dagctl show daily_orders -o mermaid",
    "dagctl show daily_orders --source | diff - dags/daily_orders.py",
    "dagctl show daily_orders --spec > specs/orders.yaml",
    "dagctl show daily_orders --version 3",
)


def show(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    dag_id: DagId,
    *,
    output: Form = "text",
    source: Source = False,
    spec: Spec = False,
    resolved: Resolved = False,
    version: Version = None,
) -> None:
    """Show a DAG: its schedule in words, its next run, its graph."""
    from dagctl.client import Client

    invocation = current(context)
    if source and (spec or output != "text"):
        raise UsageError("--source goes with no other form", hint="dagctl show --help")
    if resolved and not spec:
        raise UsageError("--resolved goes with --spec", hint="dagctl show --help")
    if spec and output not in {"text", "json"}:
        raise UsageError("--spec is YAML, or JSON with -o json", hint="dagctl show --help")
    # a spec is a file of its own, without an envelope: a failure has none either
    invocation.output = "text" if spec else output
    with Client.open(listener=WarningsOnly(invocation.console)) as client:
        record = client.get(dag_id) if version is None else client.version(dag_id, version)
        write_recovery(invocation.console, client.recovered, client.unsettled)
        drift = "none" if version else client.drifts([record])[0]
        listed = Listed(record, state_of(drift))
        if source:
            invocation.console.exact(client.source(record))
        elif spec:
            _write_spec(invocation, client, listed, output, resolved=resolved)
        else:
            from dagctl.cli.reports.show_view import write_shown

            write_shown(invocation, client, listed)


def _write_spec(
    invocation: Invocation, client: Client, listed: Listed, output: str, *, resolved: bool
) -> None:
    """Write the spec: as its author wrote it, where its text alone does not say it; or resolved."""
    from dagctl.commands.recorded_spec import says_it_alone, spec_as_json, spec_as_yaml

    record = listed.record
    console = invocation.console
    if output == "json":
        console.exact(spec_as_json(record))
    elif resolved:
        console.exact(client.resolved_spec(record))
    elif isinstance(record, DagVersion):
        console.exact(record.spec_text or spec_as_yaml(record))
    else:
        text = client.version(record.dag_id, record.version).spec_text if record.spec else None
        console.exact(spec_as_yaml(record) if says_it_alone(text, record) else text or "")
