"""The nested groups of a spec as those of dag-factory, which stand side by side."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dagctl.spec.walk import is_mapped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.convert.outcome.exported import Losses
    from dagctl.convert.to_dag_factory.arguments_for_factory import ArgumentsForFactory
    from dagctl.spec.dependencies.outline import Entry, Outline

_COPIED = ("tooltip", "group_display_name", "doc_md")


def group_of(
    entry: Entry, given: Mapping[str, Any], arguments: ArgumentsForFactory, losses: Losses
) -> dict[str, Any]:
    """Return a group without its dependencies."""
    made = {key: given[key] for key in _COPIED if given.get(key)}
    if entry.group is not None:
        made["parent_group_name"] = entry.group.name
    if given.get("prefix_group_id") is False:
        made["prefix_group_id"] = False
    if is_mapped(given) or given.get("group_callable"):
        key = next(key for key in ("expand", "expand_kwargs", "group_callable") if given.get(key))
        losses.gap((*entry.path, key), "dag-factory has no groups that are mapped or made by code")
    shared = arguments.shared(given.get("default_args") or {}, entry.path)
    return made | ({"default_args": shared} if shared else {})


def dependencies_of(
    entry: Entry, given: Mapping[str, Any], outline: Outline, losses: Losses
) -> dict[str, Any]:
    """Return what a task or a group waits for, by the names that dag-factory has."""
    upstream = outline.upstream(entry)
    if given.get("edge_labels"):
        losses.gap((*entry.path, "edge_labels"), "dag-factory has no labels of edges")
    for other in (entry, *upstream):
        if upstream and other.group is not None and not _is_prefixed(other):
            text = "dag-factory cannot say what waits for a task of a group without a prefix"
            losses.gap((*entry.path, "dependencies"), text)
    if any(other.is_group and _has_waiting_group(other, outline) for other in upstream):
        text = "dag-factory joins it before the groups in that group: it waits for more tasks"
        losses.changed((*entry.path, "dependencies"), text)
    if len(upstream) > len(set(map(str, given.get("dependencies", ())))):
        text = "dag-factory reads the tasks whose outputs are used from `dependencies` alone"
        losses.changed((*entry.path, "dependencies"), text)
    return {"dependencies": [other.name for other in upstream]} if upstream else {}


def _has_waiting_group(entry: Entry, outline: Outline) -> bool:
    """Return whether a group in a group waits for something."""
    return any(
        child.is_group and (outline.upstream(child) or _has_waiting_group(child, outline))
        for child in entry.children
    )


def _is_prefixed(entry: Entry) -> bool:
    """Return whether Airflow knows a task by its group's id and its own; groups need no prefix."""
    return entry.is_group or entry.group is None or entry.id == f"{entry.group.id}.{entry.name}"


def doubled_names(outline: Outline, losses: Losses) -> frozenset[int]:
    """Return the numbers of entries whose own id another has; dag-factory takes each once."""
    names = Counter(entry.name for entry in outline.entries)
    seen: set[str] = set()
    doubled: set[int] = set()
    for entry in outline.entries:
        if names[entry.name] > 1 and entry.name in seen:
            key = "group_id" if entry.is_group else "task_id"
            text = f"dag-factory takes one task or group with the id {entry.name} in a DAG"
            losses.gap((*entry.path, key), text)
            doubled.add(entry.number)
        seen.add(entry.name)
    return frozenset(doubled)
