"""Tasks whose operators providers have removed, as tasks of those that took their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.convert.operators import bigquery
from dagctl.convert.operators.databases import (
    SUCCESSOR,
    for_all_databases,
    is_of_a_database,
    own_arguments,
)
from dagctl.convert.operators.old_arguments import OF_CLASSES, argument_now
from dagctl.convert.operators.operator_names import renamed_operator
from dagctl.convert.python_file.state.items import Name, Task, TaskGroup
from dagctl.operators.lookup import lookup
from dagctl.operators.model import Operator
from dagctl.text.template_signs import has_code

if TYPE_CHECKING:
    from dagctl.convert.python_file.state.items import Container, Dag


def replace_removed(dag: Dag, target: str) -> None:
    """Give each task what took the place of its operator, or of arguments of it, that are gone."""
    _replace_in(dag, dag, target, {})


def _replace_in(dag: Dag, container: Container, target: str, around: dict[str, Any]) -> None:
    shared = container.kwargs.get("default_args")
    known = around | (shared if isinstance(shared, dict) else {})
    for item in container.children:
        if isinstance(item, TaskGroup):
            _replace_in(dag, item, target, known)
        elif isinstance(item, Task) and isinstance(item.callee, Name):
            _replace(dag, item, item.callee.path, target, known)
            _replace_of_bigquery(dag, item, item.callee.path, target, known)
            _modernise(dag, item, item.callee.path, target)


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
    if has_code(repr(item.kwargs.get("parameters"))):
        place = item.places.get("parameters", item.place)
        dag.report.new(place, "parameters", "Airflow renders the templates in it; it did not")


def _replace_of_bigquery(
    dag: Dag, item: Task, path: str, target: str, shared: dict[str, Any]
) -> None:
    """Put an operator that takes a job of BigQuery in the place of one that is gone."""
    if item.mapped is not None or isinstance(lookup(path, target), Operator):
        return
    known = {key: shared[key] for key in bigquery.own_arguments(path) if key in shared}
    successor = bigquery.for_bigquery(path, known | item.kwargs)
    if successor is None:
        return
    item.callee, item.kwargs = Name(successor.path), successor.arguments
    dag.report.changed(item.place, "operator", f"{path} is {successor.path} now")


def _modernise(dag: Dag, item: Task, path: str, target: str) -> None:
    """Give a task of an operator the arguments that the operator has now."""
    operator = renamed_operator(path, target)
    if not isinstance(operator, Operator):
        return
    own = OF_CLASSES.get(operator.path.rpartition(".")[2], {})
    for given in (item.kwargs, item.mapped or {}):
        for key in [*given]:
            name, value = argument_now(key, given[key], given, operator.parameters, own)
            if (name, value) == (key, given[key]) and type(value) is type(given[key]):
                continue
            given[name] = value
            if name != key:
                del given[key]
            place = item.places.get(key, item.place)
            item.places[name] = place
            dag.report.changed(place, key, f"it is `{name}: {_shown(value)}` now")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) and len(value) <= 60 else "..."  # noqa: PLR2004 - a line
