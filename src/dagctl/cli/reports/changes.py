"""What two versions of a DAG differ in, in words and as a coloured diff."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dagctl.cli.terminal.text import cells, clip, pad, shown
from dagctl.spec.schedule_line import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.cli.terminal.console import Console, Style
    from dagctl.difference import Difference

Row = tuple[str, str, str]
"""A sign, what changed, and the values."""

SIGNS = {"added": "+", "removed": "-", "changed": "~"}
STYLES: Mapping[str, Style] = {"+": "added", "-": "removed", "~": "warning", "@": "dim"}
LONGEST_VALUE = 40
"""Cells of a value that are shown; the diff has all of it."""


def words_of(change: Difference) -> Row:
    """Return one difference in words."""
    return SIGNS[change.kind], _name(change), _values(change)


def row_lines(console: Console, rows: Sequence[Row], indent: str = "  ") -> Iterator[str]:
    """Yield the rows as lines, the values below each other and the signs in colour."""
    width = max((cells(name) for _, name, _ in rows), default=0)
    for sign, name, values in rows:
        painted = console.paint(sign, STYLES[sign], on=console.out)
        line = f"{indent}{painted} {pad(name, width)}  {values}".rstrip()
        yield from console.folded(line, on=console.out, hang=len(indent) + 4)


def diff_lines(console: Console, diff: str) -> Iterator[str]:
    """Yield the lines of a unified diff, in colour."""
    for line in diff.splitlines():
        style = STYLES.get(line[:1])
        text = "\t".join(map(shown, line.split("\t")))
        yield console.paint(text, style, on=console.out) if style else text


def _name(change: Difference) -> str:
    kind = "group" if change.of_group else "task"
    match change.path:
        case ("tasks",):
            return "order of tasks"
        case ("tasks", task):
            return f"{kind} {shown(task)}"
        case ("tasks", task, *fields):
            return f"{kind} {shown(task)}: {shown('.'.join(fields))}"
        case _:
            return shown(".".join(change.path))


def _values(change: Difference) -> str:
    """Return the old and the new value; nothing for code, which the diff shows better."""
    match change.path:
        case ("tasks", _):
            names = (change.after or {}).get("dependencies", ())
            return f"after {_value(names)}" if names else ""
        case ("schedule_interval",):
            before, after = as_text(change.before), as_text(change.after)
            return f"{_value(before)} -> {_value(after)}{_words(change.after)}"
    values = [change.before, change.after]
    if any("\n" in value for value in values if isinstance(value, str)):
        return ""
    if change.kind == "changed":
        return " -> ".join(map(_value, values))
    return _value(change.after if change.kind == "added" else change.before)


def _value(value: object) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return clip(", ".join(map(shown, value)), LONGEST_VALUE, ascii_only=True) or "none"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else json.dumps(value)
    return clip(shown(text), LONGEST_VALUE, ascii_only=True) or '""'


def _words(schedule: Any) -> str:  # noqa: ANN401 - what a row holds
    from dagctl.spec.fields.schedule_words import in_words

    try:
        return f"  ({shown(in_words(schedule))})"
    except (AttributeError, LookupError, TypeError, ValueError):  # a row may hold any value
        return ""
