"""A DAG as text for a terminal: tasks and lines where they fit, else one line a task."""

from __future__ import annotations

import re
from graphlib import CycleError
from typing import TYPE_CHECKING

from dagctl.graph.art import art
from dagctl.graph.layout import levels_of, pictures, texts_at_edges
from dagctl.patterns import lazy_pattern
from dagctl.spec.walk import is_mapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dagctl.graph.layout import Parents, Picture
    from dagctl.spec.dependencies.outline import Entry
    from dagctl.spec.model import DagSpec

_MOST_TASKS_DRAWN = 15  # above this a list is easier to read
_WIDEST_COLUMN = 32
_NARROWEST = 20
_FEWEST_TOGETHER = 4
_MOST_DIGITS = 9
_NUMBERED = lazy_pattern(r"(.*?)([0-9]+)([^0-9]*)", re.ASCII)


def draw(spec: DagSpec, *, width: int, ascii: bool) -> str:  # noqa: A002 - the standard word
    """Return the graph as text from which every edge can be read, without a final newline.

    Tasks and lines from left to right if there are few tasks and they fit into `width` columns;
    else one line a task: its level, its id, and the tasks that it waits for. Four or more tasks
    that wait for the same ones share a row. A group stands there as one; below, each group has a
    drawing of its own, then the edges that lead into a group or out of it.
    """
    first, *others = pictures(spec)
    parts = [_drawn(first, _labels(first, spec), width, ascii=ascii)]
    texts = [f"{up} -> {down}: {text}" for (up, down), text in texts_at_edges(spec).items()]
    margin = "  "
    for picture in others:
        labels = _labels(picture, spec)
        drawn = _drawn(picture, labels, width - len(margin), ascii=ascii)
        name = picture.group.id if picture.group else ""
        parts.append("\n".join([f"{name}:", *(margin + line for line in drawn.split("\n"))]))
    return "\n\n".join([*parts, *(["\n".join(texts)] if texts else [])])


def _labels(picture: Picture, spec: DagSpec) -> dict[str, str]:
    """Return what is shown for each member: its own id, what a group has, and what is mapped."""
    members = spec.outline.top if picture.group is None else picture.group.children
    return {each.id: _label(each) for each in members}


def _label(entry: Entry) -> str:
    count = sum(1 for _ in entry.tasks())
    notes = [f"{count} task{'' if count == 1 else 's'}"] if entry.is_group else []
    notes += ["mapped"] if is_mapped(entry.item) else []
    return f"{entry.name} ({', '.join(notes)})" if notes else entry.name


def _drawn(picture: Picture, labels: Mapping[str, str], width: int, *, ascii: bool) -> str:  # noqa: A002 - the standard word
    """Return the members of one group, or of the DAG, and the edges that go deeper."""
    graph = {labels[node]: tuple(labels[p] for p in ps) for node, ps in picture.parents.items()}
    drawn = _graph(graph, width, ascii=ascii)
    deeper = [f"{waits} <- {first}" for first, waits in picture.inner]
    return "\n".join([drawn, *deeper])


def _graph(graph: Parents, width: int, *, ascii: bool) -> str:  # noqa: A002 - the standard word
    if len(graph) <= _MOST_TASKS_DRAWN:
        try:
            drawn = art(graph, ascii=ascii)
        except CycleError:
            return _listing(graph, width)
        if max(len(line) for line in drawn) <= width:
            return "\n".join(drawn)
    return _listing(graph, width)


def _listing(graph: Parents, width: int) -> str:
    """Return the tasks by level, with what they wait for: `3  transform  <- stage`."""
    rows = [
        (number, short_form(tasks), short_form(graph[tasks[0]]))
        for number, level in enumerate(levels_of(graph), 1)
        for tasks in _rows_of(level, graph)
    ]
    digits = len(str(rows[-1][0]))
    lengths = (len(", ".join(names)) for _, names, _ in rows)
    wide = max((length for length in lengths if length <= _WIDEST_COLUMN), default=0)
    lines = (_row(row, digits, wide, width) for row in rows)
    return "\n".join(line for row_lines in lines for line in row_lines)


def _rows_of(level: Sequence[str], graph: Parents) -> Iterator[list[str]]:
    """Yield the tasks of a level: many that wait for the same tasks together, others alone."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for task in level:
        groups.setdefault(graph[task], []).append(task)
    for tasks in groups.values():
        if len(tasks) < _FEWEST_TOGETHER:
            yield from ([task] for task in tasks)
        else:
            yield tasks


def short_form(tasks: Sequence[str]) -> list[str]:
    """Return the ids, each run of numbered ones as one item: `load_00 ... load_39 (40)`."""
    items: list[str] = []
    for run in _runs(tasks):
        items += [f"{run[0]} ... {run[-1]} ({len(run)})"] if len(run) >= _FEWEST_TOGETHER else run
    return items


def _runs(tasks: Sequence[str]) -> Iterator[list[str]]:
    """Yield the tasks in stretches in which a number in the id counts up by one."""
    run: list[str] = []
    for task in tasks:
        if run and _following(run[-1]) != task:
            yield run
            run = []
        run.append(task)
    if run:
        yield run


def _following(task: str) -> str | None:
    """Return the id with its last number one higher, or None if it has no number."""
    match = _NUMBERED.fullmatch(task)
    if match is None or len(match[2]) > _MOST_DIGITS:
        return None
    return f"{match[1]}{int(match[2]) + 1:0{len(match[2])}}{match[3]}"


def _row(
    row: tuple[int, list[str], list[str]], digits: int, wide: int, width: int
) -> Iterator[str]:
    """Yield the lines of a row, wrapped after commas and never inside an id."""
    number, names, waits = row
    first, *more = _wrapped(names, width - digits - 2)
    if not waits:
        yield f"{number:>{digits}}  {first}"
    elif not more and len(first) <= wide:
        head = f"{number:>{digits}}  {first:<{wide}}  <- "
        wait, *rest = _wrapped(waits, max(width - len(head), _NARROWEST))
        yield head + wait
        yield from (" " * len(head) + line for line in rest)
        return
    else:
        yield f"{number:>{digits}}  {first}"
    yield from (" " * (digits + 2) + line for line in more)
    if waits:
        wait, *rest = _wrapped(waits, max(width - digits - 7, _NARROWEST))
        yield " " * (digits + 4) + "<- " + wait
        yield from (" " * (digits + 7) + line for line in rest)


def _wrapped(items: Sequence[str], width: int) -> list[str]:
    """Return the items joined with commas, on lines of a width; a wider item has its own line."""
    lines = [""]
    for place, item in enumerate(items):
        text = item if place == len(items) - 1 else f"{item}, "
        if lines[-1] and len(lines[-1]) + len(text.rstrip()) > width:
            lines.append("")
        lines[-1] += text
    return [line.rstrip() for line in lines]
