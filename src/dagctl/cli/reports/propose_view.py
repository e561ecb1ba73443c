"""What `create --branch` says: the branch of the remote, and where its review is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.cli.reports.totals import shown_dags, totals_line
from dagctl.cli.specs import write_batch
from dagctl.cli.terminal.text import shown
from dagctl.views.plan import proposed_data, totals_of_plan

if TYPE_CHECKING:
    from dagctl.cli.invocation import Invocation
    from dagctl.cli.specs import Batch
    from dagctl.commands.plan import PlannedDag
    from dagctl.commands.propose import Proposed


def write_proposed(invocation: Invocation, proposed: Proposed, batch: Batch) -> None:
    """Write what was pushed for a review."""
    console, plan, proposal = invocation.console, proposed.plan, proposed.proposal
    if invocation.is_json:
        write_batch(invocation, proposed_data(proposed), batch)
        return
    console.warnings(plan.warnings)
    if console.quiet:
        return
    console.running(map(_line, shown_dags(console, plan.dags)))
    if proposal is not None:
        console.running([f"Pushed to {shown(proposal.branch)} ({proposal.commit_id[:7]})"])
        console.flush()
        console.note("Nothing is recorded before it is merged, and created from there.")
        where = f": {shown(proposal.address)}" if proposal.address else " on the remote's host"
        console.note(f"  next: open a pull request{where}")
    console.lines(totals_line(totals_of_plan(plan), pending=True))
    console.flush()


def _line(dag: PlannedDag) -> str:
    if not dag.changed:
        return f"{shown(dag.dag_id)} v{dag.version} is unchanged; nothing to do"
    return f"Proposed {shown(dag.dag_id)} v{dag.version}: {shown(dag.file_path)}"
