"""What `create` says where it records nothing: the plan of `--dry-run`, the push of `--branch`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.cli.reports.changes import diff_lines, row_lines, words_of
from dagctl.cli.reports.totals import shown_dags, totals_line
from dagctl.cli.specs import write_batch
from dagctl.cli.terminal.text import shown
from dagctl.views.plan import plan_data, proposed_data, totals_of_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.cli.invocation import Invocation
    from dagctl.cli.reports.changes import Row
    from dagctl.cli.specs import Batch
    from dagctl.cli.terminal.console import Console
    from dagctl.commands.plan import PlannedDag, PlanResult
    from dagctl.commands.propose import Proposed

NEW = frozenset({"create", "import", "unchanged"})
"""The actions after which the version is no follower of another one here."""
SIGNS_OF_FILES = {"create": "+", "restore": "+", "import": "+", "delete": "-"}
"""What happens to the DAG file; any other action changes it."""


def write_plan(invocation: Invocation, plan: PlanResult, batch: Batch) -> None:
    """Write what `create` would do."""
    console = invocation.console
    if invocation.is_json:
        write_batch(invocation, plan_data(plan), batch)
        return
    console.warnings(plan.warnings)
    if console.quiet:
        return
    for dag in shown_dags(console, plan.dags):
        console.lines(planned_lines(console, dag))
    console.flush()
    if plan.pending:
        console.note("Nothing was changed. The same command without --dry-run does it.")
    elif len(plan.dags) <= 1:
        console.note("Nothing to do.")
    console.lines(totals_line(totals_of_plan(plan), pending=True))


def planned_lines(console: Console, dag: PlannedDag) -> Iterator[str]:
    """Yield what is planned for one DAG: the action, what changes in words, and the diff."""
    before = f"v{dag.version - 1} -> " if dag.version > 1 and dag.action not in NEW else ""
    source = f" from {shown(dag.source)}" if dag.source and dag.action != "delete" else ""
    other = f" ({shown(dag.renamed)} is its other id)" if dag.renamed else ""
    line = f"{dag.action.value} {shown(dag.dag_id)} {before}v{dag.version}{source}{other}"
    yield from console.folded(line, on=console.out, hang=2)
    yield from row_lines(console, _summary(dag))
    yield from diff_lines(console, dag.diff)
    yield from diff_lines(console, dag.spec_diff)


def _summary(dag: PlannedDag) -> list[Row]:
    """Return each change in words, then what happens to the files."""
    rows = [_with_origin(words_of(change), dag.origins.get(change.path)) for change in dag.changes]
    if dag.diff:
        rows.append((_sign(dag), shown(dag.file_path), _size(dag.diff)))
    if dag.spec_diff:
        sign = "+" if _size(dag.spec_diff).endswith(" -0") else "~"
        rows.append((sign, shown(dag.source or ""), _size(dag.spec_diff)))
    return rows


def _sign(dag: PlannedDag) -> str:
    """Return what happens to the DAG file; of a rename one comes and one goes."""
    if dag.renamed:
        return "-" if _size(dag.diff).startswith("+0 ") else "+"
    return SIGNS_OF_FILES.get(dag.action.value, "~")


def _with_origin(row: Row, origin: str | None) -> Row:
    sign, name, values = row
    return row if origin is None else (sign, name, f"{values}  ({shown(origin)})")


def _size(diff: str) -> str:
    """Return how many lines a unified diff adds and removes: `+9 -1`."""
    if diff.startswith("Files "):
        return "too large to compare by lines"
    lines = [line[:1] for line in diff.splitlines()[2:]]
    return f"+{lines.count('+')} -{lines.count('-')}"


def write_proposed(invocation: Invocation, proposed: Proposed, batch: Batch) -> None:
    """Write what was pushed for a review."""
    console, plan, proposal = invocation.console, proposed.plan, proposed.proposal
    if invocation.is_json:
        write_batch(invocation, proposed_data(proposed), batch)
        return
    console.warnings(plan.warnings)
    if console.quiet:
        return
    console.running(map(_proposed_line, shown_dags(console, plan.dags)))
    if proposal is not None:
        console.running([f"Pushed to {shown(proposal.branch)} ({proposal.commit_id[:7]})"])
        console.flush()
        console.note("Nothing is recorded before it is merged, and created from there.")
        where = f": {shown(proposal.address)}" if proposal.address else " on the remote's host"
        console.note(f"  next: open a pull request{where}")
    console.lines(totals_line(totals_of_plan(plan), pending=True))
    console.flush()


def _proposed_line(dag: PlannedDag) -> str:
    if not dag.changed:
        return f"{shown(dag.dag_id)} v{dag.version} is unchanged; nothing to do"
    return f"Proposed {shown(dag.dag_id)} v{dag.version}: {shown(dag.file_path)}"
