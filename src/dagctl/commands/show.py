"""Everything that is recorded of one DAG, and what follows from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dagctl.commands.times import rfc3339
from dagctl.errors import NotFoundError
from dagctl.graph.layout import edges, levels, parents
from dagctl.spec.fields.schedule import next_run
from dagctl.spec.fields.schedule_words import in_words
from dagctl.spec.model import DagSpec
from dagctl.spec.yaml_writer import to_yaml

if TYPE_CHECKING:
    from datetime import datetime

    from dagctl.ports import DagRecord


@dataclass(frozen=True, slots=True)
class Graph:
    """The tasks and what waits for what."""

    nodes: tuple[str, ...]
    edges: tuple[tuple[str, str], ...]
    """Each as (the task that runs first, the task that waits)."""
    levels: tuple[tuple[str, ...], ...]
    """The tasks that may run at the same time, in order."""


@dataclass(frozen=True, slots=True)
class Details:
    """A DAG, read for a person."""

    record: DagRecord
    spec: DagSpec
    schedule_in_words: str
    next_run: datetime | None
    """The next time it fires, or None if never again."""
    graph: Graph


def details(record: DagRecord, now: datetime) -> Details:
    """Return what is known of a DAG at a time.

    Raises:
        NotFoundError: No spec is recorded.
    """
    spec = _spec(record)
    return Details(
        record=record,
        spec=spec,
        schedule_in_words=in_words(spec.schedule_interval),
        next_run=next_run(spec.schedule_interval, spec.start_date, now),
        graph=_graph(spec),
    )


def data(found: Details) -> dict[str, Any]:
    """Return what follows from the spec, and the spec, as JSON data."""
    return {
        "schedule_in_words": found.schedule_in_words,
        "next_run": None if found.next_run is None else rfc3339(found.next_run),
        "graph": graph_data(found.graph),
        "spec": dict(found.record.spec),
    }


def graph_data(graph: Graph) -> dict[str, Any]:
    """Return the graph as JSON data."""
    return {
        "nodes": list(graph.nodes),
        "edges": [list(edge) for edge in graph.edges],
        "levels": [list(level) for level in graph.levels],
    }


def spec_as_json(record: DagRecord) -> str:
    """Return the recorded spec as a JSON document."""
    return json.dumps(_spec(record).to_data(), indent=2, ensure_ascii=False) + "\n"


def spec_as_yaml(record: DagRecord) -> str:
    """Return the recorded spec as a YAML document, code as blocks where YAML can hold it so."""
    return to_yaml(_spec(record))


def _spec(record: DagRecord) -> DagSpec:
    """Return the recorded spec, its keys in their order: a database may keep them in another."""
    if not record.spec:
        raise NotFoundError(
            f"no spec is recorded of `{record.dag_id}`: dagctl did not make it",
            hint="`dagctl list --output json` has all that is recorded",
        )
    return DagSpec.from_data(dict(record.spec))


def _graph(spec: DagSpec) -> Graph:
    return Graph(
        nodes=tuple(task.task_id for _, task in spec.walk()),
        edges=tuple(edges(parents(spec))),
        levels=tuple(tuple(level) for level in levels(spec)),
    )
