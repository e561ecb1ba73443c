"""Tasks whose operators providers have removed, as tasks of those that took their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.databases import (
    SUCCESSOR,
    for_all_databases,
    is_of_a_database,
    own_arguments,
)
from dagctl.convert.python_file.objects import Group, Name, Task
from dagctl.convert.python_file.old_arguments import modernise
from dagctl.operators import Operator, lookup

if TYPE_CHECKING:
    from dagctl.convert.python_file.objects import Container, Dag

_TEMPLATES = ("{{", "{%")


def replace_removed(dag: Dag, target: str) -> None:
    """Give each task what took the place of its operator, or of arguments of it, that are gone."""
    _replace_in(dag, dag, target, {})


def _replace_in(dag: Dag, container: Container, target: str, around: dict[str, Any]) -> None:
    shared = container.kwargs.get("default_args")
    known = around | (shared if isinstance(shared, dict) else {})
    for item in container.children:
        if isinstance(item, Group):
            _replace_in(dag, item, target, known)
        elif isinstance(item, Task) and isinstance(item.callee, Name):
            _replace(dag, item, item.callee.path, target, known)
            modernise(dag, item, item.callee.path, target)


def _replace(dag: Dag, item: Task, path: str, target: str, shared: dict[str, Any]) -> None:
    """Put the operator for all databases in the place of that of one, where it is gone."""
    if not is_of_a_database(path) or isinstance(lookup(path, target), Operator):
        return
    own = own_arguments(path)
    if item.mapped is not None and not item.mapped.keys().isdisjoint((*own, "**")):
        return  # it stays a gap: what it is mapped over has another name
    for key in own:
        if key in shared:
            item.kwargs.setdefault(key, shared[key])
    item.kwargs = for_all_databases(path, item.kwargs)
    for key in own:
        if key in item.places:
            item.places["conn_id" if key == own[0] else "hook_params"] = item.places.pop(key)
    item.callee = Name(SUCCESSOR)
    text = f"{path} is {SUCCESSOR} now; its connection is `conn_id`"
    dag.report.changed(item.place, "operator", text)
    if any(sign in repr(item.kwargs.get("parameters")) for sign in _TEMPLATES):
        place = item.places.get("parameters", item.place)
        dag.report.new(place, "parameters", "Airflow renders the templates in it; it did not")
