"""Functions of a DAG file that are called: their statements are followed with the arguments."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dagctl.convert.python_file.state.binding import bind, defaults_of
from dagctl.convert.python_file.state.items import Function
from dagctl.convert.python_file.state.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagctl.convert.python_file.state.binding import Call
    from dagctl.convert.python_file.state.machine import Machine

_MOST_CALLS = 25
"""Calls that stand in one another."""


def inline(machine: Machine, function: Function, made: Call) -> Any:  # noqa: ANN401
    """Go through a function of the file with the arguments of a call."""
    node = function.node
    if not function.is_followed or machine.calls >= _MOST_CALLS:
        return machine.only_python(made.node)
    scope = argument_scope(machine, function, made)
    if isinstance(node, ast.Lambda):
        return machine.evaluate(node.body, scope)
    machine.calls += 1
    machine.entered += 1
    machine.charge(20)  # a call makes a scope of its own
    end = machine.run(node.body, scope)
    machine.calls -= 1
    return getattr(end, "value", None)


def defined(
    machine: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope
) -> Function:
    """Return a function whose defaults have the values of now: Python works them out once."""
    function = Function(node, scope, machine.place(node), is_late=_is_late(node))
    for name, default in defaults_of(node.args).items():
        function.defaults[name] = machine.evaluate(default, scope)
    return function


def argument_scope(machine: Machine, function: Function, made: Call) -> Scope:
    """Return the scope of a call: each parameter with its argument, or its default."""
    scope, parameters = Scope(function.scope), function.node.args
    bindings = bind(parameters, made.args, made.kwargs)
    for name, default in function.defaults.items():
        scope.put(name, default)
    for name, value in bindings.values.items():
        scope.put(name, value)
    if parameters.vararg:
        scope.put(parameters.vararg.arg, tuple(bindings.left))
    if parameters.kwarg:
        scope.put(parameters.kwarg.arg, bindings.unknown)
    for parameter in (*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs):
        if parameter.arg not in scope.values:
            why = f"`{parameter.arg}` of `{function.name}` is known only when Python runs"
            scope.put(parameter.arg, made.unknown or machine.opaque(made.node, why))
    machine.run(_declarations(function.node), scope)
    return scope


@lru_cache(maxsize=256)  # a loop may call it again and again
def _declarations(function: ast.AST) -> tuple[ast.stmt, ...]:
    """Return each `global` and `nonlocal` of a function: it counts wherever it stands."""
    return tuple(
        node for node in own_nodes(function) if isinstance(node, ast.Global | ast.Nonlocal)
    )


def _is_late(function: ast.AST) -> bool:
    is_async = isinstance(function, ast.AsyncFunctionDef)
    return is_async or any(
        isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(function)
    )


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands in a function or a class, without the functions in it."""
    stack = [*ast.iter_child_nodes(function)]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            stack += ast.iter_child_nodes(node)
