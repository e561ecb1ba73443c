"""Everything that is recorded of one DAG, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dagctl.errors import NotFoundError, SpecError
from dagctl.frozen import frozen
from dagctl.graph.layout import edges, levels
from dagctl.next_step import Command, Fix
from dagctl.spec.fields.schedule_words import in_words
from dagctl.spec.load_recorded import check_recorded
from dagctl.spec.next_run import next_run_of
from dagctl.target import target_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from dagctl.errors import Diagnostic
    from dagctl.ports import DagRecord
    from dagctl.spec.checked import Checked
    from dagctl.spec.model import DagSpec

    Check = Callable[[Mapping[str, object]], Checked]


@frozen
class Graph:
    """The tasks and what waits for what."""

    nodes: tuple[str, ...]
    edges: tuple[tuple[str, str], ...]
    """Each as (what runs first, what waits): tasks, and groups where all in them is meant."""
    levels: tuple[tuple[str, ...], ...]
    """The tasks that may run at the same time, in order."""
    groups: tuple[GraphGroup, ...]
    """The groups, each before those in it."""


@frozen
class GraphGroup:
    """A group of tasks."""

    id: str
    members: tuple[str, ...]
    """The tasks and groups that stand in it."""


@frozen
class Details:
    """A DAG, read for a person."""

    record: DagRecord
    spec: DagSpec | None
    """None if no spec is recorded, or one that today's rules refuse."""
    problems: tuple[Diagnostic, ...]
    """Why the recorded spec is refused."""
    schedule_in_words: str | None
    next_run: datetime | None
    """When the next run starts in the Airflow that it was made for.

    None: never, it depends on more than the clock, or there is no spec.
    """
    graph: Graph | None


def details(record: DagRecord, now: datetime, check: Check = check_recorded) -> Details:
    """Return what is known of a DAG at a time, also where its recorded spec is refused today.

    Args:
        record: The DAG.
        now: The time.
        check: Checks the data of a spec.
    """
    checked = check(record.spec) if record.spec else None
    spec = checked.spec if checked else None
    return Details(
        record=record,
        spec=spec,
        problems=checked.diagnostics if checked and spec is None else (),
        schedule_in_words=in_words(spec.schedule_interval) if spec else None,
        next_run=next_run_of(spec, target_of(record.airflow).series, now) if spec else None,
        graph=graph_of(spec) if spec else None,
    )


def problem_lines(dag: Details) -> list[str]:
    """Return why the recorded spec is refused: the path, and what is wrong there."""
    return [
        f"{'.'.join(map(str, problem.path)) or 'the spec'}: {problem.message}"
        for problem in dag.problems
    ]


def spec_of(record: DagRecord, check: Check = check_recorded) -> DagSpec:
    """Return the recorded spec, its keys in their order: a database may keep them in another.

    Args:
        record: The DAG.
        check: Checks the data of a spec.

    Raises:
        NotFoundError: No spec is recorded.
        SpecError: Today's rules refuse it.
    """
    if not record.spec:
        raise NotFoundError(
            f"no spec is recorded of `{record.dag_id}`: {why_no_spec(record)}",
            hint=Fix("`", Command("list", "--output json"), "` has all that is recorded"),
        )
    checked = check(record.spec)
    if checked.spec is None:
        raise SpecError(
            [
                replace(problem, file=f"the spec of {record.dag_id}")
                for problem in checked.diagnostics
            ]
        )
    return checked.spec


def why_no_spec(record: DagRecord) -> str:
    """Return why no spec is recorded of a DAG."""
    if not record.content_digest:
        return "dagctl did not make it"
    return "it is known by its DAG file, whose spec is not here"


def graph_of(spec: DagSpec) -> Graph:
    """Return the tasks of a spec, with their edges and levels."""
    return Graph(
        nodes=tuple(task.id for task in spec.outline.tasks),
        edges=tuple(edges(spec)),
        levels=tuple(tuple(level) for level in levels(spec)),
        groups=tuple(
            GraphGroup(entry.id, tuple(each.id for each in entry.children))
            for entry in spec.outline.entries
            if entry.is_group
        ),
    )
