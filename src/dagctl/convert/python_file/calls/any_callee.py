"""Calls of a DAG file: what Airflow has is followed, functions of the file are gone through."""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeGuard

from dagctl.convert.python_file.airflow import decorated_tasks, mapped_calls, task_edges
from dagctl.convert.python_file.calls import airflow_calls, data_calls, kept_calls
from dagctl.convert.python_file.certainty import effects, unknown
from dagctl.convert.python_file.certainty.conditions import truth
from dagctl.convert.python_file.state.binding import Call
from dagctl.convert.python_file.state.inlining import inline
from dagctl.convert.python_file.state.items import (
    Bound,
    Dag,
    Decorated,
    Decorator,
    Each,
    Function,
    Joined,
    LocalClass,
    Made,
    Name,
    Opaque,
    Output,
    Partial,
    Task,
    TaskGroup,
    full_id,
    settled,
)
from dagctl.convert.python_file.state.loop_turns import turns
from dagctl.convert.python_file.state.named_record import Record
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.values import parse_reads, records
from dagctl.convert.python_file.values.texts import weight

if TYPE_CHECKING:
    from dagctl.convert.python_file.state.machine import Machine
    from dagctl.convert.python_file.state.scope import Scope

METHODS = mapped_calls.METHODS


def call(machine: Machine, node: ast.Call, scope: Scope) -> Any:  # noqa: ANN401
    """Return what a call gives; what stands for it, where it stays a call."""
    known = len(machine.unknown)
    machine.asked = node.func
    callee = machine.evaluate(node.func, scope)
    made = _arguments(machine, node, scope)
    bare = None
    if machine.kept and machine.key(node) in machine.kept:
        bare = kept_calls.keep(machine, callee, made, scope)
    if bare is not None:
        return bare
    value = apply(machine, callee, made)
    effects.of_call(machine, callee, made, value, scope)
    unknown.note(machine, callee, made, value, known)
    return value


def apply(machine: Machine, callee: object, made: Call) -> Any:  # noqa: ANN401, C901, PLR0911 - one for each kind
    """Return what a call of a value gives."""
    match callee:
        case Bound():
            return _bound(machine, callee, made)
        case Name(path=path) if path in _OVER_ITEMS and _takes_a_function(path, made):
            return _over_items(machine, path, made)
        case Name():
            return airflow_calls.named(machine, callee, made)
        case Function():
            task = decorated_tasks.as_task(machine, callee, made) if callee.under else None
            return (
                decorated_tasks.called(machine, task, made)
                if task
                else inline(machine, callee, made)
            )
        case Made(target=Name(path="environs.Env")) if not (callee.args or callee.kwargs):
            return parse_reads.with_default(machine, made)
        case Decorator():
            return _decorate(machine, callee, made)
        case Decorated() | Partial(callee=Decorated()):
            return decorated_tasks.called(machine, callee, made)
        case Partial() | Made(target=Name(path="functools.partial")):
            return _partially(machine, callee, made)
        case LocalClass():
            return airflow_calls.local(machine, callee, made)
        case Opaque():
            return callee
        case _:
            return machine.only_python(made.node)


def _arguments(machine: Machine, node: ast.Call, scope: Scope) -> Call:
    made = Call(node)
    for arg in node.args:
        if not isinstance(arg, ast.Starred):
            made.args.append(machine.evaluate(arg, scope))
            continue
        value = settled(machine.evaluate(arg.value, scope))
        values = turns(value) if isinstance(value, list | tuple | range | set) else None
        if values is not None:
            machine.charge(len(values))
            made.args += values
        else:
            made.unknown = machine.opaque(arg, f"what `*{words(arg.value)}` gives is not known")
    for keyword in node.keywords:
        value = machine.evaluate(keyword.value, scope)
        place = machine.place(keyword.value)
        if keyword.arg is not None:
            made.kwargs[keyword.arg] = value
            made.places[keyword.arg] = place
        elif _is_named(named := settled(value)):
            machine.charge(len(named))
            made.kwargs |= named
            made.places |= dict.fromkeys(named, place)
        else:
            text = f"what `**{words(keyword.value)}` gives is not known"
            made.unknown = machine.opaque(keyword.value, text)
    return made


def _is_named(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict) and all(isinstance(key, str) for key in value)


def _bound(machine: Machine, bound: Bound, made: Call) -> Any:  # noqa: ANN401
    owner, name = bound.owner, bound.name
    if name in task_edges.METHODS and (
        isinstance(owner, Task | Output | list) or hasattr(owner, "children")
    ):
        return task_edges.method(machine, owner, name, made.args, made.kwargs, made.node)
    if name in METHODS and isinstance(owner, Output | Joined | Each | Decorated | Partial | Task):
        return mapped_calls.method(machine, owner, name, made)
    if isinstance(owner, Dag) and name == "get_task" and len(made.args) == 1:
        return _task_of(machine, owner, made.args[0]) or machine.only_python(made.node)
    if isinstance(owner, LocalClass) and name == "partial":
        return airflow_calls.partial_of_local(machine, owner, made)
    if isinstance(owner, Record):
        return records.method(machine, owner, name, made)
    return data_calls.method(machine, owner, name, made)


def _task_of(machine: Machine, dag: Dag, task_id: object) -> Task | None:
    """Return the one task of a DAG that has an id, outside of mapped groups, or None."""
    stack: list[Any] = [*dag.children]
    tasks: list[Task] = []
    while stack:
        item = stack.pop()
        machine.charge()
        if isinstance(item, TaskGroup) and item.mapped is None:
            stack += item.children
        elif isinstance(item, Task) and full_id(item) == task_id:
            tasks.append(item)
    return tasks[0] if len(tasks) == 1 else None


_OVER_ITEMS = ("builtins.map", "builtins.filter", "builtins.sorted", "functools.reduce")


def _takes_a_function(path: str, made: Call) -> bool:
    """Return whether a function of Python calls one of the file, or of Python, for each item."""
    of_sorted = [made.kwargs.get("key"), *made.args]
    function, *lists = of_sorted if path == "builtins.sorted" else made.args or [None]
    is_usual = not made.unknown and not made.kwargs.keys() - {"key", "reverse"}
    is_alone = len(lists) == 1 or (path == "functools.reduce" and len(lists) == 2)  # noqa: PLR2004 - what it begins with
    return is_usual and is_alone and isinstance(function, Function | Name | Bound)


def _over_items(machine: Machine, path: str, made: Call) -> Any:  # noqa: ANN401
    """Return what `map`, `filter`, `sorted` or `reduce` make of items with a function."""
    of_sorted = [made.kwargs.get("key"), *made.args]
    function, *lists = of_sorted if path == "builtins.sorted" else made.args
    items, made_before, begun = turns(settled(lists[0])), machine.effects, machine.changes.now()
    if items is None:
        return airflow_calls.named(machine, Name(path), made)

    def called(*args: object) -> Any:  # noqa: ANN401
        machine.charge()
        inner = Call(made.node)
        inner.args = list(args)
        if function != Name("operator.iadd"):
            return apply(machine, function, inner)
        inner.args = list(args[1:])
        return data_calls.method(machine, args[0], "extend", inner) or args[0]

    if path == "functools.reduce":
        value, *others = [*lists[1:], *items] or [machine.opaque(made.node, "an empty `reduce`")]
        for item in others:
            value = called(value, item)
        return value
    results = [called(item) for item in items]
    if path == "builtins.sorted":
        return _in_order(machine, made, items, results)
    if machine.effects != made_before or machine.changes.is_any_changed(begun):
        text = "it does something only where Python goes over what it gives"
        machine.report.gap(machine.place(made.node), words(made.node), text)
    kept = [truth(result) for result in results] if path == "builtins.filter" else []
    if None in kept:
        return machine.only_python(made.node)
    those = [item for item, is_kept in zip(items, kept, strict=False) if is_kept]
    return machine.lazy(those if kept else results, lists[:1], is_once=True)


def _in_order(machine: Machine, made: Call, items: list[Any], keys: list[Any]) -> Any:  # noqa: ANN401
    """Return items in the order of their keys."""
    is_reversed = settled(made.kwargs.get("reverse", False))
    if weight(keys) is not None and isinstance(is_reversed, bool | int):
        with suppress(TypeError):
            order = sorted(range(len(items)), key=keys.__getitem__, reverse=bool(is_reversed))
            return [items[index] for index in order]
    return machine.only_python(made.node)


def _decorate(machine: Machine, decorator: Decorator, made: Call) -> Any:  # noqa: ANN401
    if made.args and isinstance(made.args[0], Function | Decorated):
        return decorated_tasks.wrapped(machine, decorator, made.args[0])
    if not made.args and not made.unknown and decorator.kwargs.keys() == {"dag"}:
        return Decorator(decorator.kind, decorator.kwargs | made.kwargs, made.places)
    return machine.only_python(made.node)


def _partially(machine: Machine, callee: Partial | Made, made: Call) -> Any:  # noqa: ANN401
    if isinstance(callee, Partial) or not callee.args or callee.is_old:
        return machine.only_python(made.node)
    made.args = [*callee.args[1:], *made.args]
    made.kwargs = callee.kwargs | made.kwargs
    return apply(machine, callee.args[0], made)
