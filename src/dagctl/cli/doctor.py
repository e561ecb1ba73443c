"""`dagctl doctor`."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from dagctl.cli.arguments.options import TextOrJson, examples
from dagctl.cli.invocation import begun
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.terminal.progress import reporter
from dagctl.cli.terminal.text import named, shown
from dagctl.errors import UsageError
from dagctl.session.redaction import redacted
from dagctl.views.health import check_data, healed_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.cli.invocation import Invocation
    from dagctl.cli.terminal.console import Console, Style
    from dagctl.client import Client
    from dagctl.commands.doctor import HealthFinding
    from dagctl.commands.heal import Healed, Repairs
    from dagctl.views.health import HealthData

EPILOG = examples("dagctl doctor", "dagctl doctor --fix", "dagctl doctor --output json")
STYLES: Mapping[str, Style] = {
    "ok": "good",
    "warning": "warning",
    "failed": "error",
    "skipped": "warning",
}
Fix = Annotated[
    bool,
    typer.Option(
        "--fix",
        help="First finish or undo interrupted operations, write missing DAG files and wrong "
        "stored files again, and remove stored files without a record.",
    ),
]
NAMED = 20
"""How many names a line lists."""
Yes = Annotated[bool, typer.Option("--yes", "-y", help="With --fix: do not ask.")]


def doctor(
    context: typer.Context, *, fix: Fix = False, yes: Yes = False, output: TextOrJson = "text"
) -> None:
    """Check the setup and the recorded DAGs.

    Names the fix for what is wrong. Exits with the code of the first thing that failed; a warning
    is no failure. Without --fix nothing stays changed.
    """
    from dagctl.client import Client

    invocation = begun(context, output)
    if yes and not fix:
        raise UsageError("--yes goes with --fix", hint="dagctl doctor --help")
    console = invocation.console
    findings: list[HealthFinding] = []
    healed = None
    with closing(reporter(invocation)) as progress, Client.open(listener=progress) as client:
        if fix:
            healed = _heal(invocation, client, asks=not yes)
            progress.close()
        for finding in client.doctor():
            findings.append(finding)
            if output == "text":
                console.lines(_lines(console, finding))
    if output == "json":
        result: HealthData = {"checks": [check_data(finding) for finding in findings]}
        if fix:
            result["fixed"] = healed_data(healed)
        console.document(envelope(invocation, result=result))
    for finding in findings:
        if finding.state == "failed":
            raise typer.Exit(finding.exit_code)


def _heal(invocation: Invocation, client: Client, *, asks: bool) -> Healed | None:
    """Put right what can be, after the user has agreed; return what was done.

    Raises:
        UsageError: There is no terminal to ask at.
    """
    from dagctl.cli.recover import write_recovery
    from dagctl.cli.terminal.prompt import agreed

    console = invocation.console
    recovered = client.recover().recovered
    write_recovery(console, recovered)
    repairs = client.repairs()
    for line in _plan(repairs):
        console.note(line)
    if repairs.is_empty:
        return None
    if asks and not agreed(console, "Do this now?", otherwise="dagctl doctor --fix --yes"):
        console.note("Nothing was repaired.")
        return None
    healed = client.heal(repairs)
    for dag in healed.dags:
        console.note(f"repaired {shown(dag.dag_id)}: v{dag.version} ({dag.commit_id[:7]})")
    for key in healed.removed:
        console.note(f"removed {shown(key)}")
    for failure in healed.failed:
        console.warn(failure)
    return healed


def _plan(repairs: Repairs) -> Iterator[str]:
    """Yield what would be done, line by line."""
    if repairs.is_empty:
        yield "Nothing to repair."
    if repairs.dags:
        yield f"To write again from the recorded spec: {named(repairs.dags, NAMED)}"
    if repairs.orphans:
        yield f"To remove from the store: {named(repairs.orphans, NAMED)}"
    for left in repairs.left:
        yield f"Left as it is: {shown(left)}"


def _lines(console: Console, finding: HealthFinding) -> Iterator[str]:
    state = console.paint(f"{finding.state:<8}", STYLES[finding.state], on=console.out)
    line = f"{state}{finding.name:<11} {shown(redacted(finding.message))}"
    yield from console.folded(line, on=console.out, hang=20)
    if finding.fix:
        line = f"{'':<20}fix: {shown(redacted(finding.fix))}"
        yield from console.folded(line, on=console.out, hang=25)
