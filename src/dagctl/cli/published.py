"""What `create` says: what was published, or what would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.cli.envelope import envelope
from dagctl.cli.recover import data as recovered_data
from dagctl.cli.recover import lines as recovered_lines
from dagctl.cli.text import plural, shown
from dagctl.commands.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.cli.console import Console, Style
    from dagctl.cli.invocation import Invocation
    from dagctl.cli.specs import Batch
    from dagctl.commands.create import CreatedDag, CreateResult
    from dagctl.commands.plan import PlannedDag, PlanResult


def tell_created(invocation: Invocation, result: CreateResult, batch: Batch) -> None:
    """Write what was published, all the way out: the journal is kept until this returns."""
    console = invocation.console
    if invocation.is_json:
        _document(invocation, _created_data(result), batch)
    else:
        for line in (*recovered_lines(result.recovered), *result.warnings):
            console.note(shown(line))
        console.lines(map(_created_line, result.dags))
    console.flush()
    if not invocation.is_json:
        _next(console, result)


def tell_plan(invocation: Invocation, plan: PlanResult, batch: Batch) -> None:
    """Write what would be published."""
    console = invocation.console
    if invocation.is_json:
        _document(invocation, {"dags": [_planned_data(dag) for dag in plan.dags]}, batch)
        return
    for dag in plan.dags:
        console.lines(_planned_lines(console, dag))
    console.note("Nothing was changed.")


def _document(invocation: Invocation, result: dict[str, Any], batch: Batch) -> None:
    document = envelope(
        invocation, result=result, diagnostics=batch.diagnostics, error=batch.failure
    )
    invocation.console.document(document)


def _created_line(dag: CreatedDag) -> str:
    name = f"{shown(dag.dag_id)} v{dag.version}"
    if not dag.changed:
        return f"{name} is unchanged; nothing to do"
    return f"{dag.state.capitalize()} {name} ({dag.commit_id[:7]}): {shown(dag.file_path)}"


def _next(console: Console, result: CreateResult) -> None:
    changed = [dag for dag in result.dags if dag.changed]
    if len(changed) == 1:
        console.note(f"  next: dagctl show {shown(changed[0].dag_id)}")
    elif changed:
        console.note(f"  {plural(len(changed), 'DAG')}; next: dagctl list")


def _created_data(result: CreateResult) -> dict[str, Any]:
    return {
        "dags": [_created_dag_data(dag) for dag in result.dags],
        "warnings": list(result.warnings),
        "recovered": recovered_data(result.recovered),
    }


def _created_dag_data(dag: CreatedDag) -> dict[str, Any]:
    return {
        "dag_id": dag.dag_id,
        "file_path": dag.file_path,
        "commit_id": dag.commit_id,
        "created_at": rfc3339(dag.created_at),
        "version": dag.version,
        "changed": dag.changed,
        "state": dag.state,
        "source": dag.source,
    }


def _planned_data(dag: PlannedDag) -> dict[str, Any]:
    return {
        "dag_id": dag.dag_id,
        "file_path": dag.file_path,
        "version": dag.version,
        "action": dag.action,
        "source": dag.source,
        "diff": dag.diff,
    }


def _planned_lines(console: Console, dag: PlannedDag) -> Iterator[str]:
    yield f"{dag.action} {shown(dag.dag_id)} v{dag.version}: {shown(dag.file_path)}"
    for line in dag.diff.splitlines():
        style: Style | None = DIFF_STYLES.get(line[:1])
        text = "\t".join(map(shown, line.split("\t")))
        yield console.paint(text, style, on=console.out) if style else text


DIFF_STYLES: dict[str, Style] = {"+": "added", "-": "removed", "@": "dim"}
