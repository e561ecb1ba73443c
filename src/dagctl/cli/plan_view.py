"""What `create --dry-run` says: the plan in words, and the diff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.cli.specs import write_batch
from dagctl.cli.text import cells, clip, pad, shown
from dagctl.cli.totals import shown_dags, totals, totals_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.cli.console import Console, Style
    from dagctl.cli.invocation import Invocation
    from dagctl.cli.specs import Batch
    from dagctl.commands.plan import PlannedDag, PlanResult
    from dagctl.operation.differences import Difference

SIGNS = {"added": "+", "removed": "-", "changed": "~"}
STYLES: Mapping[str, Style] = {"+": "added", "-": "removed", "~": "warning", "@": "dim"}
STATES = {"create": "created", "update": "updated", "unchanged": "unchanged"}
"""What `create` would say of each action."""
LONGEST_VALUE = 40
"""Cells of a value that are shown; the diff has all of it."""


def write_plan(invocation: Invocation, plan: PlanResult, batch: Batch) -> None:
    """Write what `create` would do."""
    console = invocation.console
    counted = totals(STATES[dag.action] for dag in plan.dags)
    if invocation.is_json:
        result = {
            "dags": [_data(dag) for dag in plan.dags],
            "totals": counted,
            "warnings": list(plan.warnings),
        }
        write_batch(invocation, result, batch)
        return
    for warning in plan.warnings:
        console.warn(warning)
    if console.quiet:
        return
    for dag in shown_dags(console, plan.dags):
        console.lines(_lines(console, dag))
    console.flush()
    if plan.pending:
        console.note("Nothing was changed. The same command without --dry-run does it.")
    elif len(plan.dags) == 1:
        console.note("Nothing to do.")
    console.lines(totals_line(counted, pending=True))


def _data(dag: PlannedDag) -> dict[str, Any]:
    return {
        "dag_id": dag.dag_id,
        "file_path": dag.file_path,
        "version": dag.version,
        "action": dag.action.value,
        "source": dag.source,
        "changes": [
            {
                "kind": change.kind,
                "path": list(change.path),
                "before": change.before,
                "after": change.after,
            }
            for change in dag.changes
        ],
        "diff": dag.diff,
    }


def _lines(console: Console, dag: PlannedDag) -> Iterator[str]:
    before = f"v{dag.version - 1} -> " if dag.action == "update" else ""
    source = f" from {shown(dag.source)}" if dag.source else ""
    yield f"{dag.action.value} {shown(dag.dag_id)} {before}v{dag.version}{source}"
    for sign, line in _summary(dag):
        yield f"  {console.paint(sign, STYLES[sign], on=console.out)} {line}"
    for line in dag.diff.splitlines():
        style = STYLES.get(line[:1])
        text = "\t".join(map(shown, line.split("\t")))
        yield console.paint(text, style, on=console.out) if style else text


def _summary(dag: PlannedDag) -> Iterator[tuple[str, str]]:
    """Yield the sign and the words of each change, then of what happens to the file."""
    rows = [(SIGNS[change.kind], _name(change), _values(change)) for change in dag.changes]
    if dag.diff:
        sign = "+" if dag.action == "create" else "~"
        rows.append((sign, shown(dag.file_path), _size(dag.diff)))
    width = max((cells(name) for _, name, _ in rows), default=0)
    for sign, name, values in rows:
        yield sign, f"{pad(name, width)}  {values}".rstrip()


def _name(change: Difference) -> str:
    match change.path:
        case ("tasks",):
            return "order of tasks"
        case ("tasks", task):
            return f"task {shown(task)}"
        case ("tasks", task, field):
            return f"task {shown(task)}: {field}"
        case _:
            return ".".join(change.path)


def _values(change: Difference) -> str:
    """Return the old and the new value; nothing for code, which the diff shows better."""
    match change.path:
        case ("tasks", _):
            names = (change.after or {}).get("dependencies", ())
            return f"after {_value(names)}" if names else ""
        case ("schedule_interval",):
            return f"{_value(change.before)} -> {_value(change.after)}  ({_words(change.after)})"
    values = [change.before, change.after]
    if any("\n" in value for value in values if isinstance(value, str)):
        return ""
    if change.kind == "changed":
        return " -> ".join(map(_value, values))
    return _value(change.after if change.kind == "added" else change.before)


def _value(value: object) -> str:
    if isinstance(value, list):
        return clip(", ".join(map(shown, value)), LONGEST_VALUE, ascii_only=True) or "none"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return clip(shown(value), LONGEST_VALUE, ascii_only=True) or '""'


def _words(schedule: str | None) -> str:
    from dagctl.spec.fields.schedule_words import in_words

    return shown(in_words(schedule))


def _size(diff: str) -> str:
    """Return how many lines a unified diff adds and removes: `+9 -1`."""
    lines = [line[:1] for line in diff.splitlines()[2:]]
    return f"+{lines.count('+')} -{lines.count('-')}"
