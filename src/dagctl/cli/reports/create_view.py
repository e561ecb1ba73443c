"""What `create` says when it is done."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dagctl.cli.recover import write_recovery
from dagctl.cli.reports.totals import shown_dags, totals_line
from dagctl.cli.specs import write_batch
from dagctl.cli.terminal.text import shown, words
from dagctl.commands.create import CreateResult
from dagctl.errors import DagctlError
from dagctl.views.totals import totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dagctl.cli.invocation import Invocation
    from dagctl.cli.specs import Batch
    from dagctl.cli.terminal.console import Console
    from dagctl.cli.terminal.progress import Reporter
    from dagctl.client import Client
    from dagctl.commands.operate import ChangedDag


def write_created(invocation: Invocation, result: CreateResult, batch: Batch) -> None:
    """Write what was published, all the way out: the journal is kept until this returns."""
    console = invocation.console
    if invocation.is_json:
        from dagctl.views.created import created_data

        write_batch(invocation, created_data(result), batch)
        console.flush()
        return
    console.warnings(result.warnings)
    if console.quiet:
        return
    console.running(map(_created_line, shown_dags(console, result.dags)))
    console.running(map(_pruned_line, result.pruned))
    if not (result.dags or result.pruned):
        console.lines(["There is no spec, and no DAG whose spec is gone; nothing to do"])
    if result.pushed:
        console.running([f"Pushed to {shown(result.pushed)}"])
    console.flush()
    _next(console, result)
    console.lines(totals_line(totals(dag.state for dag in result.dags)))
    console.flush()


@contextmanager
def reporting_recovery(
    invocation: Invocation, client: Client, progress: Reporter
) -> Iterator[Callable[[], None]]:
    """Give a function that ends the progress, and notes what became of stopped operations.

    If the block fails before it calls that, the note is written all the same.
    """
    is_written = invocation.is_json

    def report() -> None:
        nonlocal is_written
        progress.close()
        if not is_written:
            write_recovery(invocation.console, client.recovered)
        is_written = True

    try:
        yield report
    except DagctlError:
        if invocation.is_json and client.recovered:
            from dagctl.views.created import created_data

            result = CreateResult(dags=(), operation_id=None, recovered=client.recovered)
            invocation.result = created_data(result)
        report()
        raise


def _created_line(dag: ChangedDag) -> str:
    name = f"{shown(dag.dag_id)} v{dag.version}"
    if not dag.changed:
        return f"{name} is unchanged; nothing to do"
    return f"{dag.state.capitalize()} {name} ({dag.commit_id[:7]}): {shown(dag.file_path)}"


def _pruned_line(dag: ChangedDag) -> str:
    gone = f": {shown(dag.source)} is gone" if dag.source else ""
    return f"Removed {shown(dag.dag_id)} v{dag.version} ({dag.commit_id[:7]}){gone}"


def some_of(paths: Sequence[str], most: int = 3) -> str:
    """Return the first of some files for a command line, and how many more there are."""
    more = len(paths) - most
    return words(*paths[:most]) + (f" (and {more} more)" if more > 0 else "")


def _next(console: Console, result: CreateResult) -> None:
    if result.untracked:
        console.note(f"  next: git add {some_of(result.untracked)}")
    if len(result.dags) == 1 and result.dags[0].changed:
        console.note(f"  next: dagctl show {shown(result.dags[0].dag_id)}")
