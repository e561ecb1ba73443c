"""Assignments of a DAG file, to names, attributes and items; and `del`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from dagctl.convert.python_file.certainty.preparations import SETTING, is_setting
from dagctl.convert.python_file.certainty.uncertain import forget, spoil
from dagctl.convert.python_file.state.items import Dag, Name, Output, Task, settled
from dagctl.convert.python_file.state.loop_turns import turns
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.values import parse_reads

_FIXED = frozenset({"task_id", "dag_id", "dag", "task_group", "upstream_task_ids"})
"""What Airflow reads of a DAG or a task when it is made."""

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dagctl.convert.python_file.state.machine import Machine
    from dagctl.convert.python_file.state.scope import Scope


def assign(
    machine: Machine, target: ast.expr, value: object, scope: Scope, statement: ast.stmt
) -> None:
    """Give a target a value: a name, several names, an attribute, an item."""
    match target:
        case ast.Name(id=name):
            scope.put(name, value, statement)
            scope.elsewhere.get(name, scope).named_at[name] = machine.changes.now()
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            _unpack(machine, elements, value, scope, statement)
        case ast.Attribute(value=owner) | ast.Subscript(value=owner) if is_setting(owner, scope):
            machine.report.dropped(machine.place(statement), words(target), SETTING)
        case ast.Attribute(value=owner, attr=name):
            _set_attribute(machine, machine.evaluate(owner, scope), name, value, statement)
        case ast.Subscript(value=ast.Call(func=ast.Name(id="globals"), args=[]), slice=key):
            _set_name(machine, target, machine.evaluate(key, scope), value, scope)
        case ast.Subscript(value=owner, slice=key):
            _set_item(machine, target, machine.evaluate(owner, scope), key, value, scope)
        case _:
            machine.report.gap(machine.place(statement), "assignment", "it is not followed")


def _unpack(
    machine: Machine,
    elements: Sequence[ast.expr],
    value: object,
    scope: Scope,
    statement: ast.stmt,
) -> None:
    value = settled(value)
    parts = turns(value) if isinstance(value, list | tuple) else None
    stars = [at for at, each in enumerate(elements) if isinstance(each, ast.Starred)]
    if parts is not None and stars and len(parts) >= len(elements) - 1:
        end = stars[0] + len(parts) - len(elements) + 1
        parts = [*parts[: stars[0]], parts[stars[0] : end], *parts[end:]]
        elements = [each.value if isinstance(each, ast.Starred) else each for each in elements]
    if parts is None or len(parts) != len(elements):
        why = "what it is made of is known only when Python runs"
        parts = [machine.opaque(statement, why)] * len(elements)
    for element, part in zip(elements, parts, strict=True):
        inner = element.value if isinstance(element, ast.Starred) else element
        assign(machine, inner, part, scope, statement)


def _set_attribute(
    machine: Machine, owner: object, name: str, value: object, node: ast.stmt
) -> None:
    """Take `dag.doc_md = ...` and `task.doc_md = ...` as arguments."""
    if isinstance(owner, Output):
        text = "Airflow sets it on the output, and the task does not have it"
        machine.report.dropped(machine.place(node), name, text)
        return
    if isinstance(owner, Task | Dag) and name not in _FIXED:
        if isinstance(owner, Dag) and name == "default_args" and owner.ids:
            owner.is_old = True  # its first tasks do not have it
        owner.kwargs[name] = value
        owner.places[name] = machine.place(node)
        return
    machine.report.gap(machine.place(node), name, "the attribute is not followed")


def _set_item(  # noqa: PLR0913, PLR0917 - the parts of an assignment
    machine: Machine, node: ast.expr, owner: object, key: ast.expr, value: object, scope: Scope
) -> None:
    index = settled(machine.evaluate(key, scope))
    if owner == Name("os.environ"):
        parse_reads.set_item(machine, index, settled(value))
        return
    in_mapping = isinstance(owner, dict) and isinstance(index, str | int | bool | float | tuple)
    in_list = (
        isinstance(owner, list) and isinstance(index, int) and -len(owner) <= index < len(owner)
    )
    if (in_mapping or in_list) and not machine.is_kept(owner):
        machine.changes.note(owner)
        owner[index] = value  # type: ignore[index] # see above
    else:
        machine.report.gap(machine.place(node), words(node), "the assignment is not followed")


def _set_name(
    machine: Machine, node: ast.Subscript, key: object, value: object, scope: Scope
) -> None:
    """Give a name of the file a value by `globals()`; a DAG may have any name."""
    name, root = settled(key), scope.root
    if isinstance(name, str):
        root.put(name, value)
        root.statements[name] = []
        root.named_at[name] = machine.changes.now()
    elif not isinstance(value, Dag):
        forget(machine, root, node, f"`{words(node)}` may give it another value")


def as_load(target: ast.expr) -> ast.expr:
    """Return the expression that reads what an assignment gives a value."""
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Attribute):
        return ast.Attribute(target.value, target.attr, ast.Load())
    assert isinstance(target, ast.Subscript)  # noqa: S101 - the grammar has no other target
    return ast.Subscript(target.value, target.slice, ast.Load())


def delete(machine: Machine, node: ast.Delete, scope: Scope) -> None:
    """Follow `del`: of a name, or of an item of data."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            scope.elsewhere.get(target.id, scope).remove(target.id)
        elif not _is_item_deleted(machine, target, scope):
            why = "what is deleted is known only when Python runs"
            machine.report.gap(machine.place(node), words(target), why)
            spoil(machine, node, scope, why)


def _is_item_deleted(machine: Machine, target: ast.expr, scope: Scope) -> bool:
    """Delete an item of data; return whether there was one."""
    if not isinstance(target, ast.Subscript) or isinstance(target.slice, ast.Slice):
        return False
    owner, key = machine.evaluate(target.value, scope), machine.evaluate(target.slice, scope)
    key = settled(key)
    if not isinstance(owner, dict | list) or machine.is_kept(owner):
        return False
    if not isinstance(key, str | int):
        return False
    machine.changes.note(owner)
    try:
        del owner[key]  # type: ignore[arg-type] # a wrong kind is caught
    except (LookupError, TypeError):
        return False
    return True
