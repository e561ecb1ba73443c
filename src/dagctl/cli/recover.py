"""`dagctl recover`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer  # noqa: TC002 - Typer reads annotations at run time

from dagctl.cli.arguments.options import TextOrJson, examples
from dagctl.cli.invocation import begun
from dagctl.cli.terminal.progress import WarningsOnly
from dagctl.cli.terminal.text import named, shown
from dagctl.session.redaction import redacted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dagctl.cli.terminal.console import Console
    from dagctl.operation.execution.recovery import Unsettled
    from dagctl.operation.execution.settling import Recovered
    from dagctl.views.recovered import RecoverData

MOST_NAMES = 20
"""How many DAGs of one operation are named to a person; JSON has all."""

EPILOG = examples("dagctl recover", "dagctl -C pipelines recover --output json")


def recover(context: typer.Context, *, output: TextOrJson = "text") -> None:
    """Finish or undo what a killed run left."""
    from dagctl.cli.reports.envelope import envelope
    from dagctl.client import Client

    invocation = begun(context, output)
    with Client.open(listener=WarningsOnly(invocation.console)) as client:
        recovered = client.recover().recovered
    if output == "json":
        from dagctl.views.recovered import recovered_data

        result: RecoverData = {"recovered": recovered_data(recovered)}
        invocation.console.document(envelope(invocation, result=result))
    elif recovered:
        invocation.console.running(lines(recovered))
    else:
        invocation.console.data("nothing to recover")


def lines(recovered: Sequence[Recovered]) -> Iterator[str]:
    """Yield what was done about each operation."""
    for operation in recovered:
        dags = named(operation.dags, MOST_NAMES) or "no DAG yet"
        yield f"{operation.outcome} an interrupted operation ({dags})"
        yield from (f"  left as it is: {shown(redacted(left))}" for left in operation.left)


def write_recovery(
    console: Console, recovered: Sequence[Recovered], unsettled: Sequence[Unsettled] = ()
) -> None:
    """Note what became of operations that had stopped, and which could not be settled."""
    for line in lines(recovered):
        console.note(line)
    for operation in unsettled:
        console.note(f"an interrupted operation is left as it is: {shown(operation.reason)}")
    if unsettled:
        console.note("  next: dagctl recover; in a shared project as an owner or editor")
