"""What a spec needs of the Airflow that runs it: operators, connections, variables and pools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import nodes

from dagctl.frozen import frozen
from dagctl.operators.model import Operator, Unresolved
from dagctl.spec.catalogue import known_class, known_decorator
from dagctl.spec.checks.rendered_texts import rendered_texts
from dagctl.spec.checks.shared_parameters import shared_names, shared_texts
from dagctl.spec.dag.brought import signs_of
from dagctl.spec.fields.callbacks import callbacks_in
from dagctl.spec.fields.import_path import is_class_name
from dagctl.spec.fields.markers import functions_in
from dagctl.spec.tasks import KINDS
from dagctl.spec.walk import is_group, mapping_in, raw_entries, raw_tasks
from dagctl.text.template_signs import has_code, is_template, signs_set
from dagctl.user_code.jinja.template import FAILURES, template_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dagctl.spec.model import DagSpec
    from dagctl.target import Target

_OF_THREE = {"bash": "BashOperator", "python": "PythonOperator", "decorator": "PythonOperator"}
"""What the other kinds of tasks become; on Airflow 3 it is of a provider."""
_HIDDEN_CONNECTIONS = {
    ("SmtpNotifier", "smtp_conn_id"): "smtp_default",
    ("YQExecuteQueryOperator", "yandex_conn_id"): "yandexcloud_default",
}
"""Connections that a class takes where its parameter has no default of its own."""


@frozen
class SpecNeeds:
    """What some specs need."""

    operators: tuple[Operator, ...]
    """Operators and notifiers of Airflow and its providers, each once."""
    foreign: tuple[str, ...]
    """Classes that the catalogue does not know: of the project's own, or of other packages."""
    connections: tuple[str, ...]
    variables: tuple[str, ...]
    pools: tuple[str, ...]


def needs_of(specs: list[DagSpec], target: Target) -> SpecNeeds:
    """Return what specs need on a target, each list in the order of the alphabet.

    Connections are those that operators are given, or take if they are given none, and those that
    templates and code name as literals; so are variables.
    """
    operators: dict[str, Operator] = {}
    named: dict[str, set[str]] = {"foreign": set(), "conn": set(), "var": set(), "pool": set()}
    for spec in specs:
        data = spec.to_data()
        for name in _classes(data):
            known = _known(name, target)
            if isinstance(known, Operator):
                operators[known.path] = known
            else:
                named["foreign"].add(name)
        with signs_set(signs_of(spec.jinja_environment_kwargs)):
            for kind, name in (*_of_data(data, target), *_of_code(spec, data)):
                named[kind].add(name)
    foreign, connections, variables, pools = (tuple(sorted(names)) for names in named.values())
    ordered = tuple(operators[path] for path in sorted(operators))
    return SpecNeeds(ordered, foreign, connections, variables, pools)


def _classes(data: dict[str, Any]) -> Iterator[str]:
    """Yield the operators of tasks and the notifiers of callbacks, by their names."""
    for _, task in raw_tasks(data):
        tag = KINDS.tag_of(task) or ""
        name = task.get("operator") if tag == "operator" else _OF_THREE.get(tag)
        if isinstance(name, str):
            yield name
        if isinstance(task.get("decorator"), str):
            yield task["decorator"]
    for _, callback in callbacks_in(data):
        name = callback.get("notifier")
        if isinstance(name, str) and is_class_name(name):
            yield name


def _known(name: str, target: Target) -> Operator | Unresolved:
    """Return the operator of a class's name, or of a decorator: `task.docker`."""
    find = known_decorator if name.startswith("task.") else known_class
    return find(name, target)


def _of_data(data: dict[str, Any], target: Target) -> Iterator[tuple[str, str]]:
    for _, callback in callbacks_in(data):
        yield from _of_call(callback, target)
    for owner, shared in _owners(data):
        if isinstance(owner.get("pool"), str):
            yield "pool", owner["pool"]
        yield from _of_call(owner, target, shared)
        for _, text in rendered_texts(owner, target):
            yield from _of_template(text)
    for _, text in shared_texts(data, target):
        yield from _of_template(text)


def _owners(data: dict[str, Any]) -> Iterator[tuple[Mapping[str, Any], frozenset[str]]]:
    """Yield what has arguments of tasks, each with the parameters that `default_args` give it."""
    of_dag = data.get("default_args", {})
    yield of_dag, frozenset()
    for _, item, groups in raw_entries(data):
        if is_group(item):
            yield item.get("default_args", {}), frozenset()
        else:
            around = (of_dag, *(group.get("default_args", {}) for group in groups))
            yield item, frozenset().union(*map(shared_names, around))


def _of_call(
    task: Mapping[str, Any], target: Target, shared: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str]]:
    """Yield the connections that an operator is given, or has by default.

    Args:
        task: What names the operator, and has its parameters under `with`.
        target: The Airflow.
        shared: Parameters that `default_args` give it, so that their defaults do not count.
    """
    name = task.get("operator") or task.get("notifier")
    known = None
    if isinstance(name, str) and is_class_name(name):
        known = known_class(name, target)
    defaults = (
        {
            key: parameter.default or _HIDDEN_CONNECTIONS.get((known.name, key))
            for key, parameter in known.parameters.items()
            if key not in shared
        }
        if isinstance(known, Operator)
        else {}
    )
    for key, value in {**defaults, **mapping_in(task, "with")}.items():
        if key.endswith("conn_id") and isinstance(value, str) and value and not has_code(value):
            yield "conn", value


def _of_template(text: str) -> Iterator[tuple[str, str]]:
    """Yield the connections and variables that a template names: `conn.x`, `var.value.x`."""
    if not is_template(text):
        return
    try:
        tree = template_nodes(text)
    except FAILURES:
        return
    for node in tree:
        match node:
            case nodes.Getattr(node=nodes.Name(name="conn"), attr=str(name)) if name != "get":
                yield "conn", name
            case nodes.Getattr(
                node=nodes.Getattr(node=nodes.Name(name="var"), attr="value" | "json"),
                attr=str(name),
            ) if name != "get":
                yield "var", name
            case nodes.Call(
                node=nodes.Getattr(
                    node=nodes.Getattr(node=nodes.Name(name="var"), attr="value" | "json"),
                    attr="get",
                ),
                args=[nodes.Const(value=str(name)), *_],
            ):
                yield "var", name


def _of_code(spec: DagSpec, data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for _, function in functions_in(data):
        yield from function.reads.named
    for _, task in spec.walk():
        code = getattr(task, "code", None) if getattr(task, "python_code", "") else None
        yield from code.reads.named if code is not None else ()
