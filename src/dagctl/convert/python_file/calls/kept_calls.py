"""Calls of functions of other modules that stay calls: they make tasks that nothing follows."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.airflow import making
from dagctl.convert.python_file.certainty import effects
from dagctl.convert.python_file.state.items import (
    Bound,
    Dag,
    Decorated,
    Function,
    LocalClass,
    Made,
    Name,
    TaskGroup,
)
from dagctl.convert.python_file.state.source_tree import words
from dagctl.convert.python_file.values import kept
from dagctl.convert.python_file.values.methods import method_of
from dagctl.spec.fields.import_path import is_import_path

if TYPE_CHECKING:
    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine
    from dagctl.convert.python_file.state.scope import Scope


def keep(machine: Machine, callee: object, made: Call, scope: Scope) -> TaskGroup | None:
    """Return what stands for a call that the new file has as it is.

    Args:
        machine: Reads the file.
        callee: What is called.
        made: The call.
        scope: Where it stands.

    Returns:
        A group that stands for what the function returns; None: it is no call by an import path,
        or stands outside of a DAG.
    """
    owner = next((each for each in _given(made) if isinstance(each, Dag)), None)
    is_mapped = any(
        isinstance(each, TaskGroup) and each.mapped is not None for each in machine.around
    )
    path, first = _path(machine, callee)
    makes_dag = path is not None and path.lower().endswith("dag")
    has_place = bool(owner or machine.around) and not is_mapped
    if path is None or makes_dag or made.unknown or not has_place or _gets_names(made):
        return None
    function = machine.definition(path)
    if isinstance(function, Function):
        _forget_its_module(machine, function, made)
    args = [kept.as_now(machine, value) for value in (*first, *made.args)]
    kwargs = {key: kept.as_now(machine, value) for key, value in made.kwargs.items()}
    known = len(machine.unknown)
    stand_in = Made(Name(path), [], {}, machine.place(made.node))
    effects.of_call(machine, callee, made, stand_in, scope)
    del machine.unknown[known:]  # what it gets of the DAG, it gets in the new file too
    made.args, made.kwargs = args, kwargs
    return making.made_by_call(machine, path, made, owner)


def _forget_its_module(machine: Machine, function: Function, made: Call) -> None:
    """Let nothing have a value that the function may change in its module."""
    effects.run_anytime(machine, function.node, function.scope)
    root = function.scope.root
    machine.charge(len(root.values) // 8)
    for name, value in [*root.values.items()]:
        is_container = isinstance(value, list | dict | set)
        if is_container and root.uses.changes(name, value):
            effects.lose(machine, value, made.node, f"`{words(made.node)}` may change it")


def _gets_names(made: Call) -> bool:
    """Return whether a function gets the names of the file, which the new one has not."""
    targets = [each.target.path for each in _given(made) if isinstance(each, Made)]
    return any(path in {"builtins.globals", "builtins.locals", "builtins.vars"} for path in targets)


def _given(made: Call) -> list[Any]:
    return [*made.args, *made.kwargs.values()]


def _path(machine: Machine, callee: object) -> tuple[str | None, list[Any]]:
    """Return the import path of what is called, and the object whose method it is, if it is one."""
    if isinstance(callee, Name):
        is_task = isinstance(machine.definition(callee.path), Decorated)
        is_path = is_import_path(callee.path) and not callee.path.startswith("builtins.")
        return callee.path if is_path and not is_task else None, []
    if not isinstance(callee, Bound) or not isinstance(callee.owner, Made):
        return None, []
    path = callee.owner.target.path
    known = machine.definition(path)
    method = method_of(known.node, callee.name) if isinstance(known, LocalClass) else None
    is_plain = isinstance(method, ast.FunctionDef) and not method.decorator_list
    is_path = is_plain and is_import_path(path) and not callee.owner.is_used
    callee.owner.is_used = is_path  # a second call would be one of another object
    return f"{path}.{callee.name}" if is_path else None, [callee.owner]
