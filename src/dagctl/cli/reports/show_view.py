"""What `dagctl show` says of a DAG: as text, as JSON, or its graph alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dagctl.brevity import brief
from dagctl.cli.reports.envelope import envelope
from dagctl.cli.reports.outdated import inputs_line, warn_of_sources
from dagctl.cli.terminal.console import is_ascii
from dagctl.cli.terminal.text import plural, shown
from dagctl.commands.show import details, problem_lines, spec_of, why_no_spec
from dagctl.commands.times import ago, rfc3339
from dagctl.graph.dot import dot
from dagctl.graph.mermaid import mermaid
from dagctl.graph.text_drawing import draw
from dagctl.ports import DagVersion
from dagctl.views.shown import shown_data, shown_version_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.cli.invocation import Invocation
    from dagctl.cli.terminal.console import Console, Style
    from dagctl.client import Client
    from dagctl.commands.list import Listed
    from dagctl.commands.outdated import Sources
    from dagctl.commands.show import Details
    from dagctl.operation.conflicts.drift import Drift
    from dagctl.spec.model import DagSpec
    from dagctl.views.shown import ShowData, ShownDagData, ShowVersionData

STATE_STYLES: Mapping[str, Style] = {
    "synced": "good",
    "drift": "warning",
    "missing": "error",
    "damaged": "error",
    "behind": "warning",
    "ahead": "warning",
    "elsewhere": "warning",
    "unmerged": "warning",
}


def write_shown(invocation: Invocation, client: Client, listed: Listed) -> None:
    """Write all about a DAG or one version of it, or its graph, in the form that was asked for."""
    console = invocation.console
    now = datetime.now(UTC)
    if invocation.output in {"mermaid", "dot"}:
        drawing = mermaid if invocation.output == "mermaid" else dot
        console.exact(drawing(spec_of(listed.record)).rstrip("\n") + "\n")
        return
    dag = details(listed.record, now)
    if isinstance(listed.record, DagVersion):
        _write_version(invocation, dag, listed.record, now)
    elif invocation.is_json:
        result: ShowData = {"dag": _data(dag, listed, client)}
        console.document(envelope(invocation, result=result))
    elif listed.state == "damaged":
        console.running(_damaged(console, listed), hang=12)
    else:
        sources = client.sources(listed.record) if listed.record.inputs else None
        console.lines(_lines(invocation, dag, listed.state, now, sources))
        console.flush()
        _warn_of_spec(console, dag)
        if sources is not None:
            warn_of_sources(console, sources)
        _warn_of_object(console, client.stored(listed.record))
        console.note(f"  next: dagctl show {shown(listed.record.dag_id)} --source")


def _write_version(
    invocation: Invocation, dag: Details, version: DagVersion, now: datetime
) -> None:
    """Write one version, as it was recorded; of what stands now nothing is said."""
    console = invocation.console
    if invocation.is_json:
        result: ShowVersionData = {"version": shown_version_data(dag, version)}
        console.document(envelope(invocation, result=result))
        return
    console.lines(_lines(invocation, dag, version.action, now))
    console.flush()
    _warn_of_spec(console, dag)
    name = shown(version.dag_id)
    console.note(f"  next: dagctl show {name} --version {version.version} --spec")


def _damaged(console: Console, listed: Listed) -> Iterator[str]:
    """Yield what may be said of a record that cannot be trusted."""
    record = listed.record
    painted = console.paint("damaged", "error", on=console.out)
    yield f"{shown(record.dag_id)}  {painted}"
    yield f"  {'problem':<9} {shown(record.problem or 'its file path is not one of dagctl')}"
    yield f"  {'row':<9} {shown(record.id)}"
    yield f"  {'next':<9} ask an owner of the project to correct or remove this row of user_dags"


def _warn_of_spec(console: Console, dag: Details) -> None:
    lines = problem_lines(dag)
    if lines:
        console.warn(f"the recorded spec has {plural(len(lines), 'error')} by today's rules:")
        for line in lines:
            console.error(f"  {shown(line)}")
        console.note("  next: correct the spec file, then dagctl create it")


def _warn_of_object(console: Console, stored: Drift) -> None:
    if stored != "none":
        what = "is missing" if stored == "missing" else "differs from the recorded one"
        console.warn(f"the stored file {what}; see dagctl doctor")


def _data(dag: Details, listed: Listed, client: Client) -> ShownDagData:
    is_damaged = listed.state == "damaged"
    return shown_data(
        dag,
        listed,
        client.sources(dag.record),
        drift=None if is_damaged else client.drift(dag.record),
        stored=None if is_damaged else client.stored(dag.record),
    )


def _lines(
    invocation: Invocation, dag: Details, state: str, now: datetime, sources: Sources | None = None
) -> Iterator[str]:
    record = dag.record
    console = invocation.console
    style = STATE_STYLES.get(state)
    painted = console.paint(state, style, on=console.out) if style else state
    yield f"{shown(record.dag_id)}  v{record.version}  {painted}"
    for line in brief(record.description).splitlines():
        yield from console.folded(f"  {shown(line)}", on=console.out, hang=2)
    for name, value in _facts(dag, now, sources):
        yield from console.folded(f"  {name:<9} {shown(value)}", on=console.out, hang=12)
    graph = dag.graph
    if graph is None:
        return
    tasks, levels = plural(len(graph.nodes), "task"), plural(len(graph.levels), "level")
    yield f"  {'graph':<9} {tasks}, {levels}"
    yield from (f"    {line}" for line in _drawing(invocation, dag).splitlines())


def _facts(dag: Details, now: datetime, sources: Sources | None) -> Iterator[tuple[str, str]]:
    record, spec = dag.record, dag.spec
    yield "name", record.dag_name
    yield "schedule", _schedule(dag)
    yield "owner", record.owner
    if record.tags:
        yield "tags", ", ".join(record.tags)
    if spec is not None:
        yield "retries", _retries(spec)
    elif not record.spec:
        yield "spec", f"none is recorded: {why_no_spec(record)}"
    yield "file", record.file_path
    yield "source", record.source_path or "standard input, or Python"
    if sources is not None:
        yield "inputs", inputs_line(sources)
    yield "airflow", record.airflow
    yield "commit", f"{record.commit_id[:12]}, {ago(record.updated_at, now)}"
    yield "created", f"{rfc3339(record.created_at)} by {record.created_by_name or record.user_id}"
    if record.version > 1:
        by = f" by {record.updated_by_name}" if record.updated_by_name else ""
        yield "updated", f"{rfc3339(record.updated_at)}{by}"
    yield "project", record.project_id


def _retries(spec: DagSpec) -> str:
    """Return how often all tasks are retried; what `default_args` says comes before the DAG's."""
    shared = {} if spec.default_args is None else spec.default_args.model_dump(exclude_none=True)
    every = shared.get("retry_delay", f"{spec.retry_delay_minutes} min")
    return f"{shared.get('retries', spec.retries)}, every {every}"


def _schedule(dag: Details) -> str:
    interval = dag.record.schedule_interval
    words = dag.schedule_in_words
    if words is None:
        return interval or "none"
    if interval is None:
        return f"none: {words}"
    following = dag.next_run
    when = f"; next {following:%Y-%m-%d %H:%M %Z}" if following else ""
    return f"{interval}: {words}{when}"


def _drawing(invocation: Invocation, dag: Details) -> str:
    console = invocation.console
    if dag.spec is None:
        return ""
    return draw(dag.spec, width=console.width - 4, ascii=is_ascii(console.out))
