"""The kinds of tasks in the generated module: one function a kind, from a task to its call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagctl.codegen.tasks.bash import bash_call
from dagctl.codegen.tasks.python import python_call

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Mapping

    from dagctl.codegen.module_scope import ModuleScope
    from dagctl.spec.tasks import DecoratorTask, OperatorTask, TaskBase


def _operator_call(task: OperatorTask, scope: ModuleScope) -> ast.Call:
    from dagctl.codegen.tasks.operator import operator_call

    return operator_call(task, scope)


def _decorator_call(task: DecoratorTask, scope: ModuleScope) -> ast.Call:
    from dagctl.codegen.tasks.decorator import decorator_call

    return decorator_call(task, scope)


CALLS: Mapping[str, Callable[[Any, ModuleScope], ast.Call]] = {
    "bash": bash_call,
    "operator": _operator_call,
    "python": python_call,
    "decorator": _decorator_call,
}
"""By the tag of the kind of task, as of `KINDS`."""


def call_of(task: TaskBase, scope: ModuleScope) -> ast.Call:
    """Return the operator of a task; what it imports and defines is added to the scope."""
    return CALLS[task.type_names()[0]](task, scope)
