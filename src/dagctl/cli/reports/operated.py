"""What `rm`, `restore`, `rollback`, `mv`, `edit` and `import` would do, and what they have done."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from dagctl.cli.recover import write_recovery
from dagctl.cli.reports.create_view import reporting_recovery, some_of
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.reports.plan_view import planned_lines
from dagctl.cli.terminal.progress import reporter
from dagctl.cli.terminal.text import shown
from dagctl.views.operated import operated_data, operated_plan_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dagctl.cli.invocation import Invocation
    from dagctl.client import Client
    from dagctl.commands.operate import ChangedDag, OperationResult
    from dagctl.commands.plan import PlanResult

DONE = {
    "delete": "Removed",
    "restore": "Restored",
    "rollback": "Rolled back",
    "rename": "Renamed",
    "import": "Imported",
    "update": "Updated",
    "unchanged": "Unchanged:",
}


def carry_out(
    invocation: Invocation,
    plan: Callable[[Client], PlanResult],
    act: Callable[[Client, Callable[[OperationResult], None]], OperationResult],
    after: Callable[[Client], None] | None = None,
) -> None:
    """Show the plan of a command with `--dry-run`; else do it, and show what was done.

    Args:
        invocation: The run.
        plan: Returns what would be done.
        act: Does it; it is given what shows the result.
        after: What follows in the same workspace, in place of next steps for the user.
    """
    from dagctl.client import Client

    with closing(reporter(invocation)) as progress, Client.open(listener=progress) as client:
        if invocation.dry_run:
            planned = plan(client)
            progress.close()
            write_recovery(invocation.console, client.recovered, client.unsettled)
            write_plan(invocation, planned)
            return
        with reporting_recovery(invocation, client, progress) as note_recovered:

            def show(outcome: OperationResult) -> None:
                note_recovered()
                write_outcome(invocation, outcome, has_next=after is None)

            act(client, show)
        if after is not None:
            after(client)


def write_plan(invocation: Invocation, plan: PlanResult) -> None:
    """Write what would be done."""
    console = invocation.console
    if invocation.is_json:
        console.document(envelope(invocation, result=operated_plan_data(plan)))
        return
    console.warnings(plan.warnings)
    for dag in plan.dags:
        console.lines(planned_lines(console, dag))
    console.flush()
    console.note("Nothing was changed. The same command without --dry-run does it.")


def write_outcome(invocation: Invocation, outcome: OperationResult, *, has_next: bool) -> None:
    """Write what was done, all the way out: the journal is kept until this returns."""
    console = invocation.console
    if invocation.is_json:
        console.document(envelope(invocation, result=operated_data(outcome)))
        console.flush()
        return
    console.warnings(outcome.warnings)
    if console.quiet:
        return
    console.running(_line(dag) for dag in outcome.dags if dag.is_named)
    if outcome.pushed:
        console.running([f"Pushed to {shown(outcome.pushed)}"])
    console.flush()
    for line in _next(outcome) if has_next and outcome.dags else ():
        console.note(f"  next: {line}")


def _line(dag: ChangedDag) -> str:
    name = shown(dag.dag_id)
    if not dag.changed:
        return f"{name} v{dag.version} is unchanged; nothing to do"
    if dag.renamed:
        return f"{DONE[dag.action]} {name} to {shown(dag.renamed)} ({dag.commit_id[:7]})"
    where = "" if dag.action == "delete" else f": {shown(dag.file_path)}"
    return f"{DONE[dag.action]} {name} v{dag.version} ({dag.commit_id[:7]}){where}"


def _next(outcome: OperationResult) -> Iterator[str]:
    """Yield the next steps: how to take it back, or what to look at."""
    first = outcome.dags[0]
    if first.action == "delete":
        yield f"dagctl restore {shown(first.dag_id)} brings it back"
    elif written := [dag.source for dag in outcome.dags if dag.spec_written and dag.source]:
        yield f"git add {some_of(written)}, then git commit"
    elif first.changed:
        yield f"dagctl show {shown(first.renamed or first.dag_id)}"
